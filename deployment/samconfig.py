"""What samconfig.toml says of an environment."""

import shlex
import tomllib
from dataclasses import dataclass

from deployment import STACK


@dataclass(frozen=True, slots=True)
class Target:
    """What samconfig.toml says of an environment: the stack, its region (None: the credentials' own), parameters."""

    environment: str
    stack: str
    region: str | None
    parameters: dict[str, str]


def target(environment: str, text: str) -> Target:
    """The environment of a samconfig.toml; ValueError when it has none of that name."""
    sections = tomllib.loads(text)
    if environment not in sections:
        raise ValueError(f"samconfig.toml has no environment {environment}")
    said = sections[environment].get("deploy", {}).get("parameters", {})
    parameters = assignments(said.get("parameter_overrides", []))
    return Target(environment, said.get("stack_name", STACK), said.get("region"), parameters)


def assignments(words: list[str] | str) -> dict[str, str]:
    """`NAME=value` words as a mapping; ValueError names a word that is none."""
    listed = shlex.split(words) if isinstance(words, str) else words
    for word in listed:
        if "=" not in word:
            raise ValueError(f"{word} does not have the form NAME=value")
    pairs = (word.split("=", 1) for word in listed)
    return {name: value.removeprefix('"').removesuffix('"') for name, value in pairs}
