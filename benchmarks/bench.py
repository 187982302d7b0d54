"""What every measurement is given, and what it answers."""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.clips import Clips, Shape
from benchmarks.markdown import table
from benchmarks.meter import Spent
from benchmarks.ratios import Comparison

FULL_HD = Shape(1920, 1080, 25, 10)


@dataclass(frozen=True, slots=True)
class Bench:
    """The clips, and a folder for what is kept between runs."""

    clips: Clips
    kept: Path

    def tell(self, line: str) -> None:
        """Show progress."""
        print(f"  {line}", file=sys.stderr, flush=True)

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """An empty folder for one run's output."""
        self.kept.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self.kept) as folder:
            yield Path(folder)

    def told(self, name: str, spent: Spent) -> Spent:
        """Show what a run took, and pass it on."""
        self.tell(f"{name}: {spent.cpu_seconds:.1f} s CPU, {spent.wall_seconds:.1f} s wall")
        return spent


def compared(comparison: Comparison, ours: str, theirs: str) -> str:
    """A comparison as text: the verdict and a row for each pair."""
    rows = [
        (
            number,
            _cost(pair.ours),
            _cost(pair.theirs),
            f"{pair.cpu:.3f}",
            _counted(pair.instructions),
            f"{pair.wall:.2f}",
        )
        for number, pair in enumerate(comparison.pairs, start=1)
    ]
    median = (
        "median",
        "",
        "",
        f"**{comparison.cpu:.3f}**",
        _counted(comparison.instructions),
        f"{comparison.wall:.2f}",
    )
    head = (
        "pair",
        f"{ours}: CPU s / wall s",
        f"{theirs}: CPU s / wall s",
        "CPU ratio",
        "instructions ratio",
        "wall ratio",
    )
    return f"**{comparison.verdict}**\n\n{table(head, [*rows, median])}"


def _cost(spent: Spent) -> str:
    return f"{spent.cpu_seconds:.1f} / {spent.wall_seconds:.1f}"


def _counted(ratio: float | None) -> str:
    return "-" if ratio is None else f"{ratio:.4f}"
