"""Admission: whether a run may start its tasks, once its plan tells what they cost; others wait, or are refused."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from vod import clock, keys
from vod.frozen import Document
from vod.money import estimate, limits
from vod.money.limits import Admitted, Limits, Need
from vod.plan.plan import Plan
from vod.ports.services import Ledger, Videos, Waiting
from vod.record import changes, remakes
from vod.record.status import Status
from vod.record.video import Video
from vod.source.probe import Probe
from vod.steps.amend import amend
from vod.steps.start import BUDGET, MOST, Budget, hold

logger = logging.getLogger(__name__)
POSTPONED: Document = {"outcome": "postponed"}


@dataclass(frozen=True, slots=True)
class Admission:
    """Everything that decides."""

    videos: Videos
    ledger: Ledger
    waiting: Waiting
    budget: Budget
    limits: Limits
    now: Callable[[], datetime] = clock.now

    def refusal(self, video: Video, plan: Plan, probe: Probe) -> Document | None:
        """None for a run that may start its tasks; else `{"outcome": "refused", "error"}`, or POSTPONED: it waits, in
        a run to come. Safe to repeat: what was admitted stays so."""
        pixels = probe.picture.width * probe.picture.height if probe.video else 0
        price = self.budget.price
        functions = estimate.of_functions(plan, pixels, price)
        need = Need(estimate.of_plan(plan, pixels, price), round(plan.seconds), functions)
        applied = Limits() if video.approved_run == plan.run else self.limits
        if error := limits.needs_approval(need, applied):
            return _refused(plan, error)
        now = self.now()
        free = self.budget.micro_usd - self.ledger.of_day(clock.stamp(now)[:10]).micro_usd
        most = free if self.budget.micro_usd else MOST
        name = keys.execution_name(video.id, plan.run)
        admitted = self.ledger.admit(name, video.owner, need, applied, most, now)
        if admitted is Admitted.NO_SHARE:
            return _refused(plan, limits.day_is_over(applied, now))
        return self._postpone(video, plan.run, need) if admitted is Admitted.NO_MONEY else None

    def _postpone(self, video: Video, run: str, need: Need) -> Document | None:
        """Another run, since an execution of this one's name cannot be started again. The record goes first: one that
        says what it waits for gets its place in line from the reconciler too.

        None when a repeat of this call, for which there was money, lets the run go on. The repeat stores the record
        after it was admitted (plan.py), so the ledger is asked after the record is read.
        """
        name, later = keys.execution_name(video.id, run), keys.next_run_id(run)

        def change(fresh: Video) -> Video:
            is_new = fresh.status is Status.QUEUED or fresh.remade_now
            if not (is_new and fresh.is_encoded_in(run)) or self.ledger.is_admitted(name):
                return fresh  # cancelled, or begun, in the meantime
            if fresh.remade_now:
                return remakes.postponed(fresh, later, need.micro_usd)
            return changes.postponed(fresh, later, BUDGET, need.micro_usd)

        waits = amend(self.videos, video, change)
        if waits.is_encoded_in(run):
            return None
        if waits.is_encoded_in(later):
            hold(self.waiting, remakes.as_remade(waits) if waits.remade_now else waits)
        logger.warning("its plan needs more than there is today", extra={"videoId": video.id, "run": run})
        return POSTPONED


def _refused(plan: Plan, error: dict[str, str]) -> Document:
    logger.warning("refused: %s", error["code"], extra={"videoId": plan.video_id, "run": plan.run})
    return {"outcome": "refused", "error": error}
