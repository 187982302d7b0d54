"""Kills at the joint of the two lanes: the head in functions, the rest in tasks, and never a frame lost or doubled."""

import os
import random
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from local.platform import Platform
from tests.faults.conftest import PARAMETERS, options
from tests.faults.world import World, kill, require_alike
from tests.local.aws import until
from tests.media.generate import clip

SECONDS = 24
LANE = {"FunctionLaneMaxInSeconds": "15", "FunctionLaneMemoryMiB": "1769"}
"""A vCPU is meant to take seconds for a segment of 540p: the head is four pieces."""


@pytest.fixture(scope="module")
def lanes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    asked = replace(options(tmp_path_factory.mktemp("lanes")), parameters=PARAMETERS | LANE)
    with Platform(asked) as running:
        yield World(running)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return clip(tmp_path_factory.mktemp("media") / "long.mp4", seconds=SECONDS, size="960x540")


@pytest.fixture(scope="module")
def calm(lanes: World, source: Path) -> str:
    """The same source, undisturbed."""
    video_id = lanes.upload(source, SECONDS * 25)
    assert lanes.settle() == []
    return video_id


@contextmanager
def kills(world: World, chance: random.Random, most: int) -> Iterator[list[str]]:
    """A while in which functions that encode and tasks end at random; who did."""
    over, done = threading.Event(), list[str]()

    def strike() -> None:
        while len(done) < most and not over.wait(chance.uniform(0.3, 1.2)):
            pieces, tasks = world.workers_of("PieceFunction"), world.encoders
            kind = chance.choice(["function", "task"] if tasks else ["function"])
            if kind == "task" and kill(tasks, chance):
                done.append(kind)
            elif kind == "function" and pieces:
                with suppress(ProcessLookupError):
                    os.killpg(chance.choice(sorted(pieces)), signal.SIGKILL)
                    done.append(kind)

    thread = threading.Thread(target=strike)
    thread.start()
    try:
        yield done
    finally:
        over.set()
        thread.join()


@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.exhaustive) for seed in (2, 3, 4))])
def test_functions_and_tasks_that_die_leave_no_seam(
    lanes: World, source: Path, calm: str, tmp_path: Path, seed: int
) -> None:
    with kills(lanes, random.Random(seed), most=8) as done:
        video_id = lanes.upload(source, SECONDS * 25)
        assert lanes.settle() == []

    assert "function" in done
    assert lanes.frames(video_id) == {SECONDS * 25}
    require_alike(lanes.hls(video_id), lanes.hls(calm), tmp_path)


def test_an_emulator_that_dies_between_the_lanes_goes_on_with_both(
    lanes: World, source: Path, calm: str, tmp_path: Path
) -> None:
    video_id = lanes.upload(source, SECONDS * 25)
    bucket, s3 = lanes.made("OutputBucket"), lanes.platform.clients.s3
    prefix = f"jobs/{video_id}/"
    until(lambda: s3.list_objects_v2(Bucket=bucket, Prefix=prefix)["KeyCount"] > 1, 120)  # the first piece is reported

    lanes.kill_emulator()

    assert lanes.settle() == []
    require_alike(lanes.hls(video_id), lanes.hls(calm), tmp_path)
