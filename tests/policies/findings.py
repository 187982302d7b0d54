"""What the readers of policies found, compared with what is accepted."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import yaml

ACCEPTED = Path(__file__).with_name("accepted.yaml")


class Finding(NamedTuple):
    """What a tool complains of: its name for it, the action or sentence that is meant, and the resource."""

    check: str
    subject: str
    at: str

    def __str__(self) -> str:
        return f"{self.at}: {self.check}: {self.subject}"


class Verdict(NamedTuple):
    """What nobody explained, and what is explained but found no more."""

    unexplained: list[Finding]
    outdated: list[Finding]


def accepted(path: Path = ACCEPTED) -> set[Finding]:
    """The findings that are accepted; ValueError where one has no reason."""
    found = set()
    for entry in yaml.safe_load(path.read_text()):
        if not str(entry.get("reason", "")).strip():
            raise ValueError(f"{entry['check']} is accepted without a reason")
        found |= {Finding(entry["check"], subject, at) for subject in entry["subjects"] for at in entry["at"]}
    return found


def judged(found: Iterable[Finding], explained: set[Finding]) -> Verdict:
    """The findings beside the accepted ones."""
    told = set(found)
    return Verdict(sorted(told - explained), sorted(explained - told))
