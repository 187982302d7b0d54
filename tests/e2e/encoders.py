"""The encoders that work on a video right now: to be counted, killed, held still, or kept from starting."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from local.platform import Platform

LAST_CHUNK = "3"
"""Of a film of 48 s, where chunks last 12 s."""


def encoder_processes(video_id: str) -> list[int]:
    """Process ids of encoders that work on this video (their command names its plan)."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = entry.read_bytes().decode(errors="replace").split("\0")
        except OSError:
            continue
        if any("encode.py" in part for part in command) and any(f"jobs/{video_id}/" in part for part in command):
            found.append(int(entry.parent.name))
    return found


@contextmanager
def held(video_id: str) -> Iterator[None]:
    """A while in which nothing more of this video is stored; their FFmpegs wait for somebody to read."""
    stopped = encoder_processes(video_id)
    for process in stopped:
        os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        for process in stopped:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGCONT)


@contextmanager
def no_capacity(platform: Platform, chunk: str = "") -> Iterator[None]:
    """A while in which no task, or none for this chunk, finds capacity on Fargate."""
    fault = platform.state / "faults" / "no-capacity"
    fault.parent.mkdir(exist_ok=True)
    fault.write_text(chunk)
    try:
        yield
    finally:
        fault.unlink()
