"""CloudFormation templates as plain values: short tags such as `!Sub` become their long form."""

from pathlib import Path
from typing import Any

import yaml

PLAIN_TAGS = ("Ref", "Condition")


class _Loader(yaml.SafeLoader):
    """A YAML loader that knows CloudFormation's tags."""


def _long_form(loader: _Loader, tag: str, node: yaml.Node) -> dict[str, Any]:
    name = tag if tag in PLAIN_TAGS else f"Fn::{tag}"
    if isinstance(node, yaml.ScalarNode):
        text = loader.construct_scalar(node)
        return {name: text.split(".", 1) if tag == "GetAtt" else text}
    if isinstance(node, yaml.SequenceNode):
        return {name: loader.construct_sequence(node, deep=True)}
    assert isinstance(node, yaml.MappingNode)
    return {name: loader.construct_mapping(node, deep=True)}


def _as_written(_: _Loader, node: yaml.Node) -> str:
    """`2012-10-17` and `2010-09-09` are versions, not days."""
    return str(node.value)


_Loader.add_multi_constructor("!", _long_form)
_Loader.add_constructor("tag:yaml.org,2002:timestamp", _as_written)


def load(path: Path) -> dict[str, Any]:
    """The template in a file; ValueError names the file when it is no template."""
    loaded = yaml.load(path.read_text(), Loader=_Loader)  # noqa: S506 - a SafeLoader with CloudFormation's tags
    if not isinstance(loaded, dict) or not isinstance(loaded.get("Resources"), dict):
        raise ValueError(f"{path} is not a CloudFormation template")  # noqa: TRY004 - the file is wrong, not a type
    return loaded
