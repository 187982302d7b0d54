"""Code of the function that `make verify` makes: what Lambda refuses and limits; what is for good is tried in a child.

Only the standard library: the stack's template carries this file as it is.
"""

import ctypes
import errno
import importlib
import os
import resource
import socket
import struct
import threading
import time
import uuid
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

ENVIRONMENT = uuid.uuid4().hex
"""The same in every call that the same environment answers."""
MIB = 2**20
NAME = ctypes.create_string_buffer(b"verify")
PRCTL = {
    "PR_SET_PDEATHSIG": (1, 9),
    "PR_SET_DUMPABLE": (4, 0),
    "PR_SET_NAME": (15, ctypes.addressof(NAME)),
    "PR_SET_NO_NEW_PRIVS": (38, 1),
}
"""Option and value; linux/prctl.h."""
PR_SET_SECCOMP, SECCOMP_MODE_FILTER, SECCOMP_SET_MODE_FILTER = 22, 2, 1
CALLS = {
    "x86_64": {"seccomp": 317, "ptrace": 101, "unshare": 272, "process_vm_readv": 310},
    "aarch64": {"seccomp": 277, "ptrace": 117, "unshare": 97, "process_vm_readv": 270},
}
"""Numbers of system calls; linux/unistd.h of each architecture."""
LANDLOCK_CREATE_RULESET = 444
CLONE_NEWUSER = 0x10000000
WRITABLE = ("/", "/opt", "/var/task", "/var/tmp", "/home", "/dev/shm", "/tmp")  # noqa: S108 - tried, not used
TOO_LARGE = 6_400_000
ALLOWED = "allowed"
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
_beats = {"count": 0}


class Program(ctypes.Structure):
    """A seccomp filter: struct sock_fprog."""

    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


ALLOW_ALL = Program(1, struct.pack("HBBI", 0x06, 0, 0, 0x7FFF0000))


def code(number: int) -> str:
    """The name of an errno."""
    return errno.errorcode.get(number, str(number))


def called(result: int) -> str:
    """`allowed`, or the name of the error that a call of libc ended with."""
    return ALLOWED if result >= 0 else code(ctypes.get_errno())


def attempted(act: Callable[[], object]) -> str:
    """The same for a call of Python."""
    try:
        act()
    except OSError as refused:
        return code(refused.errno or 0)
    except MemoryError:
        return "ENOMEM"
    return ALLOWED


def in_child(act: Callable[[], str]) -> str:
    """What `act` answers in a process of its own, or the signal that ended it."""
    reads, writes = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            answer = act()
        except Exception as failed:  # the edge of a child
            answer = repr(failed)
        os.write(writes, answer.encode())
        os._exit(0)
    os.close(writes)
    with os.fdopen(reads) as told:
        answer = told.read()
    _, status = os.waitpid(child, 0)
    return answer or f"signal {os.WTERMSIG(status)}"


def prctl(option: int, value: int, pointer: int = 0) -> str:
    """One option."""
    return called(
        libc.prctl(option, ctypes.c_ulong(value), ctypes.c_ulong(pointer), ctypes.c_ulong(0), ctypes.c_ulong(0))
    )


def seccomp_by_prctl() -> str:
    """A filter that allows everything."""
    libc.prctl(PRCTL["PR_SET_NO_NEW_PRIVS"][0], 1, 0, 0, 0)
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.addressof(ALLOW_ALL))


def system_call(name: str, *arguments: int) -> str:
    """One system call by its number."""
    number = CALLS[os.uname().machine][name]
    return called(libc.syscall(ctypes.c_long(number), *(ctypes.c_ulong(each) for each in arguments)))


def read_parent() -> str:
    """A word of the parent's memory, which lies where it lies in the fork."""
    word = ctypes.create_string_buffer(8)
    vector = ctypes.create_string_buffer(struct.pack("PN", ctypes.addressof(word), len(word)))
    pointer = ctypes.addressof(vector)
    return system_call("process_vm_readv", os.getppid(), pointer, 1, pointer, 1, 0)


def sealed(_: Any) -> dict[str, Any]:
    """What the probe's own wall leaves its child, by the platform's code: what opens, or why there is no wall."""
    limits, sandbox = (importlib.import_module(name) for name in ("vod.sandbox.limits", "vod.sandbox.sandbox"))

    def act() -> str:
        sandbox.seal(limits.PROBE, range(3, 256))
        doors: dict[str, Callable[[], object]] = {
            "open": lambda: os.open("/proc/self/status", os.O_RDONLY),
            "socket": socket.socket,
            "pipe": os.pipe,
            "fork": one_more,
        }
        return " ".join(name for name, each in doors.items() if attempted(each) == ALLOWED) or "none"

    return {"opens": in_child(act)}


def confinement(_: Any) -> dict[str, Any]:
    """Everything that our sandbox, or a stranger's code, could try."""
    options = {name: in_child(partial(prctl, *given)) for name, given in PRCTL.items()}
    filtered = ctypes.addressof(ALLOW_ALL)
    landlock = libc.syscall(ctypes.c_long(LANDLOCK_CREATE_RULESET), None, ctypes.c_size_t(0), ctypes.c_uint(1))
    return {
        "prctl": {**options, "PR_SET_SECCOMP": in_child(seccomp_by_prctl)},
        "calls": {
            "seccomp": in_child(lambda: system_call("seccomp", SECCOMP_SET_MODE_FILTER, 0, filtered)),
            "ptrace": in_child(lambda: system_call("ptrace", 0, 0, 0, 0)),
            "unshare": in_child(lambda: system_call("unshare", CLONE_NEWUSER)),
            "chroot": in_child(lambda: attempted(lambda: os.chroot("/"))),
        },
        "landlock": called(landlock),
        "others": in_child(read_parent),
        "kernel": os.uname().release,
        "uid": os.getuid(),
    }


def closed_doors() -> str:
    """What still opens under RLIMIT_NOFILE=0, as words; `none` when nothing does and a pipe of before still reads."""
    reads, writes = os.pipe()
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))
    doors: dict[str, Callable[[], object]] = {
        "open": lambda: os.open("/proc/self/status", os.O_RDONLY),
        "socket": socket.socket,
        "pipe": os.pipe,
        "memfd": lambda: os.memfd_create("x"),
    }
    opened = [name for name, act in doors.items() if attempted(act) == ALLOWED]
    os.write(writes, b"x")
    if os.read(reads, 1) != b"x":
        opened.append("no pipe")
    return " ".join(opened) or "none"


def raised() -> str:
    """Whether a limit that was lowered can be raised again."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    except (OSError, ValueError):
        return "refused"
    return ALLOWED


def limited(kind: int, value: int, act: Callable[[], object]) -> str:
    """What becomes of `act` under a resource limit."""
    resource.setrlimit(kind, (value, value))
    return attempted(act)


def endless() -> None:
    """Compute for ever."""
    while True:
        pass


def one_more() -> None:
    """Fork once more."""
    if os.fork() == 0:
        os._exit(0)


def limits(_: Any) -> dict[str, Any]:
    """What the kernel's resource limits do here."""
    return {
        "openUnderNofile": in_child(closed_doors),
        "raisedNofile": in_child(raised),
        "cpu": in_child(lambda: limited(resource.RLIMIT_CPU, 1, endless)),
        "data": in_child(lambda: limited(resource.RLIMIT_DATA, 64 * MIB, lambda: bytearray(256 * MIB))),
        "fsize": in_child(lambda: limited(resource.RLIMIT_FSIZE, 0, write_a_byte)),
        "nproc": in_child(lambda: limited(resource.RLIMIT_NPROC, 0, one_more)),
    }


def write_a_byte() -> None:
    """A file of one byte in the only place there is."""
    with Path("/tmp/verify").open("wb", buffering=0) as file:  # noqa: S108 - in Lambda it is the function's own
        file.write(b"x")


def folders(_: Any) -> dict[str, Any]:
    """Where files can be made, how large /tmp is, what is not there."""
    space = os.statvfs("/tmp")  # noqa: S108
    return {
        "writable": [path for path in WRITABLE if Path(path).is_dir() and writes_to(path)],
        "tmpMiB": space.f_frsize * space.f_blocks // MIB,
        "shm": Path("/dev/shm").exists(),  # noqa: S108
        "memoryMiB": int(os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]),
    }


def writes_to(folder: str) -> bool:
    """Whether a file can be made there; it is removed again."""
    path = Path(folder) / f".verify-{ENVIRONMENT}"
    if attempted(path.touch) != ALLOWED:
        return False
    path.unlink()
    return True


def beat(_: Any) -> dict[str, Any]:
    """How often a thread came round that looks every 50 ms; the first call starts it."""
    if not any(each.name == "beat" for each in threading.enumerate()):
        threading.Thread(target=beating, name="beat", daemon=True).start()
    return {"environment": ENVIRONMENT, "count": _beats["count"]}


def beating() -> None:
    """Count for ever."""
    while True:
        _beats["count"] += 1
        time.sleep(0.05)


def imports(_: Any) -> dict[str, Any]:
    """Seconds, of a clock and of CPU, to import what the dispatch step needs, from the platform's layers."""
    began, used = time.perf_counter(), time.process_time()
    importlib.import_module("vod.wiring.on_event")
    return {"seconds": round(time.perf_counter() - began, 2), "cpuSeconds": round(time.process_time() - used, 2)}


def fill(event: Any) -> int:
    """Touch so many MiB."""
    held = [bytearray(os.urandom(MIB)) for _ in range(event["mib"])]
    return len(held)


def large(_: Any) -> str:
    """An answer that is too large."""
    return "x" * TOO_LARGE


ACTS: dict[str, Callable[[Any], Any]] = {
    "confinement": confinement,
    "limits": limits,
    "sealed": sealed,
    "folders": folders,
    "beat": beat,
    "imports": imports,
    "fill": fill,
    "large": large,
}


def handler(event: dict[str, Any], _: Any) -> Any:
    """Do what the event asks for."""
    return ACTS[event["do"]](event)
