"""A limit on ECS tasks that run at the same time: the machine has only so many cores. Videos take turns."""

import threading
from collections import Counter
from collections.abc import Callable


class Slots:
    """Named permits; a task that waits for one is still PROVISIONING, as on a cluster that waits for capacity.

    A free one goes to the video that holds the fewest, and there to the task that has waited longest. One more than
    `size` is kept for a video that holds none: a film whose tasks hold all others for an hour keeps nobody waiting.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._held: dict[str, str] = {}  # task -> its video
        self._waiting: dict[str, str] = {}  # the same, longest first
        self._changed = threading.Condition()

    def acquire(self, name: str, wanted: Callable[[], bool], video: str = "") -> bool:
        """Wait for a permit; False when `wanted` says meanwhile that nobody needs it any more."""
        with self._changed:
            self._waiting[name] = video
            try:
                while wanted():
                    if self._next() == name:
                        self._held[name] = video
                        return True
                    self._changed.wait(0.5)
            finally:
                del self._waiting[name]
                self._changed.notify_all()
        return False

    def release(self, name: str) -> None:
        """Give a permit back; harmless for a name that holds none."""
        with self._changed:
            self._held.pop(name, None)
            self._changed.notify_all()

    def _next(self) -> str | None:
        """Whose turn it is; None while there is no room."""
        held = Counter(self._held.values())
        name = min(self._waiting, key=lambda waiting: held[self._waiting[waiting]])
        room = self._size if held[self._waiting[name]] else self._size + 1
        return name if len(self._held) < room else None
