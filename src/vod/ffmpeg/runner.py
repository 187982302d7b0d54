"""Running FFmpeg: one sandboxed process, one pipe per track, and a firm end."""

import io
import os
import signal
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import BinaryIO

from vod.ffmpeg import encoders
from vod.ffmpeg.commands import GIVEN, MADE, Command
from vod.sandbox import sandbox
from vod.sandbox.limits import Budget
from vod.sandbox.sandbox import Sandbox
from vod.sandbox.watched_reads import Arriving

BuildCommand = Callable[[Mapping[str, str], str], Command]
Consume = Callable[[str, BinaryIO], None]
OnProgress = Callable[[int, float], bool]
_KILL_AFTER_SECONDS = 10
_LOOK_SECONDS = 0.05
_TELL_SECONDS = 0.5
_KEPT_LINES = 20
_PIECE_BYTES = 1 << 16
_LINE_BYTES = 1 << 12
STILL_SECONDS = 120
_LEAST_CPU_SECONDS = 1.0
_CRASHES = {signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGFPE, signal.SIGILL, signal.SIGSYS, signal.SIGXFSZ}


@dataclass(frozen=True, slots=True)
class Finished:
    """How FFmpeg ended: exit code, its last complaints, wall seconds, and the part of its budget it went beyond."""

    exit_code: int
    complaints: tuple[str, ...]
    seconds: float
    exceeded: str | None = None

    @property
    def is_interrupted(self) -> bool:
        """Whether it was killed for a reason that is not the source's: trying again can help."""
        return self.exit_code < 0 and not self.exceeded and -self.exit_code not in _CRASHES


class _Stopwatch:
    """Wall seconds since the source is there as a whole: who waits for its bytes is neither slow nor stuck."""

    def __init__(self, source: Arriving | None) -> None:
        self._source = source
        self.restart()

    def restart(self) -> None:
        self._since = time.monotonic()

    def seconds(self) -> float:
        if self._source and not self._source.is_whole:
            self.restart()
        return time.monotonic() - self._since


class _Pulse:
    """Whether a process still computes. FFmpeg's threads can wait for each other for ever, which a new try cures."""

    def __init__(self, pid: int, source: Arriving | None) -> None:
        self._pid = pid
        self._cpu = 0.0
        self._still = _Stopwatch(source)

    def has_stopped(self) -> bool:
        used = _cpu_seconds(self._pid)
        if used - self._cpu >= _LEAST_CPU_SECONDS:
            self._cpu = used
            self._still.restart()
        return self._still.seconds() > STILL_SECONDS


class _Said:
    """What FFmpeg said of its progress: frames and seconds.

    Its own count begins only when every output is open, and the storyboard opens at its end. Half of a frame counts
    when the encoder has it and half when it is made: encoders hold seconds of film back, at both ends of their work.
    """

    def __init__(self) -> None:
        self.seconds = 0.0
        self._frames = self._given = self._made = 0

    @property
    def frames(self) -> int:
        return (self._given + self._made) // 2 if self._given else self._frames

    def hear(self, line: str) -> None:
        name, _, value = line.strip().partition("=")
        if not value.isdigit():  # "N/A" before the first packet
            return
        if name == "frame":
            self._frames = int(value)
        elif name == "out_time_us":
            self.seconds = int(value) / 1e6
        elif name == GIVEN:
            self._given = int(value) + 1
        elif name == MADE:
            self._made = int(value) + 1


class _Pipe(io.FileIO):
    """A pipe that counts what came through it."""

    seen = 0

    def read(self, size: int | None = -1, /) -> bytes:
        if size is None or size < 0:
            return b"".join(iter(lambda: self.read(_PIECE_BYTES), b""))
        data = super().read(size)
        self.seen += len(data)
        return data


def run(
    build: BuildCommand,
    tracks: Sequence[str],
    consume: Consume,
    on_progress: OnProgress,
    stop: threading.Event,
    confined: Sandbox,
    kept_lines: int = _KEPT_LINES,
) -> Finished:
    """Run FFmpeg with one pipe per track, each read by `consume` in its own thread; its last lines are kept.

    `on_progress` hears twice a second how many frames and seconds are encoded, whether FFmpeg says anything or not, and
    answers False to end the run. The first error of a consumer ends FFmpeg and is raised here; going beyond the
    sandbox's budget ends it too and is told by the answer.
    """
    began = time.monotonic()
    pipes = {name: os.pipe() for name in (*tracks, "")}
    command = build({name: f"pipe:{pipes[name][1]}" for name in tracks}, f"pipe:{pipes[''][1]}")
    try:
        process = _start(command, confined, [write for _, write in pipes.values()])
    finally:
        for _, write in pipes.values():
            os.close(write)
    errors: list[BaseException] = []
    outputs = {name: _Pipe(pipes[name][0], "rb") for name in tracks}
    readers = [
        threading.Thread(target=_read, args=(name, pipe, consume, process, errors), daemon=True)
        for name, pipe in outputs.items()
    ]
    said, ended = _Said(), threading.Event()
    readers.append(threading.Thread(target=_follow, args=(pipes[""][0], said), daemon=True))
    complaints: deque[str] = deque(maxlen=kept_lines)
    readers.append(threading.Thread(target=_collect, args=(process, complaints), daemon=True))
    for reader in readers:
        reader.start()
    teller = threading.Thread(target=_tell, args=(said, on_progress, process, ended, errors), daemon=True)
    teller.start()
    spent = _Stopwatch(confined.source)
    pulse = _Pulse(process.pid, confined.source)
    exceeded = _wait(process, stop, pulse, lambda: _exceeded(process.pid, confined.budget, spent, outputs.values()))
    for reader in readers:
        reader.join()
    ended.set()
    teller.join()
    if errors:
        raise errors[0]
    return Finished(process.returncode, tuple(complaints), time.monotonic() - began, exceeded)


def capture(command: Command, confined: Sandbox) -> bytes:
    """What FFmpeg writes to standard output; empty when it fails or goes beyond its budget."""
    most = confined.budget.output_bytes
    with sandbox.start(command, _quiet(confined), subprocess.PIPE, subprocess.DEVNULL) as process:
        assert process.stdout is not None
        ended = threading.Event()
        threading.Thread(target=_kill_late, args=(process, confined, ended), daemon=True).start()
        output = bytearray()
        while len(output) <= most and (piece := process.stdout.read1(_PIECE_BYTES)):  # type: ignore[attr-defined]
            output += piece
        if is_too_much := len(output) > most:
            process.kill()
        process.wait()
        ended.set()
    return b"" if is_too_much or process.returncode != 0 else bytes(output)


def _kill_late(process: subprocess.Popen[bytes], confined: Sandbox, ended: threading.Event) -> None:
    spent = _Stopwatch(confined.source)
    while not ended.wait(_LOOK_SECONDS):
        if spent.seconds() > confined.budget.wall_seconds:
            process.kill()
            return


def _start(command: Command, confined: Sandbox, pass_fds: list[int]) -> subprocess.Popen[bytes]:
    return sandbox.start(command, _quiet(confined), subprocess.DEVNULL, subprocess.PIPE, pass_fds)


def _quiet(confined: Sandbox) -> Sandbox:
    return replace(confined, environment=encoders.QUIET)


def _read(
    name: str, pipe: _Pipe, consume: Consume, process: subprocess.Popen[bytes], errors: list[BaseException]
) -> None:
    with pipe:
        try:
            consume(name, pipe)
        except BaseException as error:  # released and raised in `run`: a dead reader would block FFmpeg for ever
            errors.append(error)
            process.kill()


def _follow(fd: int, said: _Said) -> None:
    with os.fdopen(fd, "r") as pipe:
        for line in pipe:
            said.hear(line)


def _tell(
    said: _Said,
    on_progress: OnProgress,
    process: subprocess.Popen[bytes],
    ended: threading.Event,
    errors: list[BaseException],
) -> None:
    is_over = False
    try:
        while not is_over:
            is_over = ended.wait(_TELL_SECONDS)
            if not on_progress(said.frames, said.seconds):
                process.terminate()
    except BaseException as error:  # as in `_read`
        errors.append(error)
        process.kill()


def _collect(process: subprocess.Popen[bytes], complaints: deque[str]) -> None:
    stderr = process.stderr
    assert stderr is not None
    for line in iter(lambda: stderr.readline(_LINE_BYTES), b""):
        complaints.append(line.decode(errors="replace").strip()[:300])


def _wait(
    process: subprocess.Popen[bytes], stop: threading.Event, pulse: _Pulse, look: Callable[[], str | None]
) -> str | None:
    """Wait for the end, bringing it about when told to stop or when `look` finds the budget exceeded."""
    while process.poll() is None:
        if exceeded := look():
            _end(process)
            return exceeded
        if pulse.has_stopped():
            process.kill()
        if stop.wait(_LOOK_SECONDS):
            _end(process)
    return "CPU time" if process.returncode == -signal.SIGXCPU else None


def _exceeded(pid: int, budget: Budget, spent: _Stopwatch, outputs: Iterable[_Pipe]) -> str | None:
    if spent.seconds() > budget.wall_seconds:
        return f"{budget.wall_seconds} s of time"
    if _cpu_seconds(pid) > budget.cpu_seconds:
        return f"{budget.cpu_seconds} s of CPU time"
    if sum(pipe.seen for pipe in outputs) > budget.output_bytes:
        return f"{budget.output_bytes} bytes of output"
    return None


def _cpu_seconds(pid: int) -> float:
    """What a process has used so far, all its threads; 0 when it is gone (clock ids: Linux posix-timers.h)."""
    with suppress(OSError):
        return time.clock_gettime((~pid << 3) | 2)
    return 0.0


def _end(process: subprocess.Popen[bytes]) -> None:
    """SIGTERM, then SIGKILL: a hung FFmpeg ignores the first."""
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(_KILL_AFTER_SECONDS)
    process.kill()
    process.wait()
