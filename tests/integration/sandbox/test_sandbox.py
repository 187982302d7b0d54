"""What the kernel really does to a child in the sandbox: each right that is taken and each limit that is hit."""

import errno
import gc
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from tests.hostile.confined import SMALL, budget, let_python_start, python, run
from tests.hostile.traps import traps
from vod.errors import SandboxUnavailable
from vod.ffmpeg import runner
from vod.ffmpeg.runner import Finished
from vod.sandbox import landlock, sandbox, seccomp
from vod.sandbox.sandbox import Sandbox

needs_landlock = pytest.mark.skipif(landlock.abi() < landlock.NETWORK_ABI, reason="NO LANDLOCK 4 in this kernel")
TRY = """
import os, socket, errno
def attempt(action):
    try:
        action()
    except OSError as refused:
        print(errno.errorcode[refused.errno])
    else:
        print("done")
"""


@pytest.fixture(autouse=True)
def _python(monkeypatch: pytest.MonkeyPatch) -> None:
    let_python_start(monkeypatch)


def attempt(action: str, confined: Sandbox | None = None) -> str:
    _, said = run(TRY + f"attempt(lambda: {action})", confined)
    return said.strip()


@pytest.mark.parametrize(
    "action",
    [
        "socket.socket()",
        "socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)",
        "socket.socket(socket.AF_UNIX)",
        "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)",
        "socket.socketpair()",
        "os.fork()",
        "os.posix_spawn('/bin/true', ['true'], {})",
        "os.kill(os.getppid(), 0)",
        "os.unshare(0)",
        "os.chroot('/')",
        "os.open('/dev/null', os.O_WRONLY)",
        "os.open('/dev/null', os.O_RDWR)",
        "os.mkdir('/tmp/made')",
        "os.unlink('/tmp/none')",
        "os.rename('/tmp/none', '/tmp/other')",
        "os.memfd_create('x')",
    ],
)
def test_what_a_decoder_never_needs_is_not_permitted(action: str) -> None:
    assert attempt(action) == "EPERM"


def test_connecting_a_socket_that_was_open_before_is_not_permitted() -> None:
    with socket.socket() as inherited, socket.create_server(("127.0.0.1", 0)) as listener:
        fd, port = inherited.fileno(), listener.getsockname()[1]
        call = f"import ctypes\nl = ctypes.CDLL(None, use_errno=True)\naddress = b'\\2\\0' + ({port}).to_bytes(2) + bytes([127,0,0,1]) + bytes(8)\n"
        _, said = run(f"{call}print(l.connect({fd}, address, 16), ctypes.get_errno())", pass_fds=(fd,))

    assert said.split() == ["-1", str(errno.EPERM)]


def test_a_child_may_use_threads_and_signal_itself() -> None:
    code = (
        "import threading, os, signal\nt = threading.Thread(target=os.write, args=(1, b'ran')); t.start(); t.join(); "
    )

    assert run(code + "os.kill(os.getpid(), signal.SIGUSR1)") == (-signal.SIGUSR1, "ran")


def test_the_environment_holds_no_secret_and_no_privileges_can_be_gained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    code = (
        "import ctypes, os; print(ctypes.CDLL(None).prctl(39, 0, 0, 0, 0), {k for k in os.environ if k != 'LC_CTYPE'})"
    )

    assert run(code)[1].strip() == "1 set()"
    assert runner.capture(python(code), Sandbox(SMALL)).decode().strip() == "1 {'SVT_LOG'}"


def test_file_descriptors_of_the_parent_stay_behind() -> None:
    read, write = os.pipe()
    os.set_inheritable(write, True)

    assert attempt(f"os.write({write}, b'x')") == "EBADF"
    os.close(read)
    os.close(write)


@needs_landlock
def test_only_what_is_named_can_be_read(tmp_path: Path) -> None:
    (tmp_path / "source").write_text("source")
    with traps(tmp_path) as set_up:
        confined = Sandbox(SMALL, (str(tmp_path / "source"),))

        assert attempt(f"print(open({str(tmp_path / 'source')!r}).read())", confined) == "source\ndone"
        assert attempt(f"open({str(set_up.canary)!r}).read()", confined) == "EACCES"
        assert attempt("open('/proc/self/environ').read()", confined) == "EACCES"
        assert attempt("os.listdir('/etc')", confined) == "EACCES"
        assert not set_up.touched


def test_memory_ends_at_the_budget() -> None:
    assert "MemoryError" in run("bytearray(300 << 20)")[1]
    assert run("bytearray(100 << 20)") == (0, "")


def test_address_space_ends_at_four_times_the_budget() -> None:
    assert "Cannot allocate memory" in run("import mmap; held = [mmap.mmap(-1, 64 << 20) for _ in range(40)]")[1]


def test_a_file_that_is_open_already_cannot_grow(tmp_path: Path) -> None:
    with (tmp_path / "file").open("wb", buffering=0) as file:
        code, _ = run(f"import os; os.write({file.fileno()}, b'x')", pass_fds=(file.fileno(),))

    assert code != 0
    assert (tmp_path / "file").stat().st_size == 0


def test_open_files_are_counted() -> None:
    said = run(TRY + "attempt(lambda: [os.dup(0) for _ in range(100)])")[1]

    assert said.strip() == "EMFILE"


def test_there_is_no_core_file() -> None:
    assert run("import resource; print(resource.getrlimit(resource.RLIMIT_CORE))")[1].strip() == "(0, 0)"


def test_the_kernel_ends_computing_time_where_the_parent_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "_CPU_GRACE_SECONDS", 0)

    code, _ = run("while True: pass", Sandbox(budget(cpu_seconds=1)))

    assert code in (-signal.SIGXCPU, -signal.SIGKILL)


def test_a_child_dies_with_its_parent() -> None:
    parent = f"""
import os, subprocess, sys
sys.path[:] = {sys.path!r}
from tests.hostile.confined import SMALL, python
from vod.sandbox import sandbox
sandbox.SYSTEM_PATHS += (sys.prefix, sys.base_prefix)
child = sandbox.start(python("import time; time.sleep(60)"), sandbox.Sandbox(SMALL), subprocess.DEVNULL, 2)
print(child.pid, flush=True)
os._exit(0)
"""
    told = subprocess.run([sys.executable, "-c", parent], capture_output=True, text=True, check=True)

    child = Path(f"/proc/{int(told.stdout)}/stat")
    deadline = time.monotonic() + 5
    while child.exists() and ") Z" not in child.read_text() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not child.exists() or ") Z" in child.read_text()


def test_the_encoder_hides_its_memory_and_environment_from_its_children() -> None:
    code = f"""
import os, sys
sys.path[:] = {sys.path!r}
from vod.sandbox import sandbox, seccomp
if os.getuid() == 0:
    os.setgid(65534), os.setuid(65534)
seccomp.libc.prctl(4, 1, 0, 0, 0)

def readable():
    read, write = os.pipe()
    if os.fork() == 0:
        for name in ("environ", "mem"):
            try:
                os.open(f"/proc/{{os.getppid()}}/{{name}}", os.O_RDONLY)
                os.write(write, name.encode() + b" ")
            except PermissionError:
                pass
        os._exit(0)
    os.close(write)
    os.wait()
    return os.read(read, 100).decode()

print([readable(), sandbox.hide(), readable()])
"""
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert told.stdout.strip() == "['environ mem ', None, '']"


def followed(code: str, confined: Sandbox, stop: threading.Event | None = None) -> Finished:
    def consume(_: str, pipe: object) -> None:
        while pipe.read(65536):  # type: ignore[attr-defined]
            pass

    def build(outputs: object, _: str) -> list[str]:
        return python(code.replace("OUT", outputs["v"].removeprefix("pipe:")))  # type: ignore[index]

    return runner.run(build, ["v"], consume, lambda *_: True, stop or threading.Event(), confined)


def test_a_process_that_stands_still_is_ended_for_another_try(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "STILL_SECONDS", 1)

    finished = followed("import time; time.sleep(60)", Sandbox(budget(wall_seconds=50)))

    assert finished.exceeded is None
    assert finished.is_interrupted


def test_wall_clock_ends_a_process_that_hangs() -> None:
    finished = followed("import time; time.sleep(60)", Sandbox(budget(wall_seconds=1)))

    assert finished.exceeded == "1 s of time"
    assert not finished.is_interrupted
    assert finished.seconds < 5


def test_a_process_that_ignores_the_first_signal_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "_KILL_AFTER_SECONDS", 0.5)
    stubborn = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"

    finished = followed(stubborn, Sandbox(budget(wall_seconds=1)))

    assert (finished.exit_code, finished.exceeded) == (-signal.SIGKILL, "1 s of time")
    assert finished.seconds < 5


def test_computing_time_ends_a_process_that_never_does() -> None:
    finished = followed("while True: pass", Sandbox(budget(cpu_seconds=1)))

    assert finished.exceeded == "1 s of CPU time"
    assert finished.seconds < 10


def test_output_without_end_is_ended() -> None:
    finished = followed("import os\nwhile True: os.write(OUT, bytes(65536))", Sandbox(budget(output_bytes=2**20)))

    assert finished.exceeded == f"{2**20} bytes of output"


def test_a_crash_is_the_sources_fault_and_a_kill_is_not() -> None:
    crashed = followed("import ctypes; ctypes.string_at(0)", Sandbox(SMALL))
    killed = followed("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", Sandbox(SMALL))

    assert (crashed.exit_code, crashed.is_interrupted) == (-signal.SIGSEGV, False)
    assert (killed.exit_code, killed.is_interrupted) == (-signal.SIGKILL, True)


def refuse_filters(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(_: object) -> None:
        raise OSError(errno.EINVAL, "no filters here")

    monkeypatch.setattr(seccomp, "install", refused)


@needs_landlock
def test_without_seccomp_landlock_keeps_the_network_shut(monkeypatch: pytest.MonkeyPatch) -> None:
    refuse_filters(monkeypatch)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        assert attempt(f"socket.create_connection(('127.0.0.1', {listener.getsockname()[1]}))") == "EACCES"


def test_with_neither_nothing_is_started(monkeypatch: pytest.MonkeyPatch) -> None:
    refuse_filters(monkeypatch)
    monkeypatch.setattr(landlock, "abi", lambda: 0)

    with pytest.raises(SandboxUnavailable, match="no filters here"):
        run("print('started')")


def test_with_neither_it_starts_where_that_is_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    refuse_filters(monkeypatch)
    monkeypatch.setattr(landlock, "abi", lambda: 0)

    assert run("print('started')", Sandbox(SMALL, unconfined_allowed=True)) == (0, "started\n")


def test_progress_is_told_by_the_clock_and_by_the_frames_of_the_first_picture() -> None:
    """FFmpeg says nothing of itself before every output is open, which may be at the end."""
    told: list[int] = []
    lines = "given=0\ngiven=1\ngiven=49\nmade=9\nmade=N/A\n"
    code = f"import os, time; os.write(PROGRESS, {lines.encode()!r}); time.sleep(1.2)"

    def build(_: object, progress: str) -> list[str]:
        return python(code.replace("PROGRESS", progress.removeprefix("pipe:")))

    def on_progress(frames: int, _: float) -> bool:
        told.append(frames)
        return True

    confined = Sandbox(budget(wall_seconds=50))
    runner.run(build, [], lambda *_: None, on_progress, threading.Event(), confined)

    assert len(told) >= 2
    assert told[-1] == (50 + 10) // 2


def test_no_garbage_collection_is_due_when_a_child_is_forked(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would run in the child, where what is freed may wait for threads that a fork has not: libav's graphs did. The
    child hung before its program started, and whoever had started it with it."""
    fork = subprocess._fork_exec  # type: ignore[attr-defined]
    enabled = []

    def forked(*arguments: object) -> int:
        enabled.append(gc.isenabled())
        return int(fork(*arguments))

    monkeypatch.setattr(subprocess, "_fork_exec", forked)

    assert attempt("os.getpid()") == "done"
    assert enabled == [False]
    assert gc.isenabled()
