"""The emulator ends with its launcher: a pipe that only the launcher holds open reads end-of-file when it is gone."""

import os
import signal
import threading
from collections.abc import Callable

GRACE_SECONDS = 8.0


def end_self() -> None:
    """Stop in good order (state is saved); by force if that takes too long."""
    timer = threading.Timer(GRACE_SECONDS, os._exit, (1,))
    timer.daemon = True
    timer.start()
    os.kill(os.getpid(), signal.SIGTERM)


def watch(descriptor: int, ended: Callable[[], None] = end_self) -> threading.Thread:
    """Call `ended` once the other end of the pipe is closed, be it by SIGKILL."""

    def wait() -> None:
        while os.read(descriptor, 1):
            pass
        ended()

    thread = threading.Thread(target=wait, daemon=True, name="lifeline")
    thread.start()
    return thread
