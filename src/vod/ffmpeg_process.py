"""Running FFmpeg: one process, one pipe per track, an empty environment, and a firm end."""

import ctypes
import os
import resource
import signal
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import BinaryIO

from vod.ffmpeg import Command

BuildCommand = Callable[[Mapping[str, str], str], Command]
Consume = Callable[[str, BinaryIO], None]
_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS = 38
_KILL_AFTER_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Finished:
    """How FFmpeg ended: exit code, its last complaints, wall seconds."""

    exit_code: int
    complaints: tuple[str, ...]
    seconds: float


def run(
    build: BuildCommand, tracks: Sequence[str], consume: Consume, on_frame: Callable[[int], bool], stop: threading.Event
) -> Finished:
    """Run FFmpeg with one pipe per track, each read by `consume` in its own thread.

    `on_frame` hears the number of frames encoded and answers False to end the run. The first error of a consumer ends
    FFmpeg and is raised here.
    """
    began = time.monotonic()
    pipes = {name: os.pipe() for name in (*tracks, "")}
    command = build({name: f"pipe:{pipes[name][1]}" for name in tracks}, f"pipe:{pipes[''][1]}")
    process = _start(command, [write for _, write in pipes.values()])
    for _, write in pipes.values():
        os.close(write)
    errors: list[BaseException] = []
    readers = [
        threading.Thread(target=_read, args=(name, pipes[name][0], consume, process, errors), daemon=True)
        for name in tracks
    ]
    readers.append(threading.Thread(target=_follow, args=(pipes[""][0], on_frame, process), daemon=True))
    complaints: deque[str] = deque(maxlen=20)
    readers.append(threading.Thread(target=_collect, args=(process, complaints), daemon=True))
    for reader in readers:
        reader.start()
    _wait(process, stop)
    for reader in readers:
        reader.join()
    if errors:
        raise errors[0]
    return Finished(process.returncode, tuple(complaints), time.monotonic() - began)


def capture(command: Command, seconds: float) -> bytes:
    """What FFmpeg writes to standard output within so many seconds; empty when it fails."""
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            env={},
            timeout=seconds,
            preexec_fn=_confine,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return b""
    return done.stdout if done.returncode == 0 else b""


def _start(command: Command, pass_fds: list[int]) -> subprocess.Popen[bytes]:
    # The environment is empty: nothing of the task's credentials reaches a process that reads hostile bytes.
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env={},
        pass_fds=pass_fds,
        preexec_fn=_confine,
    )


def _confine() -> None:
    """In the child before exec: die with the encoder, gain no privileges, leave no core file."""
    libc = ctypes.CDLL(None)
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _read(name: str, fd: int, consume: Consume, process: subprocess.Popen[bytes], errors: list[BaseException]) -> None:
    with os.fdopen(fd, "rb", buffering=0) as pipe:
        try:
            consume(name, pipe)
        except BaseException as error:  # released and raised in `run`: a dead reader would block FFmpeg for ever
            errors.append(error)
            process.kill()


def _follow(fd: int, on_frame: Callable[[int], bool], process: subprocess.Popen[bytes]) -> None:
    with os.fdopen(fd, "r") as pipe:
        for line in pipe:
            if line.startswith("frame=") and not on_frame(int(line[6:])):
                process.terminate()


def _collect(process: subprocess.Popen[bytes], complaints: deque[str]) -> None:
    assert process.stderr is not None
    for line in process.stderr:
        complaints.append(line.decode(errors="replace").strip()[:300])


def _wait(process: subprocess.Popen[bytes], stop: threading.Event) -> None:
    while process.poll() is None:
        if stop.wait(0.05):
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """SIGTERM, then SIGKILL: a hung FFmpeg ignores the first."""
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(_KILL_AFTER_SECONDS)
    process.kill()
    process.wait()
