"""The engine, the images and a platform whose tasks are containers; `make test-docker` gives the engine."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.api import Api
from local.platform import Options, Platform
from tests.docker.engine import Engine
from tests.docker.images import ENCODER
from tests.e2e.conftest import Video, ended
from tests.media.generate import clip

GIVEN = "VOD_TEST_ENGINE"


@pytest.fixture(scope="session")
def engine() -> Engine:
    if GIVEN not in os.environ:
        pytest.skip("no Docker engine was given: run `make test-docker`")
    return Engine(os.environ[GIVEN])


@pytest.fixture(scope="session")
def platform(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    options = Options(state=tmp_path_factory.mktemp("platform"), port=0, encoder_image=ENCODER)
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
