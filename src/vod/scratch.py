"""Sweeping scratch: what runs left that ended without their encoder noticing."""

import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

LEFT_SECONDS = 24 * 3600
"""A run folder that nobody wrote to for so long is looked at."""


def sweep(scratch: Path, is_encoding: Callable[[str], bool], now: Callable[[], float] = time.time) -> list[str]:
    """Remove old folders of videos that are not being encoded; their ids. Each video has a folder of its id."""
    gone = []
    for folder in (entry for entry in scratch.iterdir() if entry.is_dir()):
        if now() - _last_written(folder) > LEFT_SECONDS and not is_encoding(folder.name):
            shutil.rmtree(folder, ignore_errors=True)
            gone.append(folder.name)
    return gone


def _last_written(folder: Path) -> float:
    return max((entry.lstat().st_mtime for entry in (folder, *folder.rglob("*"))), default=0.0)


def clear(scratch: Path, place: Path) -> None:
    """Remove a task's own folder (video/run/task), and those above it that this leaves empty."""
    shutil.rmtree(place, ignore_errors=True)
    for parent in (place.parent, place.parent.parent):
        with suppress(OSError):  # other chunks still work there
            if parent != scratch:
                parent.rmdir()
