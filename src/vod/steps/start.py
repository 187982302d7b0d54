"""Start: an execution for a queued video, as far as the day's budget and its owner's turn go; others wait."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from vod import clock, keys
from vod.errors import VersionConflict
from vod.frozen import Document
from vod.money import estimate
from vod.money.prices import Fargate
from vod.ports.services import Executions, Held, Ledger, Reserved, Room, Videos, Waiting
from vod.record import remakes
from vod.record.status import Status
from vod.record.video import Video
from vod.steps.amend import amend
from vod.steps.turns import LOOKED_AT, Queue, Turns

logger = logging.getLogger(__name__)
BUDGET, TURN = "budget", "turn"
"""What a video waits for: money of a new day, or the end of another."""
MOST = 10**15
"""Of anything, where nothing is limited."""
_TRIES_OF_ONE = 3


@dataclass(frozen=True, slots=True)
class Budget:
    """What may be spent in a day (UTC), in millionths of a USD, 0 for any amount; prices of the tasks."""

    micro_usd: int
    price: Fargate


@dataclass(slots=True)
class Resumed:
    """The videos that went on, and what is in the way of those that did not; None when nothing is."""

    started: list[str] = field(default_factory=list)
    blocked_by: str | None = None

    def may_try(self, limit: int, refused: int) -> bool:
        """Whether another may be tried: `limit` are started, and a few times as many are looked at."""
        return len(self.started) < limit and len(self.started) + refused < limit * _TRIES_OF_ONE


@dataclass(frozen=True, slots=True)
class Starting:
    """Everything the step needs; `bucket` holds the sources."""

    videos: Videos
    executions: Executions
    ledger: Ledger
    waiting: Waiting
    budget: Budget
    turns: Turns
    bucket: str
    now: Callable[[], datetime] = clock.now

    def start(self, video: Video) -> bool:
        """Start the execution of a queued video's run, once; False when it has to wait, for the budget or its turn."""
        if not (self.budget.micro_usd or self.turns.videos or self.turns.of_owner):
            self._begin(video)
            return True
        if not self.waiting.owners() and self._start(video).is_done:
            return True
        self.hold(video)
        resumed = self.resume(LOOKED_AT)
        if video.id in resumed.started:
            return True
        logger.warning("video waits for its turn or the budget", extra={"videoId": video.id, "run": video.run})
        self._show(video, waits_for=resumed.blocked_by or TURN)
        return False

    def hold(self, video: Video) -> None:
        """Put a queued video in its owner's line, where it may stand already."""
        hold(self.waiting, video)

    def resume(self, limit: int = 100) -> Resumed:
        """Start those that wait, owner by owner, as far as budget and turns go now; `limit` of them at most.

        A few times as many are tried, those of one owner not all before another's: what has no money is no reason to
        look at everything that waits each time that a video arrives.
        """
        resumed, queue = Resumed(), Queue(self.waiting, self.ledger)
        while resumed.may_try(limit, queue.refused) and (held := queue.next()):
            outcome = self._resume(held)
            if outcome is Reserved.NO_TURN:
                resumed.blocked_by = resumed.blocked_by or TURN
                break
            if outcome is Reserved.NO_TURN_OF_OWNER:
                resumed.blocked_by = resumed.blocked_by or TURN
                queue.close(held.owner)
            elif outcome and outcome.is_done:
                queue.note_started(held)
                resumed.started.append(held.video_id)
            else:
                queue.note_refused(held)
                resumed.blocked_by = BUDGET if outcome else resumed.blocked_by
        return resumed

    def _resume(self, held: Held) -> Reserved | None:
        """Start one that waits if there is room; None when it is no longer wanted."""
        video = self.videos.get(held.video_id)
        if video and video.remade_now and video.remade_now.run == held.run:
            video = remakes.as_remade(video)
        elif not video or video.run != held.run or video.status is not Status.QUEUED:
            self.waiting.drop(held)
            return None
        outcome = self._start(video)
        if outcome.is_done:
            self._show(video, waits_for=None)
            self.waiting.drop(held)
            self.waiting.had_turn(held.owner, self.now())
        return outcome

    def _start(self, video: Video) -> Reserved:
        """Start the execution if there is room, or there was for this one before."""
        reserved = self._reserve(video)
        started = False
        try:
            started = reserved.is_done and self._begin(video)
        finally:
            # It never began, or it began before and has ended: its end was told already, or will never be.
            if reserved is Reserved.NOW and not started:
                self.ledger.release(_name(video))
        return reserved

    def _begin(self, video: Video) -> bool:
        name = _name(video)
        started = self.executions.start(name, execution_input(video, self.bucket))
        said = {"videoId": video.id, "run": video.run, "execution": name}
        logger.info("execution %s", "started" if started else "already started", extra=said)
        return started

    def _reserve(self, video: Video) -> Reserved:
        """Room beside what was spent today and what runs; once a day one goes for which there is no money."""
        now = self.now()
        today = clock.stamp(now)[:10]
        by_size = estimate.micro_usd(video.source.size or video.size or 0, video.profile, self.budget.price)
        wanted = video.planned_micro_usd or by_size

        def within(micro_usd: int, first_of: str | None = None) -> Reserved:
            room = Room(micro_usd, self.turns.videos or MOST, self.turns.of_owner or MOST, first_of)
            return self.ledger.reserve(_name(video), video.owner, wanted, room, now)

        if not self.budget.micro_usd:
            return within(MOST)
        reserved = within(self.budget.micro_usd - self.ledger.of_day(today).micro_usd - wanted)
        return within(MOST, first_of=today) if reserved is Reserved.NO_MONEY else reserved

    def _show(self, video: Video, waits_for: str | None) -> None:
        """Say in a queued video's record what it waits for; it waits, or goes, whether that can be stored or not."""

        def said(fresh: Video) -> Video:
            is_queued = fresh.status is Status.QUEUED and fresh.run == video.run
            return replace(fresh, waits_for=waits_for) if is_queued else fresh

        if video.status is not Status.QUEUED or video.waits_for == waits_for:
            return  # of a remake the record is not this one
        try:
            amend(self.videos, video, said)
        except VersionConflict:
            logger.info("record changes too often to store what the video waits for", extra={"videoId": video.id})


def hold(waiting: Waiting, video: Video) -> None:
    """Put a queued video in its owner's line, where it may stand already."""
    assert video.run
    waiting.hold(Held(video.id, video.run, video.owner, video.queued_at or video.created_at))


def _name(video: Video) -> str:
    assert video.run
    return keys.execution_name(video.id, video.run)


def execution_input(video: Video, bucket: str) -> Document:
    """What an execution of a queued video starts with. The same for every duplicate: Step Functions compares it."""
    source = video.source
    return {
        "videoId": video.id,
        "run": video.run,
        "declaredSize": video.size,
        "source": {"bucket": bucket, "key": source.key, "version": source.version, "size": source.size},
    }
