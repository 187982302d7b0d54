"""Landlock: which files a child may open, where the kernel has it (Linux 5.13; network rules from ABI 4, Linux 6.7).

Numbers and structures: Linux include/uapi/linux/landlock.h; the calls have the same numbers on every architecture.
"""

import ctypes
import errno
import os
import struct
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_VERSION_FLAG = 1
_RULE_PATH_BENEATH = 1
_EXECUTE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 2, 1 << 3
_RIGHTS_BY_ABI = (0, 13, 14, 15, 15, 16)
"""How many file rights (bits from 0) each ABI knows; later ones know as many as the last."""
NETWORK_ABI = 4
_TCP_BIND_CONNECT = 3
_SCOPE_ABI = 6
_ABSTRACT_SOCKETS_SIGNALS = 3

_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long


def abi() -> int:
    """The kernel's Landlock version; 0 where it has none or it is switched off."""
    return max(0, int(_libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint(_VERSION_FLAG))))


def ruleset(reads: Iterable[str], programs: Iterable[str]) -> int | None:
    """A rule set as a file descriptor: read `reads`, read and execute `programs`, nothing else; None without Landlock.

    Paths are files or whole folders; one that does not exist is left out.
    """
    version = abi()
    if not version:
        return None
    rights = (1 << _RIGHTS_BY_ABI[min(version, len(_RIGHTS_BY_ABI) - 1)]) - 1
    network = _TCP_BIND_CONNECT if version >= NETWORK_ABI else 0
    scoped = _ABSTRACT_SOCKETS_SIGNALS if version >= _SCOPE_ABI else 0
    attributes = struct.pack("QQQ", rights, network, scoped)[: 24 if scoped else 16 if network else 8]
    rules = _call(_CREATE_RULESET, attributes, ctypes.c_size_t(len(attributes)), ctypes.c_uint(0))
    for path in reads:
        _allow(rules, path, _READ_FILE | _READ_DIR)
    for path in programs:
        _allow(rules, path, _READ_FILE | _READ_DIR | _EXECUTE)
    return rules


def _allow(rules: int, path: str, rights: int) -> None:
    with suppress(FileNotFoundError):
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
        try:
            # A right on a folder's content is an error on a plain file.
            granted = rights if Path(path).is_dir() else rights & ~_READ_DIR
            rule = struct.pack("=Qi", granted, place)
            _call(_ADD_RULE, ctypes.c_int(rules), ctypes.c_int(_RULE_PATH_BENEATH), rule, ctypes.c_uint(0))
        finally:
            os.close(place)


def enforce(rules: int) -> None:
    """Put this process under a rule set, for good. Needs PR_SET_NO_NEW_PRIVS first."""
    _call(_RESTRICT_SELF, ctypes.c_int(rules), ctypes.c_uint(0))


def _call(number: int, *arguments: object) -> int:
    result = int(_libc.syscall(number, *arguments))
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"landlock: {errno.errorcode.get(code, code)}")
    return result
