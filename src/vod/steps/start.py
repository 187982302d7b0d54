"""Start: an execution for a queued video, as far as the day's budget goes; what it does not reach waits."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from vod import clock, estimate, keys
from vod.errors import VersionConflict
from vod.model import Document, Video
from vod.ports import Executions, Held, Ledger, Reserved, Videos
from vod.prices import Fargate
from vod.records import amend
from vod.status import Status

logger = logging.getLogger(__name__)
BUDGET = "budget"
"""What a video waits for that the budget does not reach."""
_ANY = 10**15


@dataclass(frozen=True, slots=True)
class Budget:
    """What may be spent in a day (UTC), in millionths of a USD, 0 for any amount; prices of the tasks."""

    micro_usd: int
    price: Fargate


@dataclass(frozen=True, slots=True)
class Starting:
    """Everything the step needs; `bucket` holds the sources."""

    videos: Videos
    executions: Executions
    ledger: Ledger
    budget: Budget
    bucket: str
    now: Callable[[], datetime] = clock.now

    def start(self, video: Video) -> bool:
        """Start the execution of a queued video's run, once; False when it has to wait, for the budget or its turn."""
        if self.budget.micro_usd and self.ledger.held(1):
            self._hold(video)
            return False
        return self._start(video) or self._hold(video)

    def resume(self, limit: int = 100) -> int:
        """Start those that wait, longest first, as far as the budget goes now; how many were started."""
        started = 0
        for held in self.ledger.held(limit):
            video = self.videos.get(held.video_id)
            if not video or video.run != held.run or video.status is not Status.QUEUED:
                self.ledger.drop(held)
            elif self._start(video):
                self._show(video, waits_for=None)
                self.ledger.drop(held)
                started += 1
        return started

    def _start(self, video: Video) -> bool:
        assert video.run
        name = keys.execution_name(video.id, video.run)
        reserved = self._reserve(video, name) if self.budget.micro_usd else Reserved.BEFORE
        if reserved is Reserved.NO:
            return False
        started = False
        try:
            started = self.executions.start(name, execution_input(video, self.bucket))
        finally:
            # It never began, or it began before and has ended: its end was told already, or will never be.
            if reserved is Reserved.NOW and not started:
                self.ledger.release(name)
        said = {"videoId": video.id, "run": video.run, "execution": name}
        logger.info("execution %s", "started" if started else "was started before", extra=said)
        return True

    def _reserve(self, video: Video, name: str) -> Reserved:
        """Room beside what was spent today and what runs; once a day one goes for which there is none."""
        now = self.now()
        today = clock.stamp(now)[:10]
        wanted = estimate.micro_usd(video.source.size or video.size or 0, video.profile, self.budget.price)
        room = self.budget.micro_usd - self.ledger.of_day(today).micro_usd - wanted
        reserved = self.ledger.reserve(name, wanted, room, now) if room >= 0 else Reserved.NO
        if reserved is Reserved.NO and self.ledger.is_first(today):
            return self.ledger.reserve(name, wanted, _ANY, now)
        return reserved

    def _hold(self, video: Video) -> bool:
        assert video.run
        logger.warning("waits: the day's budget is spent", extra={"videoId": video.id, "run": video.run})
        self.ledger.hold(Held(video.id, video.run, video.queued_at or video.created_at))
        self._show(video, waits_for=BUDGET)
        return False

    def _show(self, video: Video, waits_for: str | None) -> None:
        """Say in the record what it waits for; it waits, or goes, whether that can be stored or not."""

        def said(fresh: Video) -> Video:
            is_queued = fresh.status is Status.QUEUED and fresh.run == video.run
            return replace(fresh, waits_for=waits_for) if is_queued else fresh

        try:
            amend(self.videos, video, said)
        except VersionConflict:
            logger.info("changes too fast to say what it waits for", extra={"videoId": video.id})


def execution_input(video: Video, bucket: str) -> Document:
    """What an execution of a queued video starts with. The same for every duplicate: Step Functions compares it."""
    source = video.source
    return {
        "videoId": video.id,
        "run": video.run,
        "declaredSize": video.size,
        "source": {"bucket": bucket, "key": source.key, "version": source.version, "size": source.size},
    }
