"""Scratch: each task's own folder, and what runs left that ended without their encoder noticing."""

import errno
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from vod.encoder import journal
from vod.plan.chunks import Chunk
from vod.plan.plan import Plan

LEFT_SECONDS = 3600
"""A run folder that nobody wrote to for so long is looked at."""
FULL_EXIT = errno.ENOSPC
"""How an encoder ends that found scratch full: the record then says so (steps/fail.py)."""
_TRIES = 100


def sweep(scratch: Path, is_encoding: Callable[[str], bool], now: Callable[[], float] = time.time) -> list[str]:
    """Remove old folders of videos that are not being encoded; their ids. Each video has a folder of its id."""
    gone = []
    for folder in (entry for entry in scratch.iterdir() if entry.is_dir() and not entry.is_symlink()):
        if not is_encoding(folder.name) and _is_old(folder, now()):
            shutil.rmtree(folder, ignore_errors=True)
            if not folder.exists():
                gone.append(folder.name)
    return gone


def count(scratch: Path, video_id: str) -> int:
    """How many files of a video there are."""
    return sum(entry.is_file() for entry in _folder(scratch, video_id).rglob("*"))


def remove(scratch: Path, video_id: str) -> int:
    """Remove all of a video; how many files are gone."""
    found = count(scratch, video_id)
    shutil.rmtree(_folder(scratch, video_id), ignore_errors=True)
    return max(found - count(scratch, video_id), 0)


def _folder(scratch: Path, video_id: str) -> Path:
    if not video_id or video_id == ".." or Path(video_id).name != video_id:
        raise ValueError(f"not the id of a video: {video_id}")
    return scratch / video_id


def _is_old(folder: Path, now: float) -> bool:
    """Whether nobody wrote to a folder lately; a time that is long to come says nothing."""
    return all(abs(now - _written(entry, now)) > LEFT_SECONDS for entry in (folder, *folder.rglob("*")))


def _written(entry: Path, now: float) -> float:
    try:
        return entry.lstat().st_mtime
    except FileNotFoundError:  # its task removed it just now
        return now
    except OSError:  # what cannot be looked at does not keep the rest
        return 0.0


def place_of(scratch: Path, plan: Plan, chunk: Chunk) -> Path:
    """A chunk's own folder: the next task of it goes on there."""
    return scratch / plan.video_id / plan.run / f"chunk-{chunk.index:05d}"


def take(place: Path) -> Path:
    """Make a task's own folder (video/run/task), also while the end of another task removes those above it."""
    for _ in range(_TRIES):
        # Missing: a folder above was just removed. Existing: it was, between the making and Python's look at it.
        with suppress(FileNotFoundError, FileExistsError):
            place.mkdir(parents=True, exist_ok=True)
            return place
    place.mkdir(parents=True, exist_ok=True)
    return place


def clear(scratch: Path, place: Path) -> None:
    """Remove a task's own folder (video/run/task), and those above it that this leaves empty."""
    shutil.rmtree(place, ignore_errors=True)
    for parent in (place.parent, place.parent.parent):
        with suppress(OSError):  # other chunks still work there
            if parent != scratch:
                parent.rmdir()


def is_full(failed: OSError) -> bool:
    """Whether there was no space, or no more of a quota, to write to."""
    return failed.errno in (errno.ENOSPC, errno.EDQUOT)


def make_room(scratch: Path, place: Path) -> None:
    """Give the space of a task's copy of its source back; the journal stays, and with it what is stored already."""
    for file in place.glob("source*"):
        file.unlink(missing_ok=True)
    if not journal.has_entries(place):
        clear(scratch, place)
