"""An assumption as a value, and the judgement of what was measured: as assumed, different, or not known."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

Facts = Mapping[str, Any]
"""What was measured, by the name of the check."""


class Verdict(StrEnum):
    """How an assumption did."""

    HOLDS = "as assumed"
    DIFFERS = "differs"
    UNKNOWN = "?"


@dataclass(frozen=True, slots=True)
class Unknown:
    """In place of a fact that could not be had, with the reason."""

    reason: str


@dataclass(frozen=True, slots=True)
class Check:
    """One assumption: in words, as a test of the fact, and what to do where it does not hold.

    `local` says why the emulator cannot tell: there its fact is not judged.
    """

    name: str
    assumed: str
    holds: Callable[[Any], bool]
    otherwise: str
    local: str = ""
    shown: Callable[[Any], str] = str


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report."""

    name: str
    assumed: str
    measured: str
    verdict: Verdict
    advice: str = ""


def judged(check: Check, facts: Facts, is_emulator: bool) -> Finding:
    """The verdict on one assumption; `?` where there is no fact, or where the emulator's says nothing of AWS."""
    measured, verdict = _compared(check, facts.get(check.name, Unknown("not measured")))
    if is_emulator and check.local:
        measured, verdict = f"{measured} (not AWS: {check.local})", Verdict.UNKNOWN
    advice = check.otherwise if verdict is Verdict.DIFFERS else ""
    return Finding(check.name, check.assumed, measured, verdict, advice)


def _compared(check: Check, fact: Any) -> tuple[str, Verdict]:
    if isinstance(fact, Unknown):
        return fact.reason, Verdict.UNKNOWN
    try:
        return check.shown(fact), Verdict.HOLDS if check.holds(fact) else Verdict.DIFFERS
    except (AttributeError, KeyError, TypeError, ValueError) as odd:
        return f"{fact!r} ({odd!r})", Verdict.UNKNOWN


def findings(checks: Iterable[Check], facts: Facts, is_emulator: bool) -> list[Finding]:
    """Every check's, in order."""
    return [judged(check, facts, is_emulator) for check in checks]
