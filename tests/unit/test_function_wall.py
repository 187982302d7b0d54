"""The filter of the emulator's functions, run instruction by instruction for both processors."""

import errno

import pytest

from local.emulator import function_wall
from tests.unit.sandbox.test_seccomp import evaluated
from vod.sandbox import syscalls
from vod.sandbox.seccomp import ALLOW, ARCHITECTURES, ERRNO, KILL_PROCESS

EPERM, ENOSYS = ERRNO | errno.EPERM, ERRNO | errno.ENOSYS
MACHINES = ["x86_64", "aarch64"]


def answer(machine: str, call: int, *arguments: int) -> int:
    return evaluated(function_wall.program(machine), call, *arguments, audit=ARCHITECTURES[machine][0])


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize(("calls", "refusal"), [(function_wall.REFUSED, EPERM), (function_wall.ABSENT, ENOSYS)])
def test_what_lambda_refuses_is_refused(machine: str, calls: dict[str, syscalls.Numbers], refusal: int) -> None:
    for numbers in calls.values():
        assert answer(machine, numbers[MACHINES.index(machine)] or 0) == refusal


@pytest.mark.parametrize("machine", MACHINES)
def test_of_prctl_only_what_confines_and_names_is_refused(machine: str) -> None:
    prctl = function_wall.PRCTL["prctl"][MACHINES.index(machine)] or 0

    refused = {option for option in range(80) if answer(machine, prctl, option) == EPERM}

    assert refused == set(function_wall.OPTIONS.values())


@pytest.mark.parametrize("machine", MACHINES)
def test_everything_else_is_allowed(machine: str) -> None:
    named = {**function_wall.REFUSED, **function_wall.ABSENT, **function_wall.PRCTL}
    ours = {numbers[MACHINES.index(machine)] for numbers in named.values()}

    assert all(answer(machine, call) == ALLOW for call in range(500) if call not in ours)


def test_another_architecture_ends_the_process() -> None:
    assert evaluated(function_wall.program("x86_64"), 0, audit=0x40000003) == KILL_PROCESS


def test_the_numbers_are_libseccomps() -> None:
    pyseccomp = pytest.importorskip(
        "pyseccomp", exc_type=(ImportError, RuntimeError), reason="NO LIBSECCOMP to compare with"
    )

    for name, numbers in {**function_wall.REFUSED, **function_wall.ABSENT, **function_wall.PRCTL}.items():
        for architecture, ours in zip((pyseccomp.Arch.X86_64, pyseccomp.Arch.AARCH64), numbers, strict=True):
            assert pyseccomp.resolve_syscall(architecture, name) == ours, name
