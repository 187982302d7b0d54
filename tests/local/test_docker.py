"""A task becomes a `docker run` with the definition's limits, and ends with its lifeline; Docker itself is a stand-in."""

import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from local.emulator import docker
from local.emulator.containers import LocalContainer
from local.emulator.docker import Engine
from local.emulator.tasks import DOCKER_INIT, Host, launch
from tests.local.aws import until
from tests.templates import parsed

STAND_IN = """#!/bin/sh
echo "$@" >> "$CALLS"
case "$*" in
    *" run "*|"run "*) echo "started with $SECRET"; while [ ! -e "$CALLS.end" ]; do sleep 0.05; done; exit 7 ;;
    *) [ -e "$CALLS.once" ] || [ ! -e "$CALLS.late" ] || { touch "$CALLS.once"; exit 1; }; touch "$CALLS.end" ;;
esac
"""


def definition() -> dict[str, Any]:
    """The encoder's, as CloudFormation leaves it: camelCase, but for what is nested in it."""
    task = parsed.template_of("Encoder")["Resources"]["TaskDefinition"]["Properties"]
    (container,) = task["ContainerDefinitions"]
    named = {key[0].lower() + key[1:]: value for key, value in container.items()}
    volumes = [{"Name": "scratch", "EFSVolumeConfiguration": {"FilesystemId": "fs-1"}}, {"Name": "disk"}]
    return {"volumes": volumes, "containerDefinitions": [named], "cpu": "1024", "memory": "2048"}


def arguments(**environment: str) -> dict[str, Any]:
    labels = {"com.amazonaws.ecs.container-name": "encoder"}
    return {"labels": labels, "command": ["--chunk", "0"], "environment": environment}


def host(state: Path, path: str = "/usr/bin") -> Host:
    python = Path(sys.executable)
    return Host(state / "image", state, python, path, "http://127.0.0.1:4566", Engine("encoder:v1", "unix:///e"))


def test_a_task_runs_the_image_with_every_limit_of_its_definition(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("uuid.uuid4", lambda: type("Fixed", (), {"hex": "0" * 32}))

    made = launch(host(tmp_path), definition(), arguments(TMPDIR="/scratch"), {"AWS_ACCESS_KEY_ID": "ASIA"}, 2**30)

    assert made.command == (
        *("docker", "--host", "unix:///e", "run", "--rm", "--read-only", "--cap-drop=ALL", "--init", "--user=10001"),
        *("--security-opt=no-new-privileges", "--network=host", "--name=vod-0000000000000000", "--cpus=1"),
        *("--memory=2048m", "--memory-swap=2048m", f"--volume={tmp_path}/volumes/fs-1:/scratch", "--volume=/disk"),
        *("--env=TMPDIR", "--env=AWS_ACCESS_KEY_ID", "encoder:v1", "--chunk", "0"),
    )
    assert (made.environment["TMPDIR"], made.environment["AWS_ACCESS_KEY_ID"]) == ("/scratch", "ASIA")
    assert (made.stop_timeout, made.init) == (120, DOCKER_INIT)


def test_scratch_is_the_containers_users(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[tuple[Path, int]] = []
    monkeypatch.setattr("os.chown", lambda folder, user, _: given.append((folder, user)))

    launch(host(tmp_path), definition(), arguments(), {}, 2**30)

    assert given == [(tmp_path / "volumes" / "fs-1", 10001)]


def test_scratch_is_everybodys_where_it_cannot_be_given_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise PermissionError

    monkeypatch.setattr("os.chown", refuse)

    launch(host(tmp_path), definition(), arguments(), {}, 2**30)

    assert stat.S_IMODE((tmp_path / "volumes" / "fs-1").stat().st_mode) == 0o777


def test_no_more_processors_are_asked_for_than_there_are() -> None:
    (cpus,) = docker.resources({"cpu": "65536"})

    assert cpus == f"--cpus={os.cpu_count()}"


def test_the_definitions_own_entry_point_comes_before_the_command() -> None:
    made = docker.run_command(Engine("i"), {"entryPoint": ["/bin/sh", "-c"]}, [], [], ["true"])

    assert made[-4:] == ("--entrypoint=/bin/sh", "i", "-c", "true")


@pytest.fixture
def container(tmp_path: Path) -> LocalContainer:
    """A container that the stand-in for Docker runs until it is told to end it."""
    program = tmp_path / "docker"
    program.write_text(STAND_IN)
    program.chmod(0o755)
    here = host(tmp_path, f"{tmp_path}:{os.environ['PATH']}")
    made = launch(here, definition(), arguments(CALLS=f"{tmp_path}/calls", SECRET="s"), {}, 2**30)
    started = LocalContainer(made, lambda _: None)
    until(started.logs)
    return started


def calls(folder: Path) -> list[str]:
    return [line.split("--host unix:///e ")[1] for line in (folder / "calls").read_text().splitlines()]


def test_what_the_container_says_and_its_exit_code_arrive(container: LocalContainer, tmp_path: Path) -> None:
    (tmp_path / "calls.end").touch()

    assert container.wait() == {"StatusCode": 7}
    assert container.logs() == b"started with s\n"


def test_a_stop_is_docker_stop_and_gives_it_its_time(container: LocalContainer, tmp_path: Path) -> None:
    name = next(word for word in calls(tmp_path)[0].split() if word.startswith("--name=")).removeprefix("--name=")

    container.stop()

    assert calls(tmp_path)[1:] == [f"stop --time=86400 {name}"]
    assert container.status == "exited"


def test_who_is_asked_to_stop_before_there_is_a_container_is_asked_again(
    container: LocalContainer, tmp_path: Path
) -> None:
    (tmp_path / "calls.late").touch()

    container.stop()

    assert [call.split()[0] for call in calls(tmp_path)[1:]] == ["stop", "stop"]


def test_at_the_lifelines_end_the_container_is_removed(container: LocalContainer, tmp_path: Path) -> None:
    container.remove()

    assert container.wait() == {"StatusCode": 7}
    assert [call.split()[:2] for call in calls(tmp_path)[1:]] == [["rm", "--force"]]


def test_a_command_without_an_engine_says_so(tmp_path: Path) -> None:
    read, write = os.pipe()
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(DOCKER_INIT), str(read), "no-such-docker", "run", "--name=a"],
        pass_fds=[read],
        capture_output=True,
        text=True,
        check=False,
    )
    os.close(write)

    assert done.returncode != 0
    assert "no-such-docker" in done.stderr
