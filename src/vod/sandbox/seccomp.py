"""A seccomp filter as a value: which system calls a child loses, as a BPF program for x86_64 and aarch64.

Written out instead of taken from libseccomp: AWS Lambda's runtime has no libseccomp, and the program is short enough to
be run instruction by instruction in a test.
"""

import ctypes
import errno
import os
import struct
from dataclasses import dataclass

from vod.sandbox import syscalls

ARCHITECTURES = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1), "arm64": (0xC00000B7, 1)}
"""Machine name -> (AUDIT_ARCH_* of linux/audit.h, column in the tables of system calls)."""
_CLONE_THREAD = 0x10000
_TO_WRITE = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
_X32_BIT = 0x40000000

ALLOW = 0x7FFF0000
KILL_PROCESS = 0x80000000
ERRNO = 0x00050000
LOAD, EQUAL, ANY_BIT, AT_LEAST, RETURN = 0x20, 0x15, 0x45, 0x35, 0x06
_NUMBER_AT, _ARCHITECTURE_AT, ARGUMENTS_AT = 0, 4, 16

_PR_SET_SECCOMP = 22
_SECCOMP_MODE_FILTER = 2

Instruction = tuple[int, int, int, int]
"""Classic BPF: operation, jump if true, jump if false, constant."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What a child keeps besides computing: opening files to read, and starting a program."""

    opens: bool = False
    executes: bool = False


def program(rules: Rules, machine: str, pid: int) -> list[Instruction]:
    """The filter for a process `pid`: what is denied answers EPERM, a foreign architecture ends the process.

    KeyError on a machine that is neither x86_64 nor aarch64.
    """
    audit, column = ARCHITECTURES[machine]
    code = prologue(audit)
    for numbers in _denied(rules).values():
        code += never(numbers[column], errno.EPERM)
    for numbers in syscalls.UNREADABLE.values():
        code += never(numbers[column], errno.ENOSYS)
    for numbers in syscalls.CLONE.values():
        code += _unless(numbers[column], 0, (ANY_BIT, 1, 0, _CLONE_THREAD))
    for numbers in syscalls.SIGNALS.values():
        code += _unless(numbers[column], 0, (EQUAL, 1, 0, pid))
    for argument, name in ((1, "open"), (2, "openat")) if rules.opens else ():
        code += _unless(syscalls.OPENS[name][column], argument, (ANY_BIT, 0, 1, _TO_WRITE))
    return [*code, (RETURN, 0, 0, ALLOW)]


def prologue(audit: int) -> list[Instruction]:
    """How a filter begins: it ends a process of another architecture (AUDIT_ARCH_*) and loads the call's number."""
    return [
        *((LOAD, 0, 0, _ARCHITECTURE_AT), (EQUAL, 1, 0, audit), (RETURN, 0, 0, KILL_PROCESS)),
        # Numbers above are x86's second numbering (x32) of the same calls.
        *((LOAD, 0, 0, _NUMBER_AT), (AT_LEAST, 0, 1, _X32_BIT), (RETURN, 0, 0, KILL_PROCESS)),
    ]


def _denied(rules: Rules) -> dict[str, syscalls.Numbers]:
    always = syscalls.NETWORK | syscalls.OTHERS | syscalls.KERNEL | syscalls.WRITES | syscalls.PROCESSES
    return always | ({} if rules.executes else syscalls.PROGRAMS) | ({} if rules.opens else syscalls.OPENS)


def never(number: int | None, error: int) -> list[Instruction]:
    """Answer one call with an error; nothing where the architecture has no such call."""
    return [] if number is None else [(EQUAL, 0, 1, number), (RETURN, 0, 0, ERRNO | error)]


def _unless(number: int | None, argument: int, test: Instruction) -> list[Instruction]:
    """Refuse the call unless `test` on the low half of an argument jumps over the refusal."""
    if number is None:
        return []
    load = (LOAD, 0, 0, ARGUMENTS_AT + 8 * argument)
    refuse, allow = (RETURN, 0, 0, ERRNO | errno.EPERM), (RETURN, 0, 0, ALLOW)
    return [(EQUAL, 0, 4, number), load, test, refuse, allow]


def packed(code: list[Instruction]) -> bytes:
    """A program as the kernel reads it: struct sock_filter of linux/filter.h, one after the other."""
    return b"".join(struct.pack("HBBI", *instruction) for instruction in code)


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


libc = ctypes.CDLL(None, use_errno=True)
libc.prctl.argtypes = (ctypes.c_int, *(ctypes.c_ulong,) * 4)


def install(rules: Rules) -> None:
    """Put this process under the filter, for good; OSError when the kernel refuses. Needs PR_SET_NO_NEW_PRIVS first."""
    try:
        code = program(rules, os.uname().machine, os.getpid())
    except KeyError as unknown:
        raise OSError(errno.ENOSYS, f"no filter is known for {unknown}") from unknown
    described = _Program(len(code), packed(code))
    if libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.addressof(described), 0, 0):
        raise OSError(ctypes.get_errno(), "seccomp filter refused")
