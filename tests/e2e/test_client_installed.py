"""client/ installed as its README says, into an environment of its own, and the command that somebody gets by it."""

import os
import subprocess
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from local.api import Api
from local.platform import REPOSITORY, Platform

CLIENT = REPOSITORY / "client"
UV = REPOSITORY / ".venv-uv" / "bin" / "uv"
Vod = Callable[..., str]


class Installed(NamedTuple):
    """The command, and what the installation wrote into the client's folder."""

    command: Path
    left: set[Path]


def files() -> set[Path]:
    """What lies in the client's folder, but for the caches of tests that run meanwhile."""
    found = {path for path in CLIENT.rglob("*") if path.is_file()}
    return {path for path in found if not {"__pycache__", ".mypy_cache"} & set(path.parts)}


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """By `uv tool install`, which builds and installs as `pipx install` does, from the same index."""
    folder = tmp_path_factory.mktemp("installed")
    places = {"UV_TOOL_DIR": str(folder / "tools"), "UV_TOOL_BIN_DIR": str(folder / "bin")}
    before = files()

    done = subprocess.run(
        [UV, "tool", "install", "--reinstall-package", "vod-client", "./client"],  # not the build of an earlier run
        cwd=REPOSITORY,
        env={**os.environ, **places},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    return Installed(folder / "bin" / "vod", files() - before)


@pytest.fixture
def vod(installed: Installed, tmp_path: Path) -> Vod:
    def run(*words: str) -> str:
        done = subprocess.run(
            [installed.command, *words],
            cwd=tmp_path,
            env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), "COLUMNS": "200"},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run


def test_nothing_of_the_build_is_left_in_the_clone(installed: Installed) -> None:
    assert installed.left == set()


def test_it_says_its_version_and_its_commands(vod: Vod) -> None:
    project = tomllib.loads((CLIENT / "pyproject.toml").read_text())["project"]

    assert vod("--version").strip() == f"vod {project['version']}"
    assert {"login", "upload", "ls"} <= set(vod("--help").split())


def test_it_finds_the_videos_of_a_platform(vod: Vod, platform: Platform, api: Api) -> None:
    made = api.call("POST", "/keys", {"name": "installed", "scopes": ["read"]})
    video = api.call("POST", "/videos", {"filename": "of-the-installed.mp4", "size": 1000})["video"]

    vod("login", platform.url, "--key", made["secret"])

    assert video["id"] in vod("ls", "of-the-installed")
