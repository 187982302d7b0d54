"""Process 1 of a local container: runs one command, and nothing of it outlives it.

Usage: python container_init.py LIFELINE COMMAND [ARGUMENT...]
The descriptor LIFELINE is a pipe from the emulator. A byte in it asks the command to stop (SIGTERM); its end (the
emulator closed it or died) kills the command. When the command ends, every remaining descendant is killed, as the end
of a PID namespace would.
The exit code is the command's own, or 128 + signal. Only the standard library, and little of it: this starts often.
"""

import ctypes
import os
import select
import signal
import sys
from contextlib import suppress

PR_SET_CHILD_SUBREAPER = 36
EXIT_NOT_RUNNABLE = 127


def adopt_orphans() -> bool:
    """Become the parent of orphaned descendants (Linux); elsewhere only the process group can be killed."""
    if sys.platform != "linux":
        return False
    return bool(ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0)


def start(command: list[str]) -> int:
    """Fork the command into a process group of its own and answer its process id."""
    child = os.fork()
    if child:
        return child
    try:
        os.setpgid(0, 0)
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
    while code is None:
        ready, _, _ = select.select([wake_read, lifeline], [], [])
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
