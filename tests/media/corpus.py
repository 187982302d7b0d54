"""The real files that are not part of the project: found by VOD_MEDIA or in `shared` beside the repository."""

import csv
import os
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import pytest

BESIDE = Path(__file__).parents[3] / "shared"
OUTCOMES = {
    "transcodes": {"ready"},
    "must be rejected": {"refused"},
    "damaged": {"ready", "refused"},
    "audio only": {"ready", "refused"},
    "edge": {"ready", "refused"},
}
"""How a manifest's `expected` begins -> how the file may end."""


@dataclass(frozen=True, slots=True)
class MediaFile:
    """A file and what its manifest says of it; without a manifest, a name that no test can find."""

    folder: str
    name: str
    facts: Mapping[str, str]

    @property
    def path(self) -> Path:
        """The file; the test is skipped, and says why, when it is not there."""
        return _found(self.folder, self.name)

    @property
    def outcomes(self) -> set[str]:
        """How it may end."""
        return next(outcomes for begin, outcomes in OUTCOMES.items() if self.facts["expected"].startswith(begin))

    @property
    def upright(self) -> Fraction:
        """Width by height as a viewer sees it: pixel shape and rotation applied."""
        across, down = (self.facts["sar"] or "1:1").split(":")
        shape = Fraction(int(self.facts["width"]) * int(across), int(self.facts["height"]) * int(down))
        return 1 / shape if self.facts["rotation"] in ("90", "-90") else shape


def corpus_file(name: str) -> Path:
    """A file of the corpus; the test is skipped, and says why, when it is not there."""
    return _found("corpus", name)


def listed(folder: str) -> list[MediaFile]:
    """Every file of a folder's manifest; one that cannot be found when there is no manifest."""
    manifest = _media() / folder / "manifest.csv"
    if not manifest.exists():
        return [MediaFile(folder, "manifest.csv", {})]
    with manifest.open() as rows:
        return [MediaFile(folder, row["file"], row) for row in csv.DictReader(rows)]


def _media() -> Path:
    return Path(os.environ.get("VOD_MEDIA", str(BESIDE)))


def _found(folder: str, name: str) -> Path:
    path = _media() / folder / name
    if not path.exists():
        pytest.skip(f"NO REAL MEDIA: {name} is not under VOD_MEDIA or ../shared")
    return path
