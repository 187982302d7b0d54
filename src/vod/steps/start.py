"""Start: an execution for a queued video, as far as the day's budget goes; what it does not reach waits."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from vod import clock, estimate, keys
from vod.errors import VersionConflict
from vod.model import Document, Video
from vod.ports import Executions, Held, Ledger, Videos
from vod.prices import Fargate
from vod.records import amend
from vod.status import Status

logger = logging.getLogger(__name__)
BUDGET = "budget"
"""What a video waits for that the budget does not reach."""


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
        """Start the execution of a queued video's run, once; False when it has to wait for the budget."""
        assert video.run
        name = keys.execution_name(video.id, video.run)
        if self.budget.micro_usd and not self._reserve(video, name):
            self._hold(video)
            return False
        started = self.executions.start(name, execution_input(video, self.bucket))
        said = {"videoId": video.id, "run": video.run, "execution": name}
        logger.info("execution %s", "started" if started else "was started before", extra=said)
        return True

    def _reserve(self, video: Video, name: str) -> bool:
        """Room for it today beside what was spent and what runs; a day's first one goes whatever it may cost."""
        spent = self.ledger.of_day(clock.stamp(self.now())[:10]).micro_usd
        wanted = estimate.micro_usd(video.source.size or video.size or 0, video.profile, self.budget.price)
        room = self.budget.micro_usd - spent - wanted
        return (room >= 0 or not spent) and self.ledger.reserve(name, wanted, max(0, room))

    def _hold(self, video: Video) -> None:
        assert video.run
        logger.warning("waits: the day's budget is spent", extra={"videoId": video.id, "run": video.run})
        self.ledger.hold(Held(video.id, video.run, video.queued_at or video.created_at))

        def waiting(fresh: Video) -> Video:
            waits = fresh.status is Status.QUEUED and fresh.run == video.run
            return replace(fresh, waits_for=BUDGET) if waits else fresh

        try:
            amend(self.videos, video, waiting)
        except VersionConflict:  # only what is shown: it waits all the same
            logger.info("changes too fast to be told that it waits", extra={"videoId": video.id})

    def resume(self, limit: int = 100) -> int:
        """Start those that wait, longest first, as far as the budget goes now; how many were started."""
        started = 0
        for held in self.ledger.held(limit):
            video = self.videos.get(held.video_id)
            if video and video.run == held.run and video.status is Status.QUEUED:
                if not self.start(video):
                    break
                started += 1
            self.ledger.drop(held)
        return started


def execution_input(video: Video, bucket: str) -> Document:
    """What an execution of a queued video starts with. The same for every duplicate: Step Functions compares it."""
    source = video.source
    return {
        "videoId": video.id,
        "run": video.run,
        "declaredSize": video.size,
        "source": {"bucket": bucket, "key": source.key, "version": source.version, "size": source.size},
    }
