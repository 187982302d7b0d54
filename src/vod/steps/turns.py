"""Turns: who is next of those that wait for an execution.

The next one is of the owner of whom the fewest run, and among those whose last turn is longest ago.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from vod.ports.services import Held, Ledger, Waiting

LOOKED_AT = 10
"""So many of an owner's waiting ones are tried at a time: one for which the budget never suffices holds up no other."""


@dataclass(frozen=True, slots=True)
class Turns:
    """How many videos are encoded at a time, of all owners and of one; 0 for any number."""

    videos: int = 0
    of_owner: int = 0


class Queue:
    """Those that wait, a line for each owner; who takes from it says what became of each."""

    def __init__(self, waiting: Waiting, ledger: Ledger) -> None:
        self._waiting = waiting
        self._lines = {owner: self._line(owner) for owner in waiting.owners()}
        self._running = Counter(ledger.running(self._lines))
        self._refused = Counter[str]()

    @property
    def refused(self) -> int:
        """How many were tried in vain."""
        return self._refused.total()

    def next(self) -> Held | None:
        """Whose turn it is; None when nobody is left."""
        while self._lines:
            owner = min(self._lines, key=lambda each: (self._running[each] + self._refused[each], self._refused[each]))
            if held := next(self._lines[owner], None):
                return held
            del self._lines[owner]
        return None

    def note_started(self, held: Held) -> None:
        """It runs now, and counts against its owner."""
        self._running[held.owner] += 1

    def note_refused(self, held: Held) -> None:
        """It could not start; the next of its owner may, after others."""
        self._refused[held.owner] += 1

    def close(self, owner: str) -> None:
        """Nobody of this owner's can start now."""
        del self._lines[owner]

    def _line(self, owner: str) -> Iterator[Held]:
        """Those of an owner's that wait, longest first; an owner of whom none does is forgotten."""
        found = self._waiting.of_owner(owner, LOOKED_AT)
        if not found:
            self._waiting.forget(owner)
        while found:
            yield from found
            more = self._waiting.of_owner(owner, LOOKED_AT)
            found = more if more[:1] != found[:1] else ()
