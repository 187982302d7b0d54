"""Parameters of our template that somebody gives on the command line, looked at before anything is built."""

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from deployment.samconfig import assignments
from local import templates
from local.child import StartError

OURS = ("PublicUrl", "PlaybackPublicKey", "SignInWith")
"""Those that the launcher itself gives (platform.py)."""


def chosen(words: Sequence[str], template: Path) -> dict[str, str]:
    """`NAME=value` words as a mapping; StartError says which is refused, and what would be accepted."""
    try:
        given = assignments(list(words))
    except ValueError as error:
        raise StartError(str(error)) from None
    loaded = templates.load(template)
    known = loaded["Parameters"]
    for name, value in given.items():
        if name not in known:
            close = get_close_matches(name, known, 1)
            raise StartError(f"the template has no parameter {name}" + (f"; did you mean {close[0]}?" if close else ""))
        if name in OURS:
            raise StartError(f"the local platform sets {name} itself: leave it out")
        if not _allows(known[name], value):
            raise StartError(f"{name}={value} is not valid: it must be {_wanted(known[name])}")
    defaults = {name: str(parameter.get("Default", "")) for name, parameter in known.items()}
    for rule in loaded.get("Rules", {}).values():
        for sentence in _broken(rule, {**defaults, **dict.fromkeys(OURS, "given"), **given}):
            raise StartError(sentence)
    return given


def _broken(rule: Mapping[str, Any], values: Mapping[str, str]) -> Iterator[str]:
    """The description of each assertion of a rule that does not hold."""
    if "RuleCondition" in rule and not _value(rule["RuleCondition"], values):
        return
    for each in rule["Assertions"]:
        if not _value(each["Assert"], values):
            yield each["AssertDescription"]


def _value(expression: Any, values: Mapping[str, str]) -> Any:
    """What an expression of a rule comes to; those functions that our rules use."""
    if not isinstance(expression, Mapping):
        return expression
    ((function, argument),) = expression.items()
    if function == "Ref":
        return values[argument]
    first, *others = (_value(each, values) for each in argument)
    if function == "Fn::Equals":
        return first == others[0]
    if function == "Fn::Not":
        return not first
    return {"Fn::And": all, "Fn::Or": any}[function]([first, *others])


def _allows(parameter: Mapping[str, Any], value: str) -> bool:
    if parameter["Type"] == "Number" and not _is_within(parameter, value):
        return False
    allowed = [str(one) for one in parameter.get("AllowedValues", [value])]
    return value in allowed and bool(re.fullmatch(parameter.get("AllowedPattern", ".*"), value))


def _is_within(parameter: Mapping[str, Any], value: str) -> bool:
    try:
        number = float(value)
    except ValueError:
        return False
    return bool(parameter.get("MinValue", number) <= number <= parameter.get("MaxValue", number))


def _wanted(parameter: Mapping[str, Any]) -> str:
    if "AllowedValues" in parameter:
        return "one of " + ", ".join(map(str, parameter["AllowedValues"]))
    if parameter["Type"] == "Number":
        return f"a number from {parameter.get('MinValue')} to {parameter.get('MaxValue')}"
    return f"a text that matches {parameter['AllowedPattern']}"
