"""An emulator for the tests of its seams, and the platform for the tests of the launcher; both only when asked for."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from local import child
from local.cdn import free_port
from local.child import Emulator
from local.clients import Clients
from local.platform import REPOSITORY, Options, Platform
from tests.lanes import TASKS_ONLY


@pytest.fixture(scope="session")
def emulator_python() -> Path:
    return Options.from_environment().emulator_python


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory, emulator_python: Path) -> Iterator[Emulator]:
    state = tmp_path_factory.mktemp("emulator")
    options = ["--lambda-python", sys.executable, "--tasks", "1"]
    running = child.start(emulator_python, REPOSITORY, state, free_port(), options)
    yield running
    running.stop()


@pytest.fixture(scope="session")
def clients(emulator: Emulator) -> Clients:
    return Clients(f"http://127.0.0.1:{emulator.port}")


@pytest.fixture(scope="session")
def platform(tmp_path_factory: pytest.TempPathFactory, emulator_python: Path) -> Iterator[Platform]:
    state = tmp_path_factory.mktemp("platform")
    options = Options(state=state, port=0, emulator_python=emulator_python, parameters=TASKS_ONLY)
    with Platform(options) as running:
        yield running


@pytest.fixture
def launcher_environment(tmp_path: Path, emulator_python: Path) -> dict[str, str]:
    return {
        **os.environ,
        "VOD_STATE": str(tmp_path / "state"),
        "VOD_PORT": "0",
        "VOD_EMULATOR_PYTHON": str(emulator_python),
        "PYTHONPATH": str(REPOSITORY),
    }
