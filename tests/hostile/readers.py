"""Readers that stand in for libav's in the probe's child, each with one bad habit. All run inside the sandbox."""

import ctypes
import json
import os
import resource
import signal
import socket
import sys
import time
from pathlib import Path
from typing import BinaryIO

import av

from tests import samples
from vod.errors import SourceRefused
from vod.source.libav import read_probe as read_probe  # which loads all of PyAV that a sealed child needs
from vod.source.probe import Limits, Probe


def tell(told: object) -> Probe:
    """Carry a finding out of the child."""
    raise SourceRefused("corrupt", json.dumps(told))


def crash(*_: object) -> Probe:
    ctypes.string_at(0)
    raise AssertionError


def abort(*_: object) -> Probe:
    os.abort()


def hang(*_: object) -> Probe:
    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    time.sleep(600)
    raise AssertionError


def burn(*_: object) -> Probe:
    while True:
        pass


def hoard(*_: object) -> Probe:
    return tell(len(bytearray(2**34)))


def stumble(*_: object) -> Probe:
    raise ZeroDivisionError


def read_for_ever(source: BinaryIO, *_: object) -> Probe:
    while True:
        source.seek(0)
        source.read(1 << 18)


def lie(*_: object) -> Probe:
    """A probe as an exploited child would forge it: it is over every limit."""
    return samples.probe(10**6, 10**6, seconds=1e9)


def babble(*_: object) -> Probe:
    """Not even JSON, over the pipe that is left."""
    for fd in range(3, 64):
        try:
            os.write(fd, b"x" * 13)
        except OSError:
            continue
    os._exit(0)


def leave(*_: object) -> Probe:
    os._exit(7)


def succeeds(action: object) -> bool:
    try:
        action()  # type: ignore[operator]
    except (OSError, ValueError):
        return False
    return True


def look_around(*_: object) -> Probe:
    """What the child can do, and what it holds."""
    tries = {
        "socket": lambda: socket.socket(),
        "socketpair": lambda: socket.socketpair(),
        "pipe": lambda: os.pipe(),
        "memory file": lambda: os.memfd_create("x"),
        "copy of a descriptor": lambda: os.dup(2),
        "open": lambda: Path("/proc/self/status").read_bytes(),
        "environment of its parent": lambda: Path(f"/proc/{os.getppid()}/environ").read_bytes(),
        "write": lambda: Path("/tmp/canary").write_text("x"),
        "fork": lambda: os.fork(),
        "more files": lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64)),
        "more processes": lambda: resource.setrlimit(resource.RLIMIT_NPROC, (64, 64)),
        "signal": lambda: os.kill(os.getppid(), 0),
    }
    environment = {key: value for key, value in os.environ.items() if key != "LC_CTYPE"}  # Python's own, PEP 538
    held = [name for name in sys.modules if name.split(".")[0] in ("boto3", "botocore")]
    open_files = len([fd for fd in range(256) if succeeds(lambda fd=fd: os.fstat(fd))])
    granted = [name for name, action in tries.items() if succeeds(action)]
    return tell([environment, held, open_files, granted])


def stop_the_nursery(*_: object) -> Probe:
    os.kill(os.getppid(), signal.SIGSTOP)
    raise AssertionError


def become_another(*_: object) -> Probe:
    os.execv("/bin/true", ["true"])


def open_anything(source: BinaryIO, demuxer: str, _size: int, _limits: Limits) -> Probe:
    """libav with every door open that we keep shut: only the sandbox is left."""
    doors = {"protocol_whitelist": "file,http,https,tcp,udp,rtp,crypto,data,pipe,concat,subfile", "safe": "0"}
    if demuxer == "hls":
        doors |= {"allowed_extensions": "ALL", "extension_picky": "0"}
    if demuxer == "mov":
        doors |= {"enable_drefs": "1", "use_absolute_path": "1"}
    try:
        with av.open(source, format=demuxer, options=doors) as container:
            return tell(sum(packet.size for packet in container.demux()))
    except av.error.FFmpegError as error:
        return tell(str(error))
