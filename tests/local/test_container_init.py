"""A container is a process tree that ends as a whole."""

import errno
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from local.emulator.containers import INIT

SOURCE = Path(__file__).parents[2] / "src"
# A child that leaves the process group, as FFmpeg under a supervisor might, and says its process id.
DETACHED_CHILD = (
    "import subprocess, sys, time\n"
    "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'], start_new_session=True)\n"
    "print(child.pid, flush=True)\n"
)


@contextmanager
def container(program: str, *options: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    lifeline, hold = os.pipe()
    command = [sys.executable, "-I", "-S", str(INIT), str(lifeline), *options, sys.executable, "-c", program]
    started = subprocess.Popen(command, pass_fds=(lifeline,), stdout=subprocess.PIPE, text=True)
    os.close(lifeline)
    try:
        yield started, hold
    finally:
        started.kill()
        started.wait()


def first_line(started: subprocess.Popen[str]) -> str:
    assert started.stdout
    return started.stdout.readline().strip()


def is_gone(process: int) -> bool:
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        if not Path(f"/proc/{process}").exists() or "\nState:\tZ" in Path(f"/proc/{process}/status").read_text():
            return True
        time.sleep(0.02)
    return False


@pytest.mark.parametrize(("program", "code"), [("pass", 0), ("raise SystemExit(3)", 3)])
def test_the_exit_code_is_the_commands_own(program: str, code: int) -> None:
    with container(program) as (started, _):
        assert started.wait(10) == code


def test_a_command_ended_by_a_signal_exits_with_128_and_its_number() -> None:
    with container("import os, signal; os.kill(os.getpid(), signal.SIGKILL)") as (started, _):
        assert started.wait(10) == 128 + signal.SIGKILL


def test_a_command_that_cannot_be_run_exits_with_127() -> None:
    lifeline, hold = os.pipe()

    done = subprocess.run(
        [sys.executable, "-I", "-S", str(INIT), str(lifeline), "no-such-program"], pass_fds=(lifeline,)
    )

    assert done.returncode == 127
    os.close(hold)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can adopt orphans")
def test_what_the_command_left_running_ends_with_it() -> None:
    with container(DETACHED_CHILD) as (started, _):
        orphan = int(first_line(started))

        assert started.wait(10) == 0

    assert is_gone(orphan)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can adopt orphans")
def test_killing_the_command_ends_its_children_too() -> None:
    with container(DETACHED_CHILD + "import os; print(os.getpid(), flush=True); time.sleep(60)") as (started, _):
        orphan, command = int(first_line(started)), int(first_line(started))

        os.kill(command, signal.SIGKILL)

        assert started.wait(10) == 128 + signal.SIGKILL
    assert is_gone(orphan)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can adopt orphans")
def test_everything_ends_when_the_other_end_of_the_lifeline_is_closed() -> None:
    with container(DETACHED_CHILD + "time.sleep(60)") as (started, hold):
        orphan = int(first_line(started))

        os.close(hold)

        assert started.wait(10) == 128 + signal.SIGKILL
    assert is_gone(orphan)


def test_a_stop_request_is_sigterm_for_the_command() -> None:
    program = (
        "import signal, sys, time\n"
        "signal.signal(signal.SIGTERM, lambda *_: sys.exit(7))\n"
        "print(flush=True)\ntime.sleep(60)"
    )
    with container(program) as (started, hold):
        first_line(started)

        os.write(hold, b"stop")

        assert started.wait(10) == 7


def test_a_stop_request_right_after_the_start_is_not_lost() -> None:
    for _ in range(5):
        with container("import time; time.sleep(60)") as (started, hold):
            os.write(hold, b"stop")

            assert started.wait(10) == 128 + signal.SIGTERM


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can limit a disk")
def test_a_disk_takes_no_more_than_its_size_and_goes_with_the_container(tmp_path: Path) -> None:
    file = tmp_path / "file"
    program = f"""
import errno
with open({str(file)!r}, "wb", 0) as file:
    file.truncate(1 << 30)
    file.write(bytes(1 << 19))
    try: file.write(bytes(1 << 20)) and file.write(bytes(1 << 20))
    except OSError as full: raise SystemExit(full.errno)
"""
    with container(program, f"--disk={2**20}:{tmp_path}") as (started, _):
        assert started.wait(10) == errno.ENOSPC

    assert not file.exists()


@pytest.mark.parametrize(("refused", "expected"), [((), "allowed allowed"), (("landlock",), "ENOSYS allowed"),
                                                   (("landlock", "seccomp"), "ENOSYS EPERM")])  # fmt: skip
def test_a_kernel_without_landlock_or_seccomp_is_imitated(refused: tuple[str, ...], expected: str) -> None:
    program = f"""
import sys; sys.path.insert(0, {str(SOURCE)!r})
import ctypes, errno
from vod.sandbox import landlock, seccomp
libc = ctypes.CDLL(None, use_errno=True)
filters = libc.prctl(22, 2, 0, 0, 0) and errno.errorcode[ctypes.get_errno()]
print("allowed" if landlock.abi() else "ENOSYS", "EPERM" if filters == "EPERM" else "allowed")
"""
    with container(program, *(f"--refuse={what}" for what in refused)) as (started, _):
        assert first_line(started) == expected
