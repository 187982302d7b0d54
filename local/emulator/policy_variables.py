"""Policy variables, which ministack leaves as they are: `${aws:PrincipalTag/run}` is that tag of the session."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ministack.core import iam_evaluator

from local.emulator import seams

_VARIABLE = re.compile(r"\$\{([^}]+)\}")


class _Missing(LookupError):
    """The request has no such key: a statement that needs it matches nothing."""


def filled(statement: Any, context: Any) -> Any | None:
    """A statement with the values of a request; None where the request lacks one of them."""
    keys: Mapping[str, Any] = context.principal_keys or {}

    def value(match: re.Match[str]) -> str:
        found = keys.get(match[1].lower())
        if found is None:
            raise _Missing(match[1])
        return str(found)

    def each(text: Any) -> Any:
        if isinstance(text, dict):
            return {name: each(inner) for name, inner in text.items()}
        if isinstance(text, list):
            return [each(inner) for inner in text]
        return _VARIABLE.sub(value, text) if isinstance(text, str) else text

    try:
        return replace(statement, conditions=each(statement.conditions), resources=each(statement.resources))
    except _Missing:
        return None


def first_match(context: Any, statements: Any, effect: str) -> Any | None:
    """The first statement that decides; as its policy has it."""
    for statement in statements:
        if (ready := filled(statement, context)) and _first_match(context, [ready], effect):
            return statement
    return None


_first_match = iam_evaluator._first_match


def install() -> None:
    """Fill them in before statements are compared."""
    seams.replace(iam_evaluator, "_first_match", first_match, expected="dc96ef4846c7")
