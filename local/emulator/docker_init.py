"""Stands before one `docker run`, so that its container ends as the emulator's other containers do.

Usage: python docker_init.py LIFELINE COMMAND [ARGUMENT...], with a `run` and a `--name=` in the command.
The descriptor LIFELINE is a pipe from the emulator. A byte in it stops the container (`docker stop`); its end (the
emulator closed it or died) removes it. The exit code is the client's, which is the container's own.
"""

import os
import select
import signal
import subprocess
import sys

# The emulator counts the stop timeout itself and then lets go of the lifeline.
STOP, REMOVE = ["stop", "--time=86400"], ["rm", "--force"]
RETRY_SECONDS = 1.0


def words(command: list[str]) -> tuple[list[str], str]:
    """The client's own part of a `docker run`, and the container's name."""
    name = next(word for word in command if word.startswith("--name="))
    return command[: command.index("run")], name.removeprefix("--name=")


def ask(asked: list[str], command: list[str]) -> subprocess.Popen[bytes]:
    """Begin a command of the client's about the container."""
    client, name = words(command)
    return subprocess.Popen([*client, *asked, name], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)


def supervise(lifeline: int, command: list[str]) -> int:
    """Run the command to its end and answer its exit code."""
    wake_read, wake_write = os.pipe()
    os.set_blocking(wake_write, False)
    signal.set_wakeup_fd(wake_write, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    waiting = select.poll()  # which, unlike select, knows descriptors above 1023
    for descriptor in (wake_read, lifeline):
        waiting.register(descriptor, select.POLLIN)
    asked: list[str] = []
    asking: subprocess.Popen[bytes] | None = None
    while child.poll() is None:
        ready = [descriptor for descriptor, _ in waiting.poll(1000 * RETRY_SECONDS)]
        if wake_read in ready:
            os.read(wake_read, 4096)
        if lifeline in ready:
            asked, asking = (STOP, None) if os.read(lifeline, 4096) else (REMOVE, None)
            if asked is REMOVE:
                waiting.unregister(lifeline)
        # Before the engine has made the container it knows nobody of that name.
        elif asked and asking and asking.poll() and wake_read not in ready:
            asking = None
        if asked and not asking:
            asking = ask(asked, command)
    return child.returncode


if __name__ == "__main__":
    sys.exit(supervise(int(sys.argv[1]), sys.argv[2:]))
