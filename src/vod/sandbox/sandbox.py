"""What a child that reads hostile bytes may do: compute, read what it is given, and end in time.

For a program the rule is a seccomp filter: no network, no new process, no change to any file, nothing of other
processes. Landlock comes on top where the kernel has it: then only named files can be opened at all. A fork that needs
to open nothing is sealed, which also works where the kernel refuses filters, as in Lambda.
"""

import gc
import os
import resource
import signal
import subprocess
import threading
import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import Self

from vod.errors import SandboxUnavailable
from vod.sandbox import landlock, seccomp
from vod.sandbox.limits import Budget
from vod.sandbox.watched_reads import Arriving, Unwatchable, Watch

SYSTEM_PATHS: tuple[str, ...] = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/etc/ld.so.cache")
"""What the loader needs to start a dynamically linked program."""
_LOADERS = {"x86_64": "/lib64/ld-linux-x86-64.so.2", "aarch64": "/lib/ld-linux-aarch64.so.1"}
MISSING_EXIT = 78
"""A task's exit code where the kernel gives no sandbox (EX_CONFIG): transcode.asl.yaml does not try it again."""
_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
_PR_SET_NO_NEW_PRIVS = 38
_PR_SET_CHILD_SUBREAPER = 36
_ROUNDS, _ROUND_SECONDS = 50, 0.01
_forking = threading.Lock()
_CPU_GRACE_SECONDS = 5
_ADDRESSES_PER_BYTE = 4


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A budget, the files that may be read, and whether to go on where the kernel can confine in no way (a function,
    whose machine is the wall).

    One of the files may be a `source` that still arrives: reads of it wait for their bytes. `environment` is all that
    a program finds in its environment.
    """

    budget: Budget
    reads: tuple[str, ...] = ()
    unconfined_allowed: bool = False
    source: Arriving | None = None
    environment: Mapping[str, str] = field(default_factory=dict)


class Entry:
    """A sandbox made ready by the parent: between fork and exec a child should make system calls and nothing else.

    The child may start `program` and read the sandbox's files.
    """

    def __init__(self, sandbox: Sandbox, program: str, watch: Watch | None = None) -> None:
        self._sandbox = sandbox
        self._watch = watch
        self._parent = os.getpid()
        self._ruleset = landlock.ruleset(sandbox.reads, (program, *SYSTEM_PATHS))
        self._told, self._tell = os.pipe()

    def __enter__(self) -> Self:
        """Nothing more is needed."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the parent's ends; a child has its own."""
        for fd in (self._ruleset, self._told, self._tell):
            if fd is not None:
                os.close(fd)

    def enter(self) -> None:
        """Put this process, a child, into the sandbox for good; SandboxUnavailable when the kernel cannot."""
        try:
            self._enter()
        except (OSError, ValueError, SandboxUnavailable) as why:
            os.write(
                self._tell, str(why).encode()
            )  # an error between fork and exec reaches the parent without its text
            raise

    def _enter(self) -> None:
        seccomp.libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != self._parent:
            raise SandboxUnavailable("its parent is gone")
        is_confinable = not seccomp.libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        if not is_confinable and not self._sandbox.unconfined_allowed:
            raise SandboxUnavailable("no_new_privs was refused")
        for kind, soft, hard in _resource_limits(self._sandbox.budget):
            _lower(kind, soft, hard)
        if self._ruleset is not None and is_confinable:
            landlock.enforce(self._ruleset)
        if self._watch is not None:  # it needs a socket, which the filter takes away
            self._watch.install()
        if is_confinable:  # without no_new_privs the kernel takes neither rules nor filters
            self._filter()

    def _filter(self) -> None:
        try:
            seccomp.install(seccomp.Rules(opens=True, executes=True))
        except OSError as refused:
            if landlock.abi() < landlock.NETWORK_ABI and not self._sandbox.unconfined_allowed:
                raise SandboxUnavailable(str(refused)) from refused

    def complaint(self) -> str:
        """What a child said that could not enter."""
        os.set_blocking(self._told, False)
        with suppress(BlockingIOError):
            return os.read(self._told, 4096).decode()
        return ""


def seal(budget: Budget, kept: Collection[int]) -> None:
    """Let this process, a fork, open nothing any more and end in time; of its descriptors only `kept` stay open.

    Limits alone do it, with no right that Lambda refuses: without a free descriptor there is no file, no socket and no
    pipe. What a filter forbids besides (signals, unlink, exec) is forbidden where the kernel grants one.
    SandboxUnavailable when something can be opened all the same: nothing has been read then.
    """
    _close_all_but(kept)
    for kind, soft, hard in [*_resource_limits(replace(budget, open_files=0)), (resource.RLIMIT_NPROC, 0, 0)]:
        _lower(kind, soft, hard)
    if _can_open():
        raise SandboxUnavailable("files can still be opened")
    seccomp.libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if not seccomp.libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        with suppress(OSError):
            seccomp.install(seccomp.Rules())


def _close_all_but(kept: Collection[int]) -> None:
    ends = [-1, *sorted(kept), os.sysconf("SC_OPEN_MAX")]
    for before, after in pairwise(ends):
        if before + 1 < after:  # Python takes closerange(0, 0) for every descriptor there is
            os.closerange(before + 1, after)


def _can_open() -> bool:
    try:
        os.close(os.open("/", os.O_RDONLY))
    except OSError:
        return False
    return True


def hide() -> None:
    """Let no process of the same user read this one's memory and environment, where the credentials are.

    A sandboxed child without Landlock could otherwise open them in /proc.
    """
    seccomp.libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def adopt() -> None:
    """Make what a child starts and leaves behind this process's own children, which `end_descendants` finds."""
    seccomp.libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def end_descendants() -> None:
    """End everything that this process started, and what those left behind where `adopt` was granted."""
    for _ in range(_ROUNDS):
        found = _descendants(os.getpid())
        if not found:
            return
        for pid in found:
            with suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        time.sleep(_ROUND_SECONDS)


def _descendants(pid: int) -> list[int]:
    found = []
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            found += [int(child) for child in (task / "children").read_text().split()]
    return found + [each for child in found for each in _descendants(child)]


def start(
    command: list[str], sandbox: Sandbox, stdout: int, stderr: int, pass_fds: Iterable[int] = ()
) -> subprocess.Popen[bytes]:
    """Start a program in a sandbox, with the sandbox's environment and only these file descriptors.

    SandboxUnavailable when the kernel cannot provide it: nothing has been read then. Where the kernel cannot let reads
    wait for a source that still arrives, the start does.
    """
    if sandbox.source and (sandbox.source.has_holes or not sandbox.source.is_whole):
        try:
            return _watched(command, sandbox, sandbox.source, stdout, stderr, pass_fds)
        except Unwatchable:
            sandbox.source.wait()
    return _start(command, sandbox, stdout, stderr, pass_fds)


def _watched(
    command: list[str], sandbox: Sandbox, source: Arriving, stdout: int, stderr: int, pass_fds: Iterable[int]
) -> subprocess.Popen[bytes]:
    """Start a program whose reads of the source wait for their bytes; Unwatchable when the kernel has no such thing."""
    watch = Watch()
    try:
        process = _start(command, sandbox, stdout, stderr, pass_fds, watch)
        watch.serve(source)
    except SandboxUnavailable as failed:
        if watch.is_refused():
            raise Unwatchable from failed
        raise
    finally:
        watch.close()
    return process


def _start(
    command: list[str],
    sandbox: Sandbox,
    stdout: int,
    stderr: int,
    pass_fds: Iterable[int],
    watch: Watch | None = None,
) -> subprocess.Popen[bytes]:
    with Entry(sandbox, command[0], watch) as entry, _collecting_nothing():
        try:
            # Nothing of the task's environment, credentials above all, reaches a process that reads hostile bytes.
            return subprocess.Popen(
                runnable(command),
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=stderr,
                env=dict(sandbox.environment),
                pass_fds=tuple(pass_fds),
                preexec_fn=entry.enter,
            )
        except subprocess.SubprocessError as failed:
            raise SandboxUnavailable(entry.complaint()) from failed


def runnable(command: list[str]) -> list[str]:
    """The command, by way of the loader where the program has no right to be executed: SAM unpacks the wheels of a
    layer without it, and nothing can be changed in /opt."""
    if os.access(command[0], os.X_OK) or not os.access(command[0], os.R_OK):
        return command
    return [_LOADERS[os.uname().machine], *command]


@contextmanager
def _collecting_nothing() -> Iterator[None]:
    """A while in which no garbage collection becomes due. One that is due when a child is forked runs in the child,
    which has none of the threads that a finalizer may wait for: it would hang before its program starts."""
    with _forking:
        was_enabled = gc.isenabled()
        gc.disable()
        try:
            yield
        finally:
            if was_enabled:
                gc.enable()


def _resource_limits(budget: Budget) -> list[tuple[int, int, int]]:
    # The parent watches CPU time too and knows why it ended the child; the kernel's limit is for when it cannot.
    late = budget.cpu_seconds + _CPU_GRACE_SECONDS
    addresses = budget.memory_bytes * _ADDRESSES_PER_BYTE
    return [
        (resource.RLIMIT_CPU, late, late + _CPU_GRACE_SECONDS),
        # Writable private pages are what a bomb fills; addresses alone cost nothing, and thread arenas reserve many.
        (resource.RLIMIT_DATA, budget.memory_bytes, budget.memory_bytes),
        (resource.RLIMIT_AS, addresses, addresses),
        (resource.RLIMIT_NOFILE, budget.open_files, budget.open_files),
        (resource.RLIMIT_FSIZE, 0, 0),
        (resource.RLIMIT_CORE, 0, 0),
    ]


def _lower(kind: int, soft: int, hard: int) -> None:
    """Set a resource limit, never above the one that is set already."""
    ceiling = resource.getrlimit(kind)[1]
    if ceiling != resource.RLIM_INFINITY:
        soft, hard = min(soft, ceiling), min(hard, ceiling)
    resource.setrlimit(kind, (soft, hard))
