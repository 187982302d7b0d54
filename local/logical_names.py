"""Resources by the names that the template gives them, the same on every machine and in every run."""

import re
from collections.abc import Mapping

_CHOSEN_BY_AWS = ((re.compile(r"/stream/\d.*"), "/stream/*"), (re.compile(r"(:secret:\S+)-\w{6}$"), r"\1-??????"))
"""Parts of ARNs that are new with each stack, and what stands for them."""
_LEAST_LENGTH = 12


def logical_names(made: Mapping[str, str]) -> dict[str, str]:
    """Logical ids by the names that stand in ARNs, from logical ids by physical ids; short ones could be anything."""
    named = {_name(physical): logical for physical, logical in made.items()}
    return {name: logical for name, logical in named.items() if len(name) >= _LEAST_LENGTH}


def _name(physical: str) -> str:
    if ":stack/" in physical:
        return physical.split("/")[1]
    is_address = "://" in physical or physical.startswith("arn:")
    return re.split(r"[/:]", physical)[-1] if is_address else physical


def neutral(resource: str, names: Mapping[str, str]) -> str:
    """A resource of a policy with `${LogicalId}` for each name."""
    for name in sorted(names, key=len, reverse=True):
        resource = resource.replace(name, f"${{{names[name]}}}")
    for part, stands_for in _CHOSEN_BY_AWS:
        resource = part.sub(stands_for, resource)
    return resource
