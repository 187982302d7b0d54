"""The filter's program, run instruction by instruction: the same on both architectures, whatever machine tests run on."""

import errno
import os

import pytest

from vod.sandbox import seccomp, syscalls
from vod.sandbox.seccomp import ALLOW, ERRNO, KILL_PROCESS, Rules

PID = 4242
EPERM, ENOSYS = ERRNO | errno.EPERM, ERRNO | errno.ENOSYS
MACHINES = ["x86_64", "aarch64"]
FFMPEG, PROBE = Rules(opens=True, executes=True), Rules()
EVERYTHING_ELSE = {"read": (0, 63), "write": (1, 64), "mmap": (9, 222), "futex": (202, 98), "exit_group": (231, 94)}


def answer(machine: str, rules: Rules, number: int, *arguments: int, audit: int | None = None) -> int:
    """What the kernel would answer under the filter."""
    audit = seccomp.ARCHITECTURES[machine][0] if audit is None else audit
    return evaluated(seccomp.program(rules, machine, PID), number, *arguments, audit=audit)


def evaluated(code: list[seccomp.Instruction], number: int, *arguments: int, audit: int) -> int:
    """Classic BPF over `struct seccomp_data` (linux/seccomp.h)."""
    words = {0: number, 4: audit}
    words |= {16 + 8 * place: value & 0xFFFFFFFF for place, value in enumerate(arguments)}
    at, accumulator = 0, 0
    tests = {
        seccomp.EQUAL: lambda a, k: a == k,
        seccomp.AT_LEAST: lambda a, k: a >= k,
        seccomp.ANY_BIT: lambda a, k: bool(a & k),
    }
    while True:
        operation, if_true, if_false, constant = code[at]
        at += 1
        if operation == seccomp.RETURN:
            return constant
        if operation == seccomp.LOAD:
            accumulator = words.get(constant, 0)
        else:
            at += if_true if tests[operation](accumulator, constant) else if_false


def number(machine: str, name: str) -> int | None:
    return {**syscalls.ALL, **EVERYTHING_ELSE}[name][MACHINES.index(machine)]


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("rules", [FFMPEG, PROBE])
def test_network_other_processes_and_the_kernel_are_out_of_reach(machine: str, rules: Rules) -> None:
    for name in syscalls.NETWORK | syscalls.OTHERS | syscalls.KERNEL | syscalls.WRITES | syscalls.PROCESSES:
        if (call := number(machine, name)) is not None:
            assert answer(machine, rules, call) == EPERM, name


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("rules", [FFMPEG, PROBE])
def test_computing_goes_on(machine: str, rules: Rules) -> None:
    for name in EVERYTHING_ELSE:
        assert answer(machine, rules, number(machine, name) or 0) == ALLOW, name


@pytest.mark.parametrize("machine", MACHINES)
def test_files_are_opened_to_read_by_ffmpeg_and_not_at_all_by_the_probe(machine: str) -> None:
    openat = number(machine, "openat") or 0

    assert answer(machine, FFMPEG, openat, 0, 0, os.O_RDONLY | os.O_CLOEXEC) == ALLOW
    for flags in (os.O_WRONLY, os.O_RDWR, os.O_CREAT, os.O_TRUNC):
        assert answer(machine, FFMPEG, openat, 0, 0, flags) == EPERM
    assert answer(machine, PROBE, openat, 0, 0, os.O_RDONLY) == EPERM
    assert answer(machine, FFMPEG, number(machine, "openat2") or 0) == ENOSYS


def test_the_older_call_is_no_way_around() -> None:
    assert answer("x86_64", FFMPEG, 2, 0, os.O_RDONLY) == ALLOW
    assert answer("x86_64", FFMPEG, 2, 0, os.O_RDWR) == EPERM
    assert answer("x86_64", PROBE, 2, 0, os.O_RDONLY) == EPERM


@pytest.mark.parametrize("machine", MACHINES)
def test_threads_are_started_and_processes_are_not(machine: str) -> None:
    clone = number(machine, "clone") or 0

    assert answer(machine, FFMPEG, clone, 0x3D0F00) == ALLOW  # the flags of glibc's pthread_create
    assert answer(machine, FFMPEG, clone, 17) == EPERM  # SIGCHLD alone: fork
    assert answer(machine, FFMPEG, number(machine, "clone3") or 0) == ENOSYS


@pytest.mark.parametrize("machine", MACHINES)
def test_a_program_is_started_by_ffmpeg_alone(machine: str) -> None:
    assert answer(machine, FFMPEG, number(machine, "execve") or 0) == ALLOW
    assert answer(machine, PROBE, number(machine, "execve") or 0) == EPERM


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("name", ["kill", "tgkill", "tkill"])
def test_signals_reach_nobody_else(machine: str, name: str) -> None:
    call = number(machine, name) or 0

    assert answer(machine, FFMPEG, call, PID) == ALLOW
    assert answer(machine, FFMPEG, call, 1) == EPERM
    assert answer(machine, FFMPEG, call, -1) == EPERM


@pytest.mark.parametrize("machine", MACHINES)
def test_another_architecture_ends_the_process(machine: str) -> None:
    for audit in (0x40000003, 0x40000028, 0xC00000F3):  # i386, 32-bit Arm, RISC-V
        assert answer(machine, FFMPEG, 0, audit=audit) == KILL_PROCESS
    assert answer(machine, FFMPEG, 0x40000000 + 41) == KILL_PROCESS  # x32


def test_an_unknown_machine_has_no_filter() -> None:
    with pytest.raises(KeyError):
        seccomp.program(FFMPEG, "riscv64", PID)


def test_every_number_is_libseccomps() -> None:
    pyseccomp = pytest.importorskip(
        "pyseccomp", exc_type=(ImportError, RuntimeError), reason="NO LIBSECCOMP to compare with"
    )

    for name, numbers in {**syscalls.ALL, **EVERYTHING_ELSE}.items():
        for architecture, ours in zip((pyseccomp.Arch.X86_64, pyseccomp.Arch.AARCH64), numbers, strict=True):
            theirs = pyseccomp.resolve_syscall(architecture, name)
            assert theirs == ours or (ours is None and theirs < 0), (name, architecture)
