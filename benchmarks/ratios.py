"""Ratios of two contenders, measured in turn so that a machine's changing speed hits both alike."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import median

from benchmarks.meter import Spent

PAIRS = 3

Run = Callable[[], Spent]


@dataclass(frozen=True, slots=True)
class Pair:
    """One run of ours and one of theirs, back to back."""

    ours: Spent
    theirs: Spent

    @property
    def cpu(self) -> float:
        """CPU seconds of ours in those of theirs."""
        return self.ours.cpu_seconds / self.theirs.cpu_seconds

    @property
    def wall(self) -> float:
        """Wall seconds of ours in those of theirs."""
        return self.ours.wall_seconds / self.theirs.wall_seconds

    @property
    def instructions(self) -> float | None:
        """User instructions of ours in those of theirs, None where they are not counted."""
        if not self.ours.instructions or not self.theirs.instructions:
            return None
        return self.ours.instructions / self.theirs.instructions


@dataclass(frozen=True, slots=True)
class Comparison:
    """Pairs of runs, and the highest CPU ratio that was aimed for."""

    name: str
    goal: float
    pairs: tuple[Pair, ...]

    @property
    def cpu(self) -> float:
        """Median of the pairs' CPU ratios."""
        return median(pair.cpu for pair in self.pairs)

    @property
    def wall(self) -> float:
        """Median of the pairs' wall ratios."""
        return median(pair.wall for pair in self.pairs)

    @property
    def instructions(self) -> float | None:
        """Median of the pairs' instruction ratios, None unless every pair has one."""
        counted = [pair.instructions for pair in self.pairs if pair.instructions is not None]
        return median(counted) if len(counted) == len(self.pairs) else None

    @property
    def main(self) -> float:
        """What is held against the goal: instructions where they are counted, since load does not change them."""
        return self.cpu if self.instructions is None else self.instructions

    @property
    def verdict(self) -> str:
        """One sentence: met or missed, by which figure."""
        kind = "CPU time" if self.instructions is None else "instructions"
        word = "met" if self.main <= self.goal else "MISSED"
        return f"{self.name}: {self.main:.3f} of the {kind}; goal at most {self.goal:g}: {word}."


def in_turn(ours: Run, theirs: Run, pairs: int = PAIRS) -> Iterator[Pair]:
    """Ours, theirs, then theirs, ours, and so on: who goes first changes from pair to pair."""
    for number in range(pairs):
        if number % 2:
            other = theirs()
            yield Pair(ours(), other)
        else:
            yield Pair(ours(), theirs())
