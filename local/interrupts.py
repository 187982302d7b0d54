"""SIGTERM, SIGHUP and the end of `make` end a program the way Ctrl-C does: its `with` blocks are left in order.

SIGINT is among them because a shell without job control has what it starts in the background ignore it.
"""

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
END_WITH = "VOD_END_WITH"  # a process id: the Makefile names make's own
WATCH_SECONDS = 0.5


def _interrupt(number: int, _: Any) -> None:
    raise KeyboardInterrupt(signal.Signals(number).name)


def is_alive(process: int) -> bool:
    """Whether a process with this id exists."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _watch(process: int) -> None:
    while is_alive(process):
        time.sleep(WATCH_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)


@contextmanager
def interruptible() -> Iterator[None]:
    """Within the block those raise KeyboardInterrupt."""
    before = {number: signal.signal(number, _interrupt) for number in SIGNALS}
    if os.environ.get(END_WITH, "").isdigit():
        threading.Thread(target=_watch, args=(int(os.environ[END_WITH]),), daemon=True).start()
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
