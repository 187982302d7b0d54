"""Watch: every minute what runs, waits and was spent becomes metrics; what waits starts then, and when a run ends."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from vod import clock, keys
from vod.frozen import Document
from vod.money.cost import MICRO
from vod.ports.services import Ledger, Metrics, Tasks
from vod.steps.start import BUDGET, Resumed, Starting

_MOST_COUNTED = 1000
_AFTER_AN_END = 2
"""So many start when an execution has ended, which frees one turn; the next minute starts all that may."""


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
        self.metrics.put("TasksRunning", self.tasks.count())
        self.metrics.put("SpentToday", self.ledger.of_day(clock.stamp(self.now())[:10]).micro_usd / MICRO)
        resumed = self.starting.resume()
        waiting = self.starting.waiting.count(_MOST_COUNTED)
        self.metrics.put("VideosWaiting", waiting)
        self.metrics.put("VideosHeld", waiting if resumed.blocked_by == BUDGET else 0)
        return len(resumed.started)

    def execution_ended(self, execution: Document) -> Resumed:
        """Nothing is set aside any more for an execution, which its input names: others may have its turn."""
        self.ledger.release(keys.execution_name(execution["videoId"], execution["run"]))
        return self.starting.resume(_AFTER_AN_END)

    def no_capacity(self) -> None:
        """AWS had no room for a chunk's task, neither on Spot nor on demand."""
        self.metrics.put("NoCapacity", 1)
