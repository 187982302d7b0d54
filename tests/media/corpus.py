"""The real files that are not part of the project: found by VOD_MEDIA or in `shared` beside the repository."""

import os
from pathlib import Path

import pytest

BESIDE = Path(__file__).parents[3] / "shared"


def corpus_file(name: str) -> Path:
    """A file of the corpus; the test is skipped, and says why, when it is not there."""
    path = Path(os.environ.get("VOD_MEDIA", str(BESIDE))) / "corpus" / name
    if not path.exists():
        pytest.skip(f"NO REAL MEDIA: {name} is not under VOD_MEDIA or ../shared")
    return path
