"""The processes that read hostile bytes for the probe: a nursery without secrets, and one sealed child per source.

The nursery is started once, with libav loaded and nothing else of its parent's: no credentials, no environment. For
each source it forks a child, which gives up files, network and time without end before it sees a byte, and asks its
parent for bytes over pipes. Everything it answers is as hostile as the source.
"""

import io
import json
import os
import signal
import socket
import sys
import traceback
from collections.abc import Callable
from importlib import import_module
from typing import Any, BinaryIO, cast

from vod.errors import SandboxUnavailable, SourceRefused
from vod.sandbox.limits import Budget
from vod.sandbox.sandbox import seal
from vod.source.child_protocol import ANSWER, LENGTH, READ, READ_AHEAD_BYTES, REQUEST, read_exactly, write_all
from vod.source.positioned import PositionedFile
from vod.source.probe import Limits, Probe

Reader = Callable[[BinaryIO, str, int, Limits], Probe]
Job = dict[str, Any]
_JOB_BYTES = 1 << 16
_STDERR = 2


class AskedSource(PositionedFile):
    """A source of `size` bytes whose bytes are asked for over a pipe."""

    def __init__(self, ask: int, answer: int, size: int) -> None:
        super().__init__(size)
        self._ask = ask
        self._answer = answer

    def readinto(self, buffer: Any) -> int:
        wanted = max(0, min(len(buffer), self._size - self._at, READ_AHEAD_BYTES))
        if not wanted:
            return 0
        write_all(self._ask, REQUEST.pack(READ, self._at, wanted))
        (length,) = LENGTH.unpack(read_exactly(self._answer, LENGTH.size))
        buffer[:length] = read_exactly(self._answer, length)
        self._at += length
        return int(length)


def serve(control_fd: int, reader: str) -> None:
    """Fork a child that calls `reader` ("module:function") for each job that arrives, until the parent is gone."""
    module, _, function = reader.partition(":")
    read = cast(Reader, getattr(import_module(module), function))
    with socket.socket(fileno=control_fd) as control:
        while True:
            job, pipes, _, _ = socket.recv_fds(control, _JOB_BYTES, 2)
            if not job:
                return
            _serve_one(control, json.loads(job), read, *pipes)


def _serve_one(control: socket.socket, job: Job, read: Reader, ask: int, answer: int) -> None:
    pid = os.fork()
    if pid == 0:
        _answer(job, read, ask, answer)
        os._exit(0)
    os.close(ask)
    os.close(answer)
    control.send(str(pid).encode())
    if not control.recv(1):  # the parent is gone; otherwise it has heard all that the child had to say
        os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    control.send(str(os.waitstatus_to_exitcode(status)).encode())


def _answer(job: Job, read: Reader, ask: int, answer: int) -> None:
    try:
        os.dup2(sys.stdout.fileno(), _STDERR)  # nowhere: what libav says of a hostile file is hostile too
        seal(Budget(**job["budget"]), (_STDERR, ask, answer))
        told = _described(AskedSource(ask, answer, job["size"]), job, read)
    except SandboxUnavailable as unavailable:
        told = {"unavailable": unavailable.detail}
    except MemoryError:
        told = {"refused": "too_complex", "detail": "memory"}
    except (ImportError, OSError) as missing:  # something was not loaded before the door closed
        told = {"unavailable": str(missing)}
    except BaseException:  # the edge of this process: told to the parent, which knows what to make of it
        told = {"crashed": traceback.format_exc(limit=-8)}
    text = json.dumps(told).encode()
    write_all(ask, REQUEST.pack(ANSWER, 0, len(text)), text)


def _described(source: AskedSource, job: Job, read: Reader) -> Job:
    buffered = cast(BinaryIO, io.BufferedReader(source, READ_AHEAD_BYTES))
    try:
        found = read(buffered, job["demuxer"], job["size"], Limits.model_validate(job["limits"]))
    except SourceRefused as refused:
        return {"refused": refused.code, "detail": refused.detail}
    return {"probe": found.model_dump(mode="json")}
