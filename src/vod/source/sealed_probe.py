"""Probing in a sealed child: whatever a source does to libav there, here it is a probe or a refusal."""

import json
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import asdict
from typing import Any, BinaryIO, Self

from pydantic import ValidationError

from vod.errors import REFUSALS, SandboxUnavailable, SourceRefused
from vod.media.text import on_one_line
from vod.sandbox.limits import PROBE, Budget
from vod.source.child_protocol import LENGTH, READ, READ_AHEAD_BYTES, REQUEST, read_exactly, write_all
from vod.source.probe import Limits, Probe, check_probe

logger = logging.getLogger(__name__)
_NURSERY = """
import json, sys
sys.path[:] = json.loads(sys.argv[1])
from vod.source.sealed_child import serve
serve(int(sys.argv[2]), sys.argv[3])
"""
_MESSAGE_BYTES = 64
_LOOK_SECONDS = 0.1
_READ_SECONDS = 2.0
_NURSERY_SECONDS = 30
"""The most that the nursery may take to load libav, or to see the end of a child."""
_DETAIL_CHARACTERS = 200
_TRACE_CHARACTERS = 4000
Answer = dict[str, Any]
_TOO_MUCH = {signal.SIGKILL, signal.SIGXCPU}
"""How a child ends that nobody here has killed: by the kernel, for memory or for CPU time."""


class ProbeProcess:
    """Answers like `vod.source.libav.read_probe`, for one source at a time, without ever reading a hostile byte itself.

    `library_path` is the loader's search path where the interpreter needs one; it is all the environment there is.
    """

    def __init__(
        self,
        budget: Budget = PROBE,
        library_path: str | None = None,
        reader: str = "vod.source.libav:read_probe",
    ) -> None:
        self._budget = budget
        self._environment = {"LD_LIBRARY_PATH": library_path} if library_path else {}
        self._reader = reader
        self._start()

    def _start(self) -> None:
        """Start the nursery; it loads libav meanwhile, and ends when this process does."""
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._control.settimeout(_NURSERY_SECONDS)
        arguments = [json.dumps(sys.path), str(theirs.fileno()), self._reader]
        with theirs:
            self._nursery = subprocess.Popen(
                [sys.executable, "-I", "-S", "-c", _NURSERY, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                env=self._environment,
                pass_fds=(theirs.fileno(),),
            )

    def close(self) -> None:
        """End the nursery."""
        self._control.close()
        self._nursery.wait()

    def __call__(self, source: BinaryIO, demuxer: str, size: int, limits: Limits) -> Probe:
        """The probe of a seekable source of `size` bytes; SourceRefused when it cannot become a video."""
        if self._nursery.poll() is not None:
            self._control.close()
            self._start()
        try:
            with _Child(self._control, self._job(demuxer, size, limits), self._budget.wall_seconds) as child:
                told = child.converse(source, self._budget.output_bytes)
        except ChildProcessError:
            self._nursery.kill()
            raise
        return _judged(child, told, limits)

    def _job(self, demuxer: str, size: int, limits: Limits) -> bytes:
        job = {"demuxer": demuxer, "size": size, "limits": limits.model_dump(), "budget": asdict(self._budget)}
        return json.dumps(job).encode()


class _Child:
    """One child of the nursery, from its birth to its exit code; it is killed when its time is up or nobody listens."""

    def __init__(self, control: socket.socket, job: bytes, seconds: int) -> None:
        self._control = control
        self._asked, theirs_to_ask = os.pipe()
        theirs_to_read, self._answer = os.pipe()
        try:
            socket.send_fds(control, [job], [theirs_to_ask, theirs_to_read])
        finally:
            os.close(theirs_to_ask)
            os.close(theirs_to_read)
        self._pid = self._told_number()
        self._seconds = seconds
        self._ended = threading.Event()
        self._deadline = threading.Thread(target=self._watch, daemon=True)
        self._stalled = 0.0
        self._fetching_since: float | None = None
        self.is_late = False
        self.exit_code = 0

    def __enter__(self) -> Self:
        self._deadline.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._deadline.join()
        os.close(self._asked)
        os.close(self._answer)
        # Nothing it could still do matters. Its number is its own until the nursery has collected it.
        os.kill(self._pid, signal.SIGKILL)
        self._control.send(b"!")
        self.exit_code = self._told_number()

    def _told_number(self) -> int:
        try:
            number = self._control.recv(_MESSAGE_BYTES)
        except TimeoutError as silent:  # where nothing else confines it, a child can stop whoever is its user's
            raise ChildProcessError("the process that probes sources does not answer") from silent
        if not number:
            raise ChildProcessError("the process that probes sources ended; its standard error says why")
        return int(number)

    def _watch(self) -> None:
        """Kill it when its own time is up: time in which its source does not answer is not its own."""
        began = time.monotonic()
        while not self._ended.wait(_LOOK_SECONDS):
            if time.monotonic() - began - self._stalled - _stall(self._fetching_since) > self._seconds:
                self.is_late = True
                os.kill(self._pid, signal.SIGKILL)
                return

    def _read(self, source: BinaryIO, offset: int, size: int) -> bytes:
        self._fetching_since = began = time.monotonic()
        source.seek(offset)
        data = source.read(size)
        self._stalled, self._fetching_since = self._stalled + _stall(began), None
        return data

    def converse(self, source: BinaryIO, most_bytes: int) -> Answer | None:
        """Answer the child's reads until it tells what it found; None when it ends without a sensible word."""
        with suppress(EOFError, BrokenPipeError):
            while True:
                kind, offset, size = REQUEST.unpack(read_exactly(self._asked, REQUEST.size))
                if kind != READ:
                    return _parsed(read_exactly(self._asked, min(size, most_bytes)))
                data = self._read(source, offset, min(size, READ_AHEAD_BYTES))
                write_all(self._answer, LENGTH.pack(len(data)), data)
        return None


def _stall(since: float | None) -> float:
    """Seconds beyond what a read that began then may take; many quick reads are the child's own time."""
    return max(0.0, time.monotonic() - since - _READ_SECONDS) if since else 0.0


def _parsed(text: bytes) -> Answer | None:
    with suppress(ValueError):
        answer = json.loads(text)
        return answer if isinstance(answer, dict) else None
    return None


def _judged(child: _Child, told: Answer | None, limits: Limits) -> Probe:
    if told is None:
        raise _ended(child)
    if "unavailable" in told:
        raise SandboxUnavailable(on_one_line(str(told["unavailable"]), _DETAIL_CHARACTERS))
    if "crashed" in told:
        logger.error("the source broke its reader: %s", str(told["crashed"])[:_TRACE_CHARACTERS])
        raise SourceRefused("corrupt", "it broke the reader")
    if told.get("refused") in REFUSALS:
        raise SourceRefused(told["refused"], on_one_line(str(told.get("detail")), _DETAIL_CHARACTERS))
    try:
        probe = Probe.model_validate(told.get("probe"))
    except ValidationError as nonsense:
        raise SourceRefused("corrupt", "it broke the reader") from nonsense
    check_probe(probe, limits)
    return probe


def _ended(child: _Child) -> SourceRefused:
    if child.is_late:
        return SourceRefused("too_complex", "no description in time")
    if -child.exit_code in _TOO_MUCH:
        return SourceRefused("too_complex", "memory or computing time")
    return SourceRefused("corrupt", f"it broke the reader, exit {child.exit_code}")
