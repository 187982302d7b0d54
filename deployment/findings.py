"""What a look at an account finds: one line a subject, whether it is well, and what is to be done."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from textwrap import wrap

from botocore.exceptions import BotoCoreError, ClientError

REFUSED = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError", "Forbidden")
WIDTH = 76


class Verdict(StrEnum):
    """How a subject is."""

    OK = "ok"
    UNKNOWN = "?"
    TO_DO = "to do"
    FAILS = "NO"
    """A deployment would surely fail."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One subject, what was seen, and the command or console path that helps."""

    subject: str
    verdict: Verdict
    seen: str
    remedy: str = ""


def ok(subject: str, seen: str) -> Finding:
    """All is well."""
    return Finding(subject, Verdict.OK, seen)


def unknown(subject: str, seen: str, remedy: str = "") -> Finding:
    """Nobody can tell from here."""
    return Finding(subject, Verdict.UNKNOWN, seen, remedy)


def to_do(subject: str, seen: str, remedy: str) -> Finding:
    """Somebody has to act, before or after the deployment."""
    return Finding(subject, Verdict.TO_DO, seen, remedy)


def fails(subject: str, seen: str, remedy: str) -> Finding:
    """A deployment would fail."""
    return Finding(subject, Verdict.FAILS, seen, remedy)


def asked(subject: str, look: Callable[[], Finding]) -> Finding:
    """What a look finds; a right that is missing, or a service that does not answer, is no failure but a `?`."""
    try:
        return look()
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in REFUSED:
            return unknown(subject, f"these credentials have no permission for {error.operation_name}")
        return unknown(subject, f"{error.operation_name} answers {code}")
    except BotoCoreError as error:
        return unknown(subject, str(error))


def table(findings: Iterable[Finding]) -> str:
    """The findings as lines for a terminal, the remedy below what was seen."""
    found = list(findings)
    subjects = max((len(each.subject) for each in found), default=0)
    lines = []
    for each in found:
        head = f"{each.verdict:<5}  {each.subject:<{subjects}}  "
        told = [*wrap(each.seen, WIDTH), *(f"-> {line}" for line in each.remedy.splitlines())]
        lines += [head + told[0], *(" " * len(head) + line for line in told[1:])]
    return "\n".join(lines)
