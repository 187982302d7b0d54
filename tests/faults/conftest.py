"""One platform for all faults, and clips that are soon encoded."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from local.platform import Options, Platform
from tests.faults.world import World
from tests.lanes import TASKS_ONLY
from tests.media.generate import clip

PARAMETERS = {"EncodeTargetInMinutes": "0", "SinglePutMaxMiB": "5", **TASKS_ONLY}


def options(state: Path) -> Options:
    """How the platform is started: waits are short, and a killed emulator forgets little."""
    return Options(state=state, port=0, parameters=PARAMETERS, tasks=3, wait_scale=0.02, autosave_seconds=0.5)


@pytest.fixture(scope="session")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    with Platform(options(tmp_path_factory.mktemp("platform"))) as running:
        yield running


@pytest.fixture
def world(platform: Platform) -> Iterator[World]:
    """The platform without a video; what a test uploaded is deleted after it."""
    made = World(platform)
    yield made
    for video_id in list(made.uploads):
        made.api.call("DELETE", f"/videos/{video_id}")


@pytest.fixture(scope="session")
def short(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds, 50 frames."""
    return clip(tmp_path_factory.mktemp("media") / "short.mp4", seconds=2, size="320x240")


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A minute, 1500 frames: long enough to be interrupted."""
    return clip(tmp_path_factory.mktemp("media") / "film.mp4", seconds=60, size="320x240")
