"""What the commands of this machine say when something is wrong: one sentence, before anything is started."""

import errno
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from local import bare, dashboard, demo, disk, image, parameters, up
from local.owner import only_one
from local.platform import REPOSITORY, Options

Said = Callable[[], str]


@pytest.fixture(autouse=True)
def state(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    for name in ("VOD_PORT", "VOD_IMAGE", "VOD_LOCAL_TASKS", "KEEP", "FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("VOD_STATE", str(tmp_path / "state"))
    monkeypatch.setattr("local.child.start", lambda *_: pytest.fail("the emulator was started"))
    monkeypatch.setattr(sys, "argv", ["command"])
    return tmp_path / "state"


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Said:
    """The one line that was printed as an error."""

    def line() -> str:
        (only,) = capsys.readouterr().err.splitlines()
        return only

    return line


@pytest.fixture
def taken() -> Iterator[str]:
    """A port that somebody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield str(listening.getsockname()[1])


def start_up() -> int:
    return up.main([])


COMMANDS = {"up": start_up, "emulator": bare.main, "dashboard": dashboard.main}


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("port", ["70000", "eighty", "-1", "²"])
def test_a_port_that_is_none(monkeypatch: pytest.MonkeyPatch, said: Said, command: str, port: str) -> None:
    monkeypatch.setenv("VOD_PORT", port)

    assert COMMANDS[command]() == 1
    assert said() == f"make {command}: VOD_PORT={port} is not a whole number from 0 to 65535"


@pytest.mark.parametrize("command", ["up", "emulator"])
def test_a_port_that_is_taken(monkeypatch: pytest.MonkeyPatch, said: Said, taken: str, command: str) -> None:
    monkeypatch.setenv("VOD_PORT", taken)

    assert COMMANDS[command]() == 1
    assert said().startswith(f"make {command}: port {taken} is not free")


def test_the_emulator_takes_any_free_port_when_it_is_asked_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOD_PORT", "0")

    assert bare.options().port > 0


@pytest.mark.parametrize(
    ("word", "why"),
    [
        ("LogLevl=DEBUG", "the template has no parameter LogLevl; did you mean LogLevel?"),
        ("LogLevel=LOUD", "LogLevel=LOUD is not valid: it must be one of DEBUG, INFO"),
        ("MaxSourceGiB=0", "MaxSourceGiB=0 is not valid: it must be a number from 1 to 5000"),
        ("MaxSourceGiB=nan", "MaxSourceGiB=nan is not valid: it must be a number from 1 to 5000"),
        ("AlertEmail=me", "AlertEmail=me is not valid: it must be a text that matches ([^@ ]+@[^@ ]+)?"),
        ("PublicUrl=http://a", "the local platform sets PublicUrl itself: leave it out"),
        ("DomainName=example.com", "Set HostedZoneId to the Route 53 hosted zone of the domain."),
        ("ZoneA=us-east-1a", "Set ZoneA and ZoneB to two different zones, or set neither."),
        ("LogLevel", "LogLevel does not have the form NAME=value"),
    ],
)
def test_a_parameter_that_the_template_refuses(said: Said, state: Path, word: str, why: str) -> None:
    assert up.main(["MaxRunningVideos=3", word]) == 1

    assert said() == f"make up: {why}"
    assert not state.exists()


def test_parameters_that_the_template_takes() -> None:
    words = ["DomainName=example.com", "HostedZoneId=Z1", "ZoneA=us-east-1a", "ZoneB=us-east-1b", "AlertEmail="]

    assert parameters.chosen([*words, "PlaybackAccess=public"], REPOSITORY / "template.yaml")["HostedZoneId"] == "Z1"


def docker(folder: Path, script: str) -> str:
    """A PATH on which `docker` is this script."""
    folder.mkdir()
    command = folder / "docker"
    command.write_text(f"#!/bin/sh\n{script}\n")
    command.chmod(0o755)
    return f"{folder}:/usr/bin:/bin"


@pytest.mark.parametrize("command", ["up", "emulator"])
@pytest.mark.parametrize(
    ("script", "why"),
    [
        (None, "IMAGE=encoder needs a Docker engine, but the docker command was not found"),
        ("exit 1", "IMAGE=encoder needs a Docker engine, but none answers: start one, or set DOCKER_HOST"),
        ('[ "$1" = version ]', "the Docker engine has no image encoder: build it with docker build "),
    ],
)
def test_an_image_that_nothing_can_run(
    monkeypatch: pytest.MonkeyPatch, said: Said, tmp_path: Path, command: str, script: str | None, why: str
) -> None:
    monkeypatch.setenv("VOD_IMAGE", "encoder")
    monkeypatch.setenv("VOD_PORT", "0")
    monkeypatch.setenv("PATH", docker(tmp_path / "bin", script) if script else str(tmp_path))

    assert COMMANDS[command]() == 1
    assert said().startswith(f"make {command}: {why}")


def test_a_dashboard_of_nothing(said: Said, state: Path, taken: str) -> None:
    state.mkdir()
    for port in (None, "1", taken):
        if port:
            (state / "emulator-port").write_text(port)

        assert dashboard.main() == 1
        assert said() == "make dashboard: no platform is running here: start it with `make up` and upload a video"


@pytest.mark.parametrize("command", ["up", "emulator"])
def test_a_disk_that_becomes_full(monkeypatch: pytest.MonkeyPatch, said: Said, command: str) -> None:
    def build(*_: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "/full/file")

    monkeypatch.setenv("VOD_PORT", "0")
    monkeypatch.setattr(image, "build", build)

    assert COMMANDS[command]() == 1
    assert said() == f"make {command}: the disk is full, at /full/file: free some space"


@pytest.mark.parametrize("command", ["up", "emulator"])
def test_a_disk_that_is_too_small(monkeypatch: pytest.MonkeyPatch, said: Said, state: Path, command: str) -> None:
    monkeypatch.setenv("VOD_PORT", "0")
    monkeypatch.setattr(disk, "LEAST_FREE_MIB", 10**9)

    assert COMMANDS[command]() == 1
    assert f" MiB left, but {10**9} are needed to start: free some space" in said()


class StandIn:
    """A platform of which only its addresses are wanted."""

    url, api, token, has_page = "http://localhost:1", "http://localhost:1/api", "token", True
    running = False

    def __init__(self, options: Any) -> None:
        self.options = options

    def start(self) -> "StandIn":
        StandIn.running = True
        return self

    def __enter__(self) -> "StandIn":
        return self

    def __exit__(self, *_: object) -> None:
        StandIn.running = False


@pytest.fixture
def demonstration(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """`make demo` with a platform and a video that are none."""
    video = {"id": "v", "renditions": [], "playback": {"hls": "http://localhost:1/index.m3u8"}}
    monkeypatch.setattr(demo, "Platform", StandIn)
    monkeypatch.setattr(demo, "chosen_file", lambda _: tmp_path)
    monkeypatch.setattr(demo, "upload", lambda *_: "v")
    monkeypatch.setattr(demo, "follow", lambda *_: video)
    monkeypatch.setattr(demo, "show_checks", lambda *_: None)


def test_the_demo_prints_no_address_of_what_it_has_stopped(
    demonstration: None, capsys: pytest.CaptureFixture[str]
) -> None:
    assert demo.main() == 0

    told = capsys.readouterr().out
    assert "http" not in told
    assert "the platform has stopped" in told


def test_a_kept_demo_prints_its_addresses_while_it_runs_and_ends_at_ctrl_c(
    demonstration: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    told = []

    def keep(_: StandIn) -> int:
        assert StandIn.running
        told.append(capsys.readouterr().out)
        raise KeyboardInterrupt

    monkeypatch.setenv("KEEP", "1")
    monkeypatch.setattr(demo, "keep", keep)

    assert demo.main() == 0
    for address in ("http://localhost:1/watch/v", "http://localhost:1/index.m3u8"):
        assert address in told[0]
    assert "until Ctrl-C" in told[0]
    assert not StandIn.running


def test_the_demo_takes_any_port_but_the_one_it_was_given(monkeypatch: pytest.MonkeyPatch, taken: str) -> None:
    monkeypatch.setattr(Options, "from_environment", lambda: Options(port=int(taken)))
    assert demo.options().port != int(taken)

    monkeypatch.setenv("VOD_PORT", taken)

    assert demo.options().port == int(taken)


def test_clean_leaves_a_running_platform_alone(tmp_path: Path) -> None:
    checkout, state = tmp_path / "checkout", tmp_path / "checkout" / ".local"
    state.mkdir(parents=True)
    shutil.copy(REPOSITORY / "Makefile", checkout)
    shutil.copytree(REPOSITORY / "local", checkout / "local", ignore=shutil.ignore_patterns("__pycache__"))
    (checkout / ".venv" / "bin").mkdir(parents=True)
    (checkout / ".venv" / "bin" / "python").symlink_to(sys.executable)

    def clean() -> subprocess.CompletedProcess[str]:
        return subprocess.run(["make", "clean"], cwd=checkout, capture_output=True, text=True, check=False)

    with only_one(state):
        refused = clean()
        assert refused.returncode
        assert refused.stderr.startswith(
            f"make clean: the platform is running (process {os.getpid()}): stop it with Ctrl-C"
        )
        assert f"`kill {os.getpid()}`" in refused.stderr
        assert state.exists()

    assert clean().returncode == 0
    assert not state.exists()
