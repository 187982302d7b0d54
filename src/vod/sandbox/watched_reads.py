"""Reads that wait: a child's read of a file that still arrives goes on when its bytes are there.

The kernel asks for every read(2) of the child (seccomp user notification, Linux 5.5) and lets it go on when told to.
Nothing is decided here about what a child may do; that is the other filter's (seccomp.py).
Structures and numbers: linux/seccomp.h, seccomp_unotify(2).
"""

import ctypes
import errno
import fcntl
import os
import select
import socket
import struct
import threading
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from vod.sandbox import seccomp

_SECCOMP = {"x86_64": (317, 0), "aarch64": (277, 63)}
"""The numbers of seccomp(2) and read(2)."""
_SET_MODE_FILTER, _NEW_LISTENER = 1, 8
_NOTIFY = 0x7FC00000
_RECEIVE, _SEND = 0xC0502100, 0xC0182101
_REQUEST, _ANSWER = "QIIiIQ6Q", "QqiI"
_CONTINUE = 1
_ASKED, _REFUSED = b"+", b"-"


class Arriving(Protocol):
    """A file that still arrives, told apart from others by its device and inode."""

    identity: tuple[int, int]
    has_holes: bool
    """Whether there is more of it than what will arrive unasked."""

    @property
    def is_whole(self) -> bool:
        """Whether all of it is there."""

    def wait(self) -> None:
        """Wait for all of it."""

    def wait_for(self, first: int, end: int) -> None:
        """Wait for bytes [first, end)."""


class Unwatchable(OSError):
    """The kernel lets nobody wait for a child's reads here."""


class Watch:
    """One child's reads: made before the fork, installed in the child, served by the parent."""

    def __init__(self) -> None:
        self._ours, self._childs = socket.socketpair()

    def close(self) -> None:
        """Let go of what the fork needed."""
        self._ours.close()
        self._childs.close()

    def install(self) -> None:
        """In the child, which needs PR_SET_NO_NEW_PRIVS: from here on its reads wait. Unwatchable when they cannot."""
        try:
            listener = _install()
        except Unwatchable:
            self._childs.send(_REFUSED)
            raise
        socket.send_fds(self._childs, [_ASKED], [listener])

    def is_refused(self) -> bool:
        """In the parent, once the child is gone: whether that is why."""
        with suppress(BlockingIOError):
            return self._ours.recv(1, socket.MSG_DONTWAIT) == _REFUSED
        return False

    def serve(self, source: Arriving) -> None:
        """In the parent, once the child runs: let its reads of a source go on as the bytes arrive, until it ends."""
        _, (listener,), _, _ = socket.recv_fds(self._ours, 1, 1)
        threading.Thread(target=_serve, args=(listener, source), daemon=True).start()


def _install() -> int:
    """The listener of a filter that asks about every read."""
    numbers = _SECCOMP.get(os.uname().machine)
    if numbers is None:
        raise Unwatchable(errno.ENOSYS, "unknown machine")
    code = (
        *((seccomp.LOAD, 0, 0, 0), (seccomp.EQUAL, 0, 1, numbers[1])),
        *((seccomp.RETURN, 0, 0, _NOTIFY), (seccomp.RETURN, 0, 0, seccomp.ALLOW)),
    )
    packed = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *instruction) for instruction in code))
    described = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(code), ctypes.addressof(packed)))
    listener = seccomp.libc.syscall(numbers[0], _SET_MODE_FILTER, _NEW_LISTENER, described)
    if listener < 0:
        raise Unwatchable(ctypes.get_errno(), "seccomp user notification")
    return int(listener)


def _serve(listener: int, source: Arriving) -> None:
    poll = select.poll()
    poll.register(listener, select.POLLIN)
    try:
        while poll.poll()[0][1] & select.POLLIN:  # hung up: the child and its filter are gone
            with suppress(FileNotFoundError):  # the child was killed, or a signal interrupted its call
                _answer(listener, source)
    finally:
        os.close(listener)


def _answer(listener: int, source: Arriving) -> None:
    request = bytearray(struct.calcsize(_REQUEST))
    fcntl.ioctl(listener, _RECEIVE, request)
    ticket, thread, _, _, _, _, descriptor, _, count, *_ = struct.unpack(_REQUEST, request)
    failed = _wait(source, thread, descriptor, count)
    fcntl.ioctl(listener, _SEND, struct.pack(_ANSWER, ticket, 0, -failed, 0 if failed else _CONTINUE))


def _wait(source: Arriving, thread: int, descriptor: int, count: int) -> int:
    """Wait for what a read wants of the source; 0, or the error number that the read is to end with."""
    try:
        at = _position(source, thread, descriptor)
        if at is not None:
            source.wait_for(at, at + count)
    except Exception:  # whoever started the child asks the source why
        return errno.EIO
    return 0


def _position(source: Arriving, thread: int, descriptor: int) -> int | None:
    """Where in the source a thread's descriptor stands; None when it is of another file."""
    try:
        found = Path(f"/proc/{thread}/fd/{descriptor}").stat()
        told = Path(f"/proc/{thread}/fdinfo/{descriptor}").read_text()
    except PermissionError:  # it may be the source, anywhere
        source.wait()
        return None
    is_source = (found.st_dev, found.st_ino) == source.identity
    return int(told.split(maxsplit=2)[1]) if is_source else None
