"""Reconcile: records, executions, tasks and buckets are compared; what diverged is mended and reported.

Every other step tells the next one by an event. What an event that never came, or a crash between two writes, left
half done is found here. Each repair is what the step itself would have done, and so may be done twice.
"""

import logging
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from vod import clock, keys
from vod.ports.buckets import Sources
from vod.ports.outside import RUNNING, Executions, Marks, Metrics, Running, Tasks, Videos
from vod.record import remakes
from vod.record.status import Status
from vod.record.video import Failure, Video
from vod.steps.delete import Deletion
from vod.steps.dispatch import Arrival, Dispatch
from vod.steps.fail import Failing
from vod.steps.sweep import Sweeping, is_repair
from vod.steps.turns import Starting

logger = logging.getLogger(__name__)
GRACE = timedelta(minutes=15)
"""What changed so lately may still be on its way."""
SECONDS = 240.0
"""After so many nothing new is begun; the next pass goes on with what is oldest then."""
_PENDING = "pending"
LOST = Failure(
    "internal", "Transcoding ended inside the platform without a result, not because of your file. Try it again."
)


@dataclass(frozen=True, slots=True)
class Reconciling:
    """Everything the step needs; `bucket` holds the sources."""

    videos: Videos
    sources: Sources
    executions: Executions
    tasks: Tasks
    starting: Starting
    dispatch: Dispatch
    deletion: Deletion
    failing: Failing
    sweeping: Sweeping
    marks: Marks
    metrics: Metrics
    bucket: str
    now: Callable[[], datetime] = clock.now
    timer: Callable[[], float] = time.monotonic

    def reconcile(self, grace: timedelta = GRACE) -> dict[str, int]:
        """Mend what nobody touched for `grace`; how many of each kind, `errors` among them."""
        before, end = self.now() - grace, self.timer() + SECONDS
        report: Counter[str] = Counter()

        def note(kind: str) -> None:
            report[kind] += 1

        def each(things: Callable[[], object]) -> None:
            """One that cannot be mended now keeps no other waiting."""
            try:
                things()
            except Exception:
                logger.exception("could not be reconciled")
                report["errors"] += 1

        each(lambda: self._pending(before, end, lambda video: each(lambda: self._video(video, note))))
        each(lambda: self._executions(before, note))
        each(lambda: self._tasks(before, note))
        each(lambda: self._turns(before, lambda name: each(lambda: self._turn(name, note))))
        each(lambda: self.sweeping.sweep(before, note))
        self._report(report)
        return dict(report)

    def _pending(self, before: datetime, end: float, look: Callable[[Video], None]) -> None:
        """All pending videos from where the pass before stopped, which is the oldest unless time was over."""
        mark = ""
        for video in self.videos.pending(self.marks.get(_PENDING), clock.stamp(before)):
            if self.timer() > end:
                mark = video.updated_at
                break
            look(video)
        self.marks.put(_PENDING, mark)

    def _report(self, report: Counter[str]) -> None:
        mended = sum(count for kind, count in report.items() if is_repair(kind) and kind != "errors")
        self.metrics.put("Repaired", mended)
        self.metrics.put("Unreconciled", report.total() - mended)
        logger.info("reconciled", extra={"report": dict(report)})

    def _video(self, video: Video, note: Callable[[str], None]) -> None:
        if video.status is Status.DELETING:
            if self.deletion.finish(video).completed_at:
                note("deletion_finished")
        elif video.status is Status.AWAITING_UPLOAD:
            self._awaited(video, note)
        elif video.remade_now:
            self._run(remakes.as_remade(video), video.remade_now.run, note)
        elif video.waits_for:
            self.starting.hold(video)  # the watch step starts what stands in line
        elif video.run:
            self._run(video, video.run, note)

    def _awaited(self, video: Video, note: Callable[[str], None]) -> None:
        found = self.sources.current(video.source.key)
        if found:
            self.dispatch.found(video.id, Arrival(self.bucket, found.key, found.version, found.size))
            note("upload_dispatched")

    def _run(self, video: Video, run: str, note: Callable[[str], None]) -> None:
        status = self.executions.status(keys.execution_name(video.id, run))
        if status == RUNNING:
            return
        if status is None and (video.status is Status.QUEUED or video.remade_now):
            if self.starting.start(video):
                note("execution_started")
        elif self.failing.fail(video.id, run, LOST):
            note("failure_recorded")

    def _executions(self, before: datetime, note: Callable[[str], None]) -> None:
        for execution in self.executions.running():
            if execution.since < before and not self._is_wanted(execution, clock.stamp(before)):
                self.executions.stop(execution.id)
                note("execution_stopped")

    def _is_wanted(self, running: Running, before: str) -> bool:
        """Whether a record is on this run, or was until just now."""
        video = self.videos.get(running.video_id)
        if video is None or running.run not in (video.run, video.last_run):
            return False
        return video.is_encoded_in(running.run) or video.updated_at >= before

    def _tasks(self, before: datetime, note: Callable[[str], None]) -> None:
        for task in self.tasks.running():
            name = keys.execution_name(task.video_id, task.run)
            if task.since < before and self.executions.status(name) != RUNNING:
                self.tasks.stop(task.id)
                note("task_stopped")

    def _turns(self, before: datetime, look: Callable[[str], None]) -> None:
        for name in self.starting.ledger.open(before):
            look(name)

    def _turn(self, name: str, note: Callable[[str], None]) -> None:
        """What is set aside for an execution whose end nobody told."""
        if self.executions.status(name) != RUNNING:
            self.starting.ledger.release(name)
            note("turn_freed")
