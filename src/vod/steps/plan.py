"""Plan: an admitted source becomes a stored plan, and the record says that transcoding begins."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from vod import clock, keys, profiles
from vod.errors import PlanGone
from vod.frozen import Document
from vod.plan import chunks, disk
from vod.plan.chunks import TASKS_ONLY, Chunk, ChunkPolicy, FunctionLane, Lane
from vod.plan.disk import SourcesOn
from vod.plan.make_plan import DEFAULT_POLICY, make_plan, remake_plan
from vod.plan.plan import Plan, SourceObject, grows
from vod.ports.buckets import Output
from vod.ports.credentials import RunTokens
from vod.ports.services import Videos
from vod.record import changes
from vod.record.status import Status
from vod.record.video import Remake, Video
from vod.source.probe import Probe
from vod.steps import credentials
from vod.steps.admission import Admission
from vod.steps.amend import amend


@dataclass(frozen=True, slots=True)
class Planning:
    """Everything the step needs."""

    videos: Videos
    output: Output
    admission: Admission
    tokens: RunTokens
    policy: ChunkPolicy = DEFAULT_POLICY
    sources_on: SourcesOn = SourcesOn.DISK
    now: Callable[[], datetime] = clock.now

    def plan(
        self, video_id: str, run: str, source: SourceObject, probe: Probe, may_use_functions: bool = False
    ) -> Document:
        """`{"outcome": "planned", "planKey", "token", "chunks", "patience"}`, or `{"outcome": "unwanted"}`: it is gone;
        or the answer of `Admission` for a run that may not start its tasks.

        By the token a task proves that it is one of this run (credentials.py). `may_use_functions` tells the state
        machine of this release from earlier ones, whose executions have no states for functions."""
        policy = self.policy if may_use_functions else replace(self.policy, functions=TASKS_ONLY)
        video = self.videos.get(video_id)
        if video is None or not video.is_encoded_in(run):
            return {"outcome": "unwanted"}
        if video.remade_now:
            made = self._remake(video, video.remade_now, policy.functions)
        else:
            made = make_plan(video_id, run, source, probe, policy, profiles.known_or_default(video.profile))
        made = disk.placed(made, self.sources_on)
        if refusal := self.admission.refusal(video, made, probe):
            return refusal
        # What the release before did not know is left out where it says nothing: its image may have to read the plan.
        self.output.put(keys.plan_key(video_id, run), made.model_dump_json(exclude_defaults=True).encode())
        if not self._begin(video, made, probe):
            return {"outcome": "unwanted"}
        token = credentials.new_token()
        self.tokens.add(video_id, run, credentials.digest(token))
        planned = {"outcome": "planned", "planKey": keys.plan_key(video_id, run), "token": token}
        pieces = sum(chunk.lane is Lane.FUNCTION for chunk in made.chunks) + bool(made.head)
        return planned | {"chunks": _items(made), "patience": chunks.patience(len(made.chunks), pieces)}

    def _remake(self, video: Video, remake: Remake, functions: FunctionLane) -> Plan:
        """PlanGone when what it is made from is no longer kept."""
        assert video.run
        try:
            base = self._kept(video.id, video.plan_run or video.run)
        except KeyError as missing:
            raise PlanGone from missing
        return remake_plan(base, remake.run, remake.rendition, video.run, functions)

    def _kept(self, video_id: str, run: str) -> Plan:
        """A run's plan, all of whose reports are there; KeyError when one is not."""
        plan = Plan.model_validate_json(self.output.get(keys.plan_key(video_id, run)))
        for chunk in plan.chunks:
            if chunk.video or not plan.remade:
                self.output.get(keys.report_key(video_id, run, chunk.index))
        if plan.remade:
            self._kept(video_id, plan.remade.base_run)
        return plan

    def _begin(self, video: Video, plan: Plan, probe: Probe) -> bool:
        """False when the run is not wanted any more. The record is stored in any case: a call of the same step that
        read it before finds out (admission.py)."""
        described = probe.model_dump(mode="json", exclude={"index", "joints"}) | {
            "gridFrames": plan.frames or round(plan.seconds)
        }
        stamp = clock.stamp(self.now())

        def change(fresh: Video) -> Video:
            is_new = fresh.run == plan.run and fresh.status is Status.QUEUED
            return changes.transcoding(fresh, described, plan.warnings, stamp) if is_new else fresh

        return amend(self.videos, video, change).is_encoded_in(plan.run)


def _items(plan: Plan) -> list[Document]:
    """The Map's items; CPU and memory as text, which is what RunTask wants. Making one rendition anew needs no extras.

    The extras come first: they are soon done, and nothing can be watched before there is sound.
    """
    ordered = sorted(plan.chunks, key=lambda chunk: not chunk.extras)
    if plan.remade:
        ordered = [chunk for chunk in plan.chunks if chunk.video]
    if plan.head and not plan.remade:
        ordered = [plan.head, *ordered]
    is_watched_early = grows(plan) and not plan.remade
    return [_item(chunk, is_watched_early, chunk is plan.head) for chunk in ordered]


def _item(chunk: Chunk, is_watched_early: bool, may_fail: bool) -> Document:
    size = {"cpu": str(chunk.cpu), "memory": str(chunk.memory), "disk": chunk.disk}
    lane = {"lane": chunk.lane.value, "grows": is_watched_early, "mayFail": may_fail}
    return {"index": str(chunk.index), **lane, **size}
