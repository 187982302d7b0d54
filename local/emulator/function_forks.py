"""Workers of functions as forks of a process that has loaded their libraries: less than half of a start's CPU time.

Off with AWS's clock, which measures what loading takes, and while the fault `clock` is asked for, which comes first.
"""

import json
import os
import select
import signal
import socket
import subprocess
import tempfile
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from ministack.core import lambda_runtime

from local.emulator import aws_clock, faults, seams
from local.emulator.function_template import LENGTH, TITLE
from local.emulator.function_workers import starting

SCRIPT = Path(__file__).with_name("function_template.py")


def can_fork() -> bool:
    """Whether the worker that is being started may be a fork; False outside of such a start."""
    return starting.get(None) is not None and not aws_clock.is_on() and not faults.happens(faults.CLOCK)


class Fork(subprocess.Popen[str]):
    """A worker that is no child of this process; how it ended is not known."""

    _child_created = False  # nothing for Popen's own end to wait for

    def __init__(self, pid: int, handle: int, streams: tuple[int, int, int]) -> None:
        self.pid, self.handle, self.returncode, self.args = pid, handle, None, []
        self.stdin = os.fdopen(streams[0], "w", 1, encoding="utf-8")
        self.stdout = os.fdopen(streams[1], encoding="utf-8")
        self.stderr = os.fdopen(streams[2], encoding="utf-8")

    def __del__(self) -> None:  # noqa: D105
        os.close(self.handle)

    def poll(self) -> int | None:
        """1 once it has ended."""
        return self.returncode if self.returncode is not None else self._waited(0)

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end; TimeoutExpired."""
        if (code := self._waited(timeout)) is None:
            raise subprocess.TimeoutExpired(self.args, timeout or 0)
        return code

    def send_signal(self, sig: int) -> None:
        """Send it a signal, unless it has ended."""
        if self.poll() is None:
            signal.pidfd_send_signal(self.handle, sig)

    def _waited(self, seconds: float | None) -> int | None:
        poller = select.poll()
        poller.register(self.handle, select.POLLIN)
        if poller.poll(None if seconds is None else 1000 * seconds):
            self.returncode = 1
        return self.returncode


class Template:
    """The process that workers are forked from; it is started with the first of them, and again if it has ended."""

    def __init__(self, python: Path) -> None:
        self._python = python
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._connection = socket.socket()

    def parent(self) -> int:
        """Whose child the worker is that is being started."""
        with self._lock:
            return self._started().pid if can_fork() else os.getpid()

    def start(self, command: list[str], **options: Any) -> "subprocess.Popen[str]":
        """What lambda_runtime takes for subprocess.Popen."""
        if can_fork():
            return self.fork(command, options["cwd"], options["env"])
        return subprocess.Popen(command, **options)

    def install(self) -> None:
        """Start workers from it."""
        forking = SimpleNamespace(**vars(subprocess) | {"Popen": self.start})
        seams.replace(lambda_runtime, "subprocess", forking, expected="120970d81283")

    def fork(self, command: list[str], cwd: str, env: dict[str, str]) -> Fork:
        """A worker that runs a script of its own."""
        theirs, ours = zip(*(os.pipe()[:: 1 if number == 0 else -1] for number in range(3)), strict=True)
        body = json.dumps({"command": command, "cwd": cwd, "env": env}).encode()
        try:
            with self._lock:
                self._started()
                socket.send_fds(self._connection, [LENGTH.pack(len(body))], theirs)
                self._connection.sendall(body)
                told, handles, _, _ = socket.recv_fds(self._connection, LENGTH.size, 1)
        finally:
            for stream in theirs:
                os.close(stream)
        if not handles:
            raise RuntimeError("the template of functions has ended")
        return Fork(LENGTH.unpack(told)[0], handles[0], ours)

    def _started(self) -> "subprocess.Popen[bytes]":
        if self._process is None or self._process.poll() is not None:
            self._connection.close()
            self._connection, theirs = socket.socketpair()
            with theirs:
                command = [str(self._python), "-P", str(SCRIPT), str(theirs.fileno()), tempfile.gettempdir(), TITLE]
                self._process = subprocess.Popen(command, pass_fds=[theirs.fileno()], cwd="/")
        return self._process
