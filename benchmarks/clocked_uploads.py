"""Clips sent through the whole platform on this machine with AWS's clock: from their last byte to playable and ready.

The clock goes so slowly that this machine's cores suffice for all functions that AWS would run at once. A film's tasks
are not waited for: its upload is over when it can be watched.
"""

import os
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Any

from benchmarks.clips import Clips, Shape
from local.api import Api
from local.emulator import latencies
from local.platform import Options, Platform

POLL_SECONDS = 0.02
"""Of AWS's clock."""
LIMIT_SECONDS = 90
"""Of AWS's clock: what takes longer is not measured here."""
_HEADROOM = 1.5
"""So much more than the functions' CPU seconds has the machine to give."""
_CLIP_SECONDS = 10
_PIECE = re.compile(r"REPORT \S*PieceFunction\S*: ([0-9.]+) s, (?!0\.[0-2])")
"""A call that encoded; others only load it."""


@dataclass(frozen=True, slots=True)
class Watched:
    """Seconds of AWS's clock after the last byte; `playable` None for what was ready at once, `ready` None for what is
    encoded in tasks; how long each function took that encoded, where none was cold."""

    playable: float | None
    ready: float | None
    pieces: tuple[float, ...]


def slow_motion(pieces: int, memory: int) -> int:
    """How many times slower this machine has to be where so many functions run at once."""
    return ceil(_HEADROOM * pieces * latencies.vcpus(memory) / (os.cpu_count() or 1))


def clip(clips: Clips, seconds: int) -> Path:
    """1080p25 of so many seconds, half camera, half animation, over and over."""
    first = clips.mix(Shape(1920, 1080, 25, _CLIP_SECONDS, crf=23))
    return clips.repeated(first, seconds // _CLIP_SECONDS) if seconds > _CLIP_SECONDS else first


@contextmanager
def platform(memory: int, slower: int) -> Iterator[Platform]:
    """A platform with that clock, in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        parameters = {"FunctionLaneMemoryMiB": str(memory)}
        with Platform(Options(state=Path(folder), port=0, parameters=parameters, slower=slower)) as running:
            yield running


def watched(running: Platform, path: Path, is_whole: bool, is_cold: bool = False) -> Watched:
    """Upload a clip and watch its record; where it is cold, no function has an environment when the upload begins."""
    if is_cold:
        asked = running.state / "faults" / "ended-sessions"
        asked.parent.mkdir(exist_ok=True)
        asked.touch()
    api, log = Api(running.api, running.token), running.state / "emulator.log"
    before, end = log.stat().st_size, {"at": 0.0}

    def advance(_: int) -> None:
        end["at"] = time.monotonic()

    video = api.upload(path, advance)
    status, seconds = _until(running, video, ("playable", "ready"), end["at"])
    playable = seconds if status == "playable" else None
    ready = _until(running, video, ("ready",), end["at"])[1] if is_whole else None
    with log.open() as lines:
        lines.seek(before)
        told = lines.read()
    if "too busy" in told:
        print("this machine was too busy: these figures are too high", file=sys.stderr)
    pieces = () if is_cold else tuple(float(seconds) for seconds in _PIECE.findall(told))
    if not is_whole:
        api.call("DELETE", f"/videos/{video}")
    return Watched(playable, ready, pieces)


def _until(running: Platform, video: str, wanted: tuple[str, ...], began: float) -> tuple[str, float]:
    slower = running.options.slower
    while (passed := time.monotonic() - began) < LIMIT_SECONDS * slower:
        status = _status(running, video)
        if status in wanted:
            return status, passed / slower
        if status == "failed":
            raise RuntimeError(f"{video} failed: see {running.state / 'emulator.log'}")
        time.sleep(POLL_SECONDS * slower)
    raise RuntimeError(f"{video} is not {wanted[0]} after {LIMIT_SECONDS} s of AWS's clock")


def _status(running: Platform, video: str) -> str:
    """From the table: the API would answer as slowly as the clock goes, and compute meanwhile."""
    table: Any = running.clients.dynamodb
    (name,) = table.list_tables()["TableNames"]
    found = table.get_item(TableName=name, Key={"pk": {"S": f"VIDEO#{video}"}, "sk": {"S": "VIDEO"}})
    return str(found.get("Item", {}).get("status", {}).get("S", ""))
