"""Plan: an admitted source becomes a stored plan, and the record says that transcoding begins."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from vod import chunks, clock, keys, model, profiles
from vod.buckets import Output
from vod.chunks import ChunkPolicy
from vod.model import Document, Video
from vod.plan import DEFAULT_POLICY, Plan, SourceObject, make_plan
from vod.ports import Videos
from vod.probe import Probe
from vod.records import amend
from vod.status import Status


@dataclass(frozen=True, slots=True)
class Planning:
    """Everything the step needs."""

    videos: Videos
    output: Output
    policy: ChunkPolicy = DEFAULT_POLICY
    now: Callable[[], datetime] = clock.now

    def plan(self, video_id: str, run: str, source: SourceObject, probe: Probe) -> Document:
        """`{"outcome": "planned", "planKey", "chunks", "patience"}`, or `{"outcome": "unwanted"}`: it is gone."""
        video = self.videos.get(video_id)
        if video is None or video.run != run or not video.status.is_encoding:
            return {"outcome": "unwanted"}
        made = make_plan(video_id, run, source, probe, self.policy, profiles.known_or_default(video.profile))
        self.output.put(keys.plan_key(video_id, run), made.model_dump_json().encode())
        if video.status is Status.QUEUED:
            self._begin(video, made, probe)
        planned = {"outcome": "planned", "planKey": keys.plan_key(video_id, run), "chunks": _items(made)}
        return planned | {"patience": chunks.patience(len(made.chunks))}

    def _begin(self, video: Video, plan: Plan, probe: Probe) -> None:
        described = probe.model_dump(mode="json", exclude={"index"}) | {
            "gridFrames": plan.frames or round(plan.seconds)
        }
        stamp = clock.stamp(self.now())
        amend(self.videos, video, lambda fresh: model.transcoding(fresh, described, probe.warnings, stamp))


def _items(plan: Plan) -> list[Document]:
    """The Map's items; sizes as text, which is what RunTask wants.

    The extras come first: they are soon done, and nothing can be watched before there is sound.
    """
    ordered = sorted(plan.chunks, key=lambda chunk: not chunk.extras)
    return [{"index": str(chunk.index), "cpu": str(chunk.cpu), "memory": str(chunk.memory)} for chunk in ordered]
