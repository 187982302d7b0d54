"""A limit on ECS tasks that run at the same time: the machine has only so many cores."""

import threading
from collections.abc import Callable


class Slots:
    """Named permits; a task that waits for one is still PROVISIONING, as on a cluster that waits for capacity."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._held: set[str] = set()
        self._freed = threading.Condition()

    def acquire(self, name: str, wanted: Callable[[], bool]) -> bool:
        """Wait for a permit; False when `wanted` says meanwhile that nobody needs it any more."""
        with self._freed:
            while wanted():
                if len(self._held) < self._size:
                    self._held.add(name)
                    return True
                self._freed.wait(0.5)
        return False

    def release(self, name: str) -> None:
        """Give a permit back; harmless for a name that holds none."""
        with self._freed:
            self._held.discard(name)
            self._freed.notify_all()
