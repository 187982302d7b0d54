"""Watch: every minute what runs, waits and was spent becomes metrics, and what waited starts once there is room."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from vod import clock
from vod.cost import MICRO
from vod.ports import Ledger, Metrics, Tasks
from vod.steps.start import Starting

_MOST_HELD = 1000
LONGEST_RUN = timedelta(days=3, hours=1)
"""A little more than the state machine's TimeoutSeconds."""


@dataclass(frozen=True, slots=True)
class Watching:
    """Everything the step needs."""

    starting: Starting
    ledger: Ledger
    tasks: Tasks
    metrics: Metrics
    now: Callable[[], datetime] = clock.now

    def watch(self) -> int:
        """Record the gauges and start what may start; how many were started."""
        now = self.now()
        held = self.ledger.held(_MOST_HELD)
        self.metrics.put("TasksRunning", self.tasks.count())
        self.metrics.put("VideosHeld", len(held))
        self.metrics.put("SpentToday", self.ledger.of_day(clock.stamp(now)[:10]).micro_usd / MICRO)
        self.ledger.release_older(now - LONGEST_RUN)
        return self.starting.resume() if held else 0

    def no_capacity(self) -> None:
        """AWS had no room for a chunk's task, neither on Spot nor on demand."""
        self.metrics.put("NoCapacity", 1)
