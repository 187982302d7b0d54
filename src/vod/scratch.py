"""Sweeping scratch: what runs left that ended without their encoder noticing."""

import shutil
import time
from collections.abc import Callable
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
