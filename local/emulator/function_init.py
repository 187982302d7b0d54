"""What runs first in a function's worker: it takes away what Lambda does not give.

Its text stands at the beginning of the worker's script, so it imports nothing of ours.
"""

import ctypes
import errno
import json
import os
import resource
import struct
import sys
from pathlib import Path
from typing import Any

_libc = ctypes.CDLL(None, use_errno=True)
_SANDBOX_USER = 993  # that of Lambda's own processes
_OPEN_FILES = 1024
_NEW_MOUNTS = 0x20000
_MS_BIND, _MS_REC, _MS_PRIVATE = 0x1000, 0x4000, 1 << 18
_MOUNT_SETATTR, _READ_ONLY, _RECURSIVE = 442, 1, 0x8000
_PR_SET_DUMPABLE, _PR_SET_KEEPCAPS, _PR_SET_SECCOMP, _PR_CAPBSET_DROP, _PR_SET_NO_NEW_PRIVS = 4, 8, 22, 24, 38
_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE = 47, 2
_CAPABILITIES_3 = 0x20080522
# What this machine's root owns, a function must read: modes of files are not what is imitated.
_READING = (1, 2)  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
_SYS_ADMIN = 21
_DEVICES = ("null", "zero", "full", "random", "urandom")


def enter(settings: str) -> None:
    """Put this process behind the wall: its file system, its user, the filter; the place of the worker stays."""
    wall = json.loads(settings)
    os.environ.pop("TMPDIR", None)
    os.setpgid(0, 0)  # it is stopped, continued and ended as a whole
    if wall["mounts"]:
        _mount_all(wall)
    _limit()
    root = not os.getuid()
    if root:
        _become_nobody()
    _refuse(bytes.fromhex(wall["filter"]))
    if root:
        _keep_reading()


def _call(name: str, *arguments: Any) -> None:
    if getattr(_libc, name)(*arguments):
        code = ctypes.get_errno()
        raise OSError(code, f"{name}: {os.strerror(code)}")


def _mount(source: str, target: str, kind: str | None, flags: int, options: str = "") -> None:
    encoded = [text.encode() if text else None for text in (source, target, kind)]
    _call("mount", *encoded, ctypes.c_ulong(flags), options.encode())


def _set_read_only(path: str, read_only: bool, flags: int = 0) -> None:
    attributes = struct.pack("QQQQ", read_only, not read_only, 0, 0)
    _call("syscall", _MOUNT_SETATTR, -100, path.encode(), flags, attributes, ctypes.c_size_t(len(attributes)))


def _mount_all(wall: dict[str, Any]) -> None:
    os.unshare(_NEW_MOUNTS)
    _mount("none", "/", None, _MS_REC | _MS_PRIVATE)
    here = str(Path.cwd())
    mine = str(Path(sys.argv[0]).resolve().parent) if sys.argv[0] not in ("", "-c") else None
    hides = ["/tmp", *wall["hides"]]  # noqa: S108 - Lambda's own
    kept = {path: os.open(path, os.O_PATH) for path in {*wall["reads"], *wall["writes"], *([mine] if mine else [])}}
    devices = {name: os.open(f"/dev/{name}", os.O_PATH) for name in _DEVICES}
    for place in hides:
        if Path(place).is_dir():
            _mount("tmpfs", place, "tmpfs", 0, f"mode=1777,size={wall['tmp_mb']}m")
    for path, handle in kept.items():
        if any(path.startswith(place + "/") for place in hides):
            Path(path).mkdir(parents=True)
            _bind(handle, path)
        os.close(handle)
    _make_devices(devices)
    _set_read_only("/", True, _RECURSIVE)
    for path in ("/tmp", *wall["writes"]):  # noqa: S108
        _set_read_only(path, False)
    os.chdir(here)


def _bind(handle: int, path: str) -> None:
    _mount(f"/proc/self/fd/{handle}", path, None, _MS_BIND | _MS_REC)


def _make_devices(devices: dict[str, int]) -> None:
    """A /dev without shm."""
    _mount("tmpfs", "/dev", "tmpfs", 0, "mode=755")
    for name, handle in devices.items():
        place = Path("/dev") / name
        place.touch()
        _bind(handle, str(place))
        os.close(handle)
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        (Path("/dev") / name).symlink_to(f"/proc/self/fd/{number}")
    Path("/dev/fd").symlink_to("/proc/self/fd")


def _limit() -> None:
    most = min(_OPEN_FILES, resource.getrlimit(resource.RLIMIT_NOFILE)[1])
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _become_nobody() -> None:
    for capability in range(64):
        if capability not in _READING:
            _libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0)
    _libc.prctl(_PR_SET_KEEPCAPS, 1, 0, 0, 0)
    os.setgroups([])
    os.setresgid(*[_SANDBOX_USER] * 3)
    os.setresuid(*[_SANDBOX_USER] * 3)
    _hold(*_READING, _SYS_ADMIN)
    # A change of the user hides a process from others of that user; Lambda's were born with theirs.
    _libc.prctl(_PR_SET_DUMPABLE, 1, 0, 0, 0)


def _hold(*capabilities: int) -> None:
    held, inherited = (sum(1 << capability for capability in group) for group in (capabilities, _READING))
    _call("capset", struct.pack("Ii", _CAPABILITIES_3, 0), struct.pack("6I", held, held, inherited, 0, 0, 0))


def _keep_reading() -> None:
    _hold(*_READING)
    for capability in _READING:
        _libc.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, capability, 0, 0)


def _refuse(program: bytes) -> None:
    code = ctypes.create_string_buffer(program, len(program))
    described = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(code))
    if not _libc.prctl(_PR_SET_SECCOMP, 2, described, 0, 0):
        return
    if ctypes.get_errno() != errno.EACCES:
        raise OSError(ctypes.get_errno(), "no filter of system calls can be set here")
    _libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)  # who is not root must give up privileges first
    _call("prctl", _PR_SET_SECCOMP, 2, described, 0, 0)
