"""The engine, the images and a platform whose tasks are containers; `make test-docker` gives the engine."""

import os
from collections.abc import Iterator

import pytest

from local.platform import Options, Platform
from tests.docker.engine import Engine
from tests.docker.images import ENCODER
from tests.e2e.conftest import api, source, video  # noqa: F401 - the same, of this platform
from tests.lanes import TASKS_ONLY

GIVEN = "VOD_TEST_ENGINE"


@pytest.fixture(scope="session")
def engine() -> Engine:
    if GIVEN not in os.environ:
        pytest.skip("no Docker engine was given: run `make test-docker`")
    return Engine(os.environ[GIVEN])


@pytest.fixture(scope="session")
def platform(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    # An address where nobody listens: without one, the stack has no WebhookFunction to invoke.
    options = Options(
        state=tmp_path_factory.mktemp("platform"),
        port=0,
        encoder_image=ENCODER,
        parameters={"WebhookUrl": "http://127.0.0.1:9/", **TASKS_ONLY},
    )
    with Platform(options) as running:
        yield running
