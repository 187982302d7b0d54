"""Containers behave like Docker's where the emulator's ECS looks."""

import os
import sys
import time
from pathlib import Path

from local.emulator.containers import Launch, LocalContainer, LocalDocker, Mounts


def launch(program: str, stop_timeout: float = 30.0) -> Launch:
    return Launch((sys.executable, "-u", "-c", program), {**os.environ}, Path.cwd(), stop_timeout)


def run(program: str, stop_timeout: float = 30.0) -> LocalContainer:
    return LocalContainer(launch(program, stop_timeout), lambda _: None)


def test_a_container_is_exited_with_its_code_and_all_its_output() -> None:
    ended = run("print('one'); print('two'); raise SystemExit(4)")

    assert ended.wait() == {"StatusCode": 4}
    assert ended.status == "exited"
    assert ended.logs() == b"one\ntwo\n"
    assert ended.logs(tail=1) == b"two\n"


def test_streamed_logs_follow_to_the_end() -> None:
    running = run("import time\nfor n in range(3): print(n); time.sleep(0.05)")

    assert list(running.logs(stream=True)) == [b"0\n", b"1\n", b"2\n"]


def test_stop_lets_the_command_end_by_itself() -> None:
    running = run("import signal, sys, time\nsignal.signal(15, lambda *_: sys.exit(9))\nprint('up')\ntime.sleep(60)")
    next(iter(running.logs(stream=True)))

    running.stop()

    assert running.wait() == {"StatusCode": 9}


def test_stop_kills_what_ignores_sigterm_for_the_stop_timeout() -> None:
    running = run(
        "import signal, time\nsignal.signal(15, signal.SIG_IGN)\nprint('up')\ntime.sleep(60)", stop_timeout=0.2
    )
    next(iter(running.logs(stream=True)))
    began = time.monotonic()

    running.stop()

    assert running.wait() == {"StatusCode": 137}
    assert time.monotonic() - began < 5


def test_a_removed_container_is_forgotten() -> None:
    docker = LocalDocker(lambda image, arguments: launch("pass"))
    container = docker.run("any")
    assert docker.get(container.id) is container

    container.wait()
    container.remove()

    assert list(docker.list()) == []


def test_the_longest_mount_wins() -> None:
    mounts = Mounts((("/app", Path("/repo/container")), ("/app/vod", Path("/repo/src/vod"))))

    assert mounts.resolve("/app/encode.py") == "/repo/container/encode.py"
    assert mounts.resolve("/app/vod/plan.py") == "/repo/src/vod/plan.py"
    assert mounts.resolve("/application") == "/application"
