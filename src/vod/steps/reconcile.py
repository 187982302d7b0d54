"""Reconcile: records, executions, tasks and buckets are compared; what diverged is mended and reported.

Every other step tells the next one by an event. What an event that never came, or a crash between two writes, left
half done is found here. Each repair is what the step itself would have done, and so may be done twice.
"""

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from vod import clock, keys
from vod.errors import VersionConflict
from vod.ports.buckets import Sources
from vod.ports.services import RUNNING, Background, Executions, Marks, Metrics, Running, Tasks, Videos
from vod.record import changes, remakes
from vod.record.status import Status
from vod.record.video import Failure, Video
from vod.steps.delete import Deletion
from vod.steps.dispatch import Arrival, Dispatch
from vod.steps.fail import Failing
from vod.steps.index import CatchingUp
from vod.steps.start import Starting
from vod.steps.sweep import Sweeping, is_repair

logger = logging.getLogger(__name__)
GRACE = timedelta(minutes=15)
"""What changed so lately may still be on its way."""
SECONDS = 240.0
"""After so many nothing new is begun; the next pass goes on with what is oldest then."""
_PENDING = "pending"
Repair = Callable[[], str | None]
"""One look at one thing: the kind of what it mended, None where nothing was to be mended."""
LOST = Failure("internal", "Transcoding ended without a result because of the platform, not your file. Try again.")


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
    catching_up: CatchingUp
    background: Background
    marks: Marks
    metrics: Metrics
    bucket: str
    now: Callable[[], datetime] = clock.now
    timer: Callable[[], float] = time.monotonic

    def reconcile(self, grace: timedelta = GRACE) -> dict[str, int]:
        """Mend what nobody touched for `grace`; how many of each kind, `errors` among them."""
        before, end = self.now() - grace, self.timer() + SECONDS
        report = Counter[str]()
        for repairs in (self._pending(before, end), self._executions(before), self._tasks(before), self._turns(before)):
            _mend(repairs, report)
        with _errors_counted(report):
            self.sweeping.sweep(before, lambda kind: report.update((kind,)))
        with _errors_counted(report):
            self.catching_up.go_on(lambda: self.timer() > end)
        self._tell(report)
        return dict(report)

    def _tell(self, report: Counter[str]) -> None:
        mended = sum(count for kind, count in report.items() if is_repair(kind) and kind != "errors")
        self.metrics.put("Repaired", mended)
        self.metrics.put("Unreconciled", report.total() - mended)
        logger.info("reconciled", extra={"report": dict(report)})

    def _pending(self, before: datetime, end: float) -> Iterator[Repair]:
        """All pending videos from where the pass before stopped, which is the oldest unless time was over."""
        mark = ""
        for video in self.videos.pending(self.marks.get(_PENDING), clock.stamp(before)):
            if self.timer() > end:
                mark = video.updated_at
                break
            yield partial(self._video, video)
        self.marks.put(_PENDING, mark)

    def _video(self, video: Video) -> str | None:
        if video.status is Status.DELETING:
            return "deletion_finished" if self.deletion.finish(video).completed_at else None
        if video.status is Status.AWAITING_UPLOAD:
            return self._awaited(video)
        if video.remade_now:
            return self._run(remakes.as_remade(video), video.remade_now.run)
        if video.status is Status.QUEUED and video.waits_for:
            self.starting.hold(video)  # the watch step starts what stands in line
            return None
        return self._run(video, video.run) if video.run else None

    def _awaited(self, video: Video) -> str | None:
        found = self.sources.current(video.source.key)
        if not found and video.imported and not self._is_over(video):
            self.background.fetch(video.id)
            return "import_resumed"
        if not found:
            return self._expired(video)
        self.dispatch.found(video.id, Arrival(self.bucket, found.key, found.version, found.size))
        return "upload_dispatched"

    def _expired(self, video: Video) -> str | None:
        """An upload whose time is over is deleted; the receipt tells what comes later still."""
        if not self._is_over(video):
            return None
        with suppress(VersionConflict):  # it goes on just now
            self.deletion.finish(self.videos.save(changes.moved(video, Status.DELETING, clock.stamp(self.now()))))
            return "upload_expired"
        return None

    def _is_over(self, video: Video) -> bool:
        return video.awaited_until is not None and self.now().timestamp() >= video.awaited_until

    def _run(self, video: Video, run: str) -> str | None:
        status = self.executions.status(keys.execution_name(video.id, run))
        if status == RUNNING:
            return None
        if status is None and (video.status is Status.QUEUED or video.remade_now):
            return "execution_started" if self.starting.start(video) else None
        return "failure_recorded" if self.failing.fail(video.id, run, LOST) else None

    def _executions(self, before: datetime) -> Iterator[Repair]:
        """Those of which no record knows."""
        for execution in self.executions.running():
            if execution.since < before and not self._is_wanted(execution, clock.stamp(before)):
                yield partial(self._stop_execution, execution)

    def _stop_execution(self, execution: Running) -> str:
        self.executions.stop(execution.id)
        return "execution_stopped"

    def _is_wanted(self, running: Running, before: str) -> bool:
        """Whether a record is on this run, or was until just now."""
        video = self.videos.get(running.video_id)
        if video is None or running.run not in (video.run, video.last_run):
            return False
        return video.is_encoded_in(running.run) or video.updated_at >= before

    def _tasks(self, before: datetime) -> Iterator[Repair]:
        """Those whose execution has ended."""
        for task in self.tasks.running():
            if task.since < before:
                yield partial(self._stop_task, task)

    def _stop_task(self, task: Running) -> str | None:
        if self.executions.status(keys.execution_name(task.video_id, task.run)) == RUNNING:
            return None
        self.tasks.stop(task.id)
        return "task_stopped"

    def _turns(self, before: datetime) -> Iterator[Repair]:
        """What is set aside for an execution whose end nobody told."""
        for name in self.starting.ledger.open(before):
            yield partial(self._free_turn, name)

    def _free_turn(self, name: str) -> str | None:
        if self.executions.status(name) == RUNNING:
            return None
        self.starting.ledger.release(name)
        return "turn_freed"


def _mend(repairs: Iterator[Repair], report: Counter[str]) -> None:
    """Each by itself: one that cannot be mended now keeps no other waiting."""
    with _errors_counted(report):
        for repair in repairs:
            with _errors_counted(report):
                if kind := repair():
                    report[kind] += 1


@contextmanager
def _errors_counted(report: Counter[str]) -> Iterator[None]:
    try:
        yield
    except Exception:
        logger.exception("could not be reconciled")
        report["errors"] += 1
