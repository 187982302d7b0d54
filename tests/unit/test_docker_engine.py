"""`make test-docker` where no engine is to be had: loud, and a failure only for who demands one."""

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.docker import __main__ as command
from tests.docker import engine, images
from tests.docker.engine import Engine, NoEngineError


@pytest.fixture
def no_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def none(_: Path) -> Iterator[Engine]:
        raise NoEngineError("there is no apt-get")
        yield Engine()

    monkeypatch.setattr(command, "engine", none)


@pytest.mark.parametrize(("demanded", "code"), [("", 0), ("required", 1)])
def test_it_says_so_and_fails_only_where_it_was_demanded(
    no_engine: None, demanded: str, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("VOD_DOCKER", demanded)

    assert command.main([]) == code
    assert "##### THE DOCKER TESTS WERE NOT RUN: there is no apt-get" in capsys.readouterr().err


def test_only_root_can_start_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none")

    with pytest.raises(NoEngineError, match="only root"), engine.engine(tmp_path):
        pass


def test_only_root_can_install_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)

    with pytest.raises(NoEngineError, match="no-such-program is missing"):
        engine.installed("no-such-program", "package")


def test_a_base_image_is_made_of_the_release_and_the_python_that_its_name_tells() -> None:
    command = images.debootstrap(
        "mirror.example/library/python:3.13-slim-trixie", "http://mirror/debian", Path("base.tar")
    )

    assert command[-3:] == ["trixie", "base.tar", "http://mirror/debian"]
    assert "--include=python3.13,python3-pip,ca-certificates" in command


def test_the_base_is_what_the_dockerfile_names_in_each_stage() -> None:
    stages = [line.split()[1] for line in images.DOCKERFILE.read_text().splitlines() if line.startswith("FROM")]

    assert set(stages) == {"${REGISTRY_MIRROR}/python:3.13-slim-trixie${BASE_DIGEST}"}
    assert images.base() == "public.ecr.aws/docker/library/python:3.13-slim-trixie"


def test_no_dockerfile_asks_docker_hub_which_refuses_anonymous_pulls() -> None:
    registries = [
        image.split("/")[0]
        for file in (images.DOCKERFILE, images.FUNCTION / "Dockerfile")
        for image in re.findall(r"^(?:ARG REGISTRY_MIRROR=|FROM )([^$\s]+)", file.read_text(), re.M)
    ]

    assert set(registries) == {"public.ecr.aws"}


def test_an_engine_whose_containers_reach_no_packages_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    refused = subprocess.CompletedProcess([], 1, "", "No matching distribution found for pip")
    monkeypatch.setattr(Engine, "docker", lambda *_, **__: refused)

    with pytest.raises(NoEngineError, match="No matching distribution"):
        images.require_packages(Engine())
