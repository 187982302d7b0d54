"""What Lambda refuses to the processes of a function: the filter of system calls, and the script that puts it up."""

import errno
import json
import logging
import os
import subprocess
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from vod.sandbox import syscalls
from vod.sandbox.seccomp import (
    ALLOW,
    ARCHITECTURES,
    ARGUMENTS_AT,
    EQUAL,
    ERRNO,
    LOAD,
    RETURN,
    Instruction,
    never,
    packed,
    prologue,
)

LOG = logging.getLogger("local.lambdas")
INIT = Path(__file__).with_name("function_init.py")
REFUSED = syscalls.table("ptrace 101 117, seccomp 317 277, chroot 161 51, unshare 272 97")
"""Answered with EPERM: seen by people who tried to confine a child inside a function (Linux 5.10)."""
ABSENT = syscalls.table("landlock_create_ruleset 444 444, landlock_add_rule 445 445, landlock_restrict_self 446 446")
"""Answered with ENOSYS: that kernel has no Landlock."""
PRCTL = syscalls.table("prctl 157 167")
OPTIONS = {
    "PR_SET_PDEATHSIG": 1,
    "PR_SET_DUMPABLE": 4,
    "PR_SET_NAME": 15,
    "PR_SET_SECCOMP": 22,
    "PR_SET_NO_NEW_PRIVS": 38,
}
"""Of prctl, answered with EPERM (numbers: linux/prctl.h)."""
LEAST_TMP_MB = 512
"""Of /tmp, where a template names no EphemeralStorage."""


@dataclass(frozen=True, slots=True)
class Wall:
    """One function's share of the machine: `reads` and `writes` are the folders of this machine that it has.

    `hides` are folders of which it sees nothing else, `tmp_mb` the size of its /tmp. `mounts` says whether the file
    system is imitated at all, which root alone can.
    """

    reads: tuple[str, ...]
    writes: tuple[str, ...]
    hides: tuple[str, ...]
    tmp_mb: int
    mounts: bool


def program(machine: str) -> list[Instruction]:
    """The filter for x86_64 or aarch64; KeyError on another machine."""
    audit, column = ARCHITECTURES[machine]
    code = prologue(audit)
    for numbers in REFUSED.values():
        code += never(numbers[column], errno.EPERM)
    for numbers in ABSENT.values():
        code += never(numbers[column], errno.ENOSYS)
    return [*code, *_refused_options(PRCTL["prctl"][column]), (RETURN, 0, 0, ALLOW)]


def _refused_options(prctl: int | None) -> list[Instruction]:
    code: list[Instruction] = [(LOAD, 0, 0, ARGUMENTS_AT)]
    for option in OPTIONS.values():
        code += [(EQUAL, 0, 1, option), (RETURN, 0, 0, ERRNO | errno.EPERM)]
    return [(EQUAL, 0, len(code), prctl or 0), *code]


def script(wall: Wall) -> str:
    """What a worker runs first."""
    settings = json.dumps({**asdict(wall), "filter": packed(program(os.uname().machine)).hex()})
    return f"{INIT.read_text()}\nenter({settings!r})\n"


def can_mount(python: Path) -> bool:
    """Whether this user may give a process a file system of its own; said in the log where not."""
    tried = Wall(
        reads=(str(python.parents[1]), str(python.resolve().parents[1])),
        writes=(),
        hides=(),
        tmp_mb=LEAST_TMP_MB,
        mounts=True,
    )
    command = [str(python), "-I", "-S", "-c", script(tried)]
    done = subprocess.run(command, cwd="/", capture_output=True, text=True, check=False)
    if done.returncode:
        why = done.stderr.strip().splitlines()[-1:]
        LOG.warning(
            "FUNCTIONS MAY WRITE ANYWHERE here, into %s MB of /tmp alone on AWS: root alone can imitate that (%s)",
            LEAST_TMP_MB,
            *why or ["no reason given"],
        )
    return not done.returncode


def tmp_mb(config: Mapping[str, Mapping[str, int]]) -> int:
    """The size of a function's /tmp by its configuration."""
    return int((config.get("EphemeralStorage") or {}).get("Size") or LEAST_TMP_MB)
