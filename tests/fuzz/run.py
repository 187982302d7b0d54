"""A bounded number of mutants, one after the other; what each did, and how to repeat the bad ones."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.fuzz.changes import Change, changed
from tests.fuzz.mutants import mutation
from tests.fuzz.verdict import BUDGET, Verdict, verdict
from vod.source.sealed_probe import ProbeProcess


@dataclass(frozen=True, slots=True)
class Bad:
    """A mutant that found a fault."""

    seed: int
    number: int
    file: Path
    changes: list[Change]
    verdict: Verdict

    def __str__(self) -> str:
        return (
            f"mutant {self.number} of seed {self.seed}, {self.file.name} with {' '.join(map(str, self.changes))}: "
            f"{self.verdict.outcome}\n{self.verdict.detail.strip()}\n"
            f"Again: make fuzz SEED={self.seed} MUTANT={self.number}"
        )


@dataclass(slots=True)
class Found:
    """How many mutants ended how, and the bad ones."""

    outcomes: Counter[str] = field(default_factory=Counter)
    bad: list[Bad] = field(default_factory=list)


def run(files: Sequence[Path], seed: int, numbers: Iterable[int]) -> Found:
    """Probe these mutants."""
    process = ProbeProcess(BUDGET)
    found = Found()
    try:
        for number in numbers:
            file = files[number % len(files)]
            changes = mutation(file.read_bytes(), seed, number)
            seen = verdict(changed(file.read_bytes(), changes), process)
            found.outcomes[seen.outcome] += 1
            if seen.is_bad:
                found.bad.append(Bad(seed, number, file, changes, seen))
    finally:
        process.close()
    return found
