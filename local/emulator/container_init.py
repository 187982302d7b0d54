"""Process 1 of a local container: runs one command, and nothing of it outlives it.

Usage: python container_init.py LIFELINE [OPTION...] COMMAND [ARGUMENT...]
The descriptor LIFELINE is a pipe from the emulator. A byte in it asks the command to stop (SIGTERM); its end (the
emulator closed it or died) kills the command. When the command ends, every remaining descendant is killed, as the end
of a PID namespace would.
Options: `--disk=BYTES:FOLDER` makes the folder a file system of so many bytes that only the container sees (root alone
can; others get the folder as it is); `--refuse=landlock` and `--refuse=seccomp` take that from the container.
The exit code is the command's own, or 128 + signal. Only the standard library, and little of it: this starts often.
"""

import ctypes
import errno
import os
import select
import signal
import struct
import sys
from contextlib import suppress

PR_SET_CHILD_SUBREAPER = 36
PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2
MS_REC, MS_SLAVE = 0x4000, 0x80000
LANDLOCK_CREATE_RULESET = 444
SYSCALLS = {"x86_64": {"seccomp": 317, "prctl": 157}, "aarch64": {"seccomp": 277, "prctl": 167}}
LOAD, EQUAL, RETURN, ALLOW, ERRNO = 0x20, 0x15, 0x06, 0x7FFF0000, 0x50000
EXIT_NOT_RUNNABLE = 127


def adopt_orphans() -> bool:
    """Become the parent of orphaned descendants (Linux); elsewhere only the process group can be killed."""
    if sys.platform != "linux":
        return False
    return bool(ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0)


def mount_disk(size: str, folder: str) -> None:
    """Give this process and its descendants a file system of so many bytes at a folder, seen by nobody else."""
    if os.geteuid() != 0:
        return
    os.unshare(os.CLONE_NEWNS)
    mount = ctypes.CDLL(None, use_errno=True).mount
    for source, target, kind, flags, options in (
        (None, b"/", None, MS_REC | MS_SLAVE, None),
        (b"disk", folder.encode(), b"tmpfs", 0, f"size={size},mode=1777".encode()),
    ):
        if mount(source, target, kind, ctypes.c_ulong(flags), options):
            raise OSError(ctypes.get_errno(), f"mount of {target.decode()}")


def refuse(what: str) -> None:
    """Take a way to confine children from this process and its descendants: with a seccomp filter, for good."""
    numbers = SYSCALLS[os.uname().machine]
    seccomp = [
        *(EQUAL, 0, 1, numbers["seccomp"], RETURN, 0, 0, ERRNO | errno.EPERM),
        *(EQUAL, 0, 3, numbers["prctl"], LOAD, 0, 0, 16),
        *(EQUAL, 0, 1, PR_SET_SECCOMP, RETURN, 0, 0, ERRNO | errno.EPERM),
    ]
    landlock = [EQUAL, 0, 1, LANDLOCK_CREATE_RULESET, RETURN, 0, 0, ERRNO | errno.ENOSYS]
    words = [LOAD, 0, 0, 0, *(seccomp if what == "seccomp" else landlock), RETURN, 0, 0, ALLOW]
    code = b"".join(struct.pack("HBBI", *words[at : at + 4]) for at in range(0, len(words), 4))
    filters = ctypes.create_string_buffer(code)
    described = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(code) // 8, ctypes.addressof(filters)))
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, described, 0, 0):
        raise OSError(ctypes.get_errno(), f"{what} could not be refused")


def prepare(option: str) -> None:
    """Do what an option asks for, in the child that becomes the command."""
    name, _, value = option.partition("=")
    if name == "--refuse":
        refuse(value)
    elif name == "--disk":
        mount_disk(*value.split(":", 1))


def start(command: list[str]) -> int:
    """Fork the command into a process group of its own, prepared as its options say, and answer its process id."""
    child = os.fork()
    if child:
        return child
    try:
        os.setpgid(0, 0)
        while command[0].startswith("--"):
            prepare(command.pop(0))
        os.execvp(command[0], command)  # noqa: S606 - the command is a list
    except OSError as error:
        os.write(2, f"cannot run {command[0]}: {error.strerror}\n".encode())
    os._exit(EXIT_NOT_RUNNABLE)


def exit_code(status: int) -> int:
    """The code a container engine reports for a wait status."""
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code


def reap(child: int) -> int | None:
    """Collect whatever has ended; the exit code of `child` once it is among them."""
    found = None
    while True:
        try:
            ended, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return found
        if ended == 0:
            return found
        if ended == child:
            found = exit_code(status)


def own_children() -> list[int]:
    """Process ids whose parent is this process."""
    with open(f"/proc/self/task/{os.getpid()}/children") as listing:  # noqa: PTH123 - pathlib is slow to import
        return [int(word) for word in listing.read().split()]


def kill_descendants(group: int, adopting: bool) -> None:
    """Kill the command's group, then generation after generation of what was reparented to this process."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)
    while adopting:
        for process in own_children():
            os.kill(process, signal.SIGKILL)
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return


def supervise(lifeline: int, command: list[str]) -> int:
    """Run the command to its end and answer its exit code."""
    adopting = adopt_orphans()
    os.set_inheritable(lifeline, False)
    wake_read, wake_write = os.pipe()
    os.set_blocking(wake_write, False)
    signal.set_wakeup_fd(wake_write, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    child = start(command)
    code = None
    waiting = select.poll()  # which, unlike select, knows descriptors above 1023
    for descriptor in (wake_read, lifeline):
        waiting.register(descriptor, select.POLLIN)
    while code is None:
        ready = [descriptor for descriptor, _ in waiting.poll()]
        if wake_read in ready:
            os.read(wake_read, 4096)
            code = reap(child)
        if code is None and lifeline in ready:
            code = obey(os.read(lifeline, 4096), child)
    kill_descendants(child, adopting)
    return code


def obey(request: bytes, child: int) -> int | None:
    """Pass a stop request on; at the lifeline's end kill the command, and answer its exit code."""
    os.kill(child, signal.SIGTERM if request else signal.SIGKILL)
    return None if request else exit_code(os.waitpid(child, 0)[1])


if __name__ == "__main__":
    sys.exit(supervise(int(sys.argv[1]), sys.argv[2:]))
