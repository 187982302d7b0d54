"""The platform for tests that go through its public face."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from local.api import FINAL, Api
from local.deploy import resources
from local.platform import Options, Platform
from tests.lanes import TASKS_ONLY
from tests.media.generate import clip

Video = dict[str, Any]


@pytest.fixture(scope="session")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    # Chunks even for what one task would do in time, and for what is short.
    soonest = {"EncodeTargetInMinutes": "0", "LeastChunkInSeconds": "12", **TASKS_ONLY}
    # Three tasks at once: in the emulator the one with the sound may get its turn last.
    options = Options(state=tmp_path_factory.mktemp("platform"), port=0, parameters=soonest, tasks=3, wait_scale=0.02)
    with Platform(options) as running:
        yield running


@pytest.fixture(scope="session")
def api(platform: Platform) -> Api:
    return Api(platform.api, platform.token)


@pytest.fixture(scope="session")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return clip(tmp_path_factory.mktemp("media") / "clip.mp4", seconds=5, size="640x360")


@pytest.fixture(scope="session")
def video(api: Api, source: Path) -> Video:
    """A video that is ready; tests look at it and leave it as it is."""
    return ended(api, api.upload(source, lambda _: None))


@pytest.fixture(scope="session")
def made(platform: Platform) -> Callable[[str], str]:
    """The physical id of a resource of the template by its logical id."""
    return physical_ids(platform)


def physical_ids(platform: Platform) -> Callable[[str], str]:
    known = {resource.logical_id: resource.physical_id for resource in resources(platform.clients)}
    return known.__getitem__


def ended(api: Api, video_id: str, seconds: float = 120) -> Video:
    """The video once nothing more happens to it."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        video = api.video(video_id)
        if video["status"] in FINAL:
            return video
        time.sleep(0.2)
    raise AssertionError(f"{video_id} is still {video['status']} after {seconds} s")
