"""One platform for each state folder: whoever runs there holds its lock, and the lock ends with the process."""

import fcntl
import os
from pathlib import Path
from typing import IO

from local.child import StartError

LOCK = "lock"


def only_one(state: Path) -> IO[str]:
    """Hold the state folder for this process; StartError when another platform has it."""
    lock = (state / LOCK).open("a+")
    if _is_held(lock):
        process = _process(lock)
        lock.close()
        raise StartError(
            f"the platform is already running (process {process}) with its state in {state}: use it, or stop it first"
        )
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    return lock


def owner(state: Path) -> str | None:
    """The process that runs a platform with this state; None where none does."""
    if not (state / LOCK).exists():
        return None
    with (state / LOCK).open("r+") as lock:
        return _process(lock) if _is_held(lock) else None


def _is_held(lock: IO[str]) -> bool:
    """Whether somebody else has it; if not, it is ours now."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    return False


def _process(lock: IO[str]) -> str:
    lock.seek(0)
    return lock.read().strip() or "unknown"
