"""The emulator ends with its launcher: a pipe that only the launcher holds open reads end-of-file when it is gone."""

import os
import threading
from collections.abc import Callable


def watch(descriptor: int, ended: Callable[[], object]) -> threading.Thread:
    """Call `ended` once the other end of the pipe is closed, be it by SIGKILL."""

    def wait() -> None:
        while os.read(descriptor, 1):
            pass
        ended()

    thread = threading.Thread(target=wait, daemon=True, name="lifeline")
    thread.start()
    return thread
