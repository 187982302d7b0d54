"""Killing an encode with SIGKILL at a random point, and trying again until it is done."""

import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from vod.plan.plan import Plan

ROOT = Path(__file__).parents[2]
SEED = int(os.environ.get("VOD_SEED", "1"))
MOST_TRIES = 4


@dataclass(frozen=True, slots=True)
class Point:
    """Some moments (s) after so many objects were about to be stored, by this try: the whole task dies, or FFmpeg alone."""

    stores: int
    later: float
    only_ffmpeg: bool


def points(name: str, stores: int, count: int = 2) -> list[Point]:
    """Random points of a task that stores so many objects, the same for the same VOD_SEED and name."""
    chance = random.Random(f"{SEED} {name}")
    return [
        Point(chance.randint(1, max(1, stores // 2)), chance.uniform(0, 0.03), chance.random() < 0.3)
        for _ in range(count)
    ]


def encode_killed(plan: Plan, source: Path, folder: Path, at: list[Point]) -> list[int]:
    """Encode in a child that is killed at each point in turn, then left alone; every try's exit code, the last 0."""
    print(f"VOD_SEED={SEED} {at}")
    folder.mkdir(parents=True)
    (folder / "plan").write_text(plan.model_dump_json())
    codes = [_attempt(source, folder, point) for point in at]
    while codes[-1] != 0 and len(codes) < len(at) + MOST_TRIES:
        codes.append(_attempt(source, folder, None))
    return codes


def _attempt(source: Path, folder: Path, point: Point | None) -> int:
    command = [sys.executable, "-m", "tests.media.encode_child", str(folder / "plan"), str(source), str(folder)]
    search = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=ROOT, env=search) as child:
        assert child.stdout is not None
        if point:
            for _ in range(point.stores):
                child.stdout.readline()
            with suppress(subprocess.TimeoutExpired):
                child.wait(point.later)
            _kill(child.pid, point.only_ffmpeg)
        child.stdout.read()
    return child.returncode


def _kill(pid: int, only_ffmpeg: bool) -> None:
    victims = list(_encoding(pid)) if only_ffmpeg else []
    with suppress(ProcessLookupError):
        os.kill(victims[0] if victims else pid, signal.SIGKILL)


def _encoding(pid: int) -> Iterator[int]:
    """The FFmpeg among the children of a process that makes segments."""
    for thread in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            for child in thread.read_text().split():
                if b"-filter_complex" in Path(f"/proc/{child}/cmdline").read_bytes():
                    yield int(child)
