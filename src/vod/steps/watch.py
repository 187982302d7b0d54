"""Watch: every minute what runs, waits and was spent becomes metrics, and what waited starts once there is room."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from vod import clock
from vod.cost import MICRO
from vod.ports import Ledger, Metrics, Tasks
from vod.steps.start import Starting

_MOST_HELD = 1000


@dataclass(frozen=True, slots=True)
class Watching:
    """Everything the step needs."""

    starting: Starting
    ledger: Ledger
    tasks: Tasks
    metrics: Metrics
    now: Callable[[], datetime] = clock.now

    def watch(self) -> int:
        """Start what may start and record the gauges; how many were started."""
        started = self.starting.resume()
        self.metrics.put("TasksRunning", self.tasks.count())
        self.metrics.put("VideosHeld", len(self.ledger.held(_MOST_HELD)))
        self.metrics.put("SpentToday", self.ledger.of_day(clock.stamp(self.now())[:10]).micro_usd / MICRO)
        return started

    def no_capacity(self, chunk: str, waits: int) -> int:
        """AWS had no room for a chunk's task, neither on Spot nor on demand; how often it will have waited."""
        self.metrics.put("NoCapacity", 1)
        return waits + 1
