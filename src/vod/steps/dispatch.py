"""Dispatch: an object arrived in the source bucket; its video gets one execution, however often the event comes."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import unquote_plus

from vod import clock, keys
from vod.errors import VersionConflict
from vod.frozen import Document
from vod.media.text import named
from vod.ports.finding import Finding
from vod.ports.services import RUNNING, Metrics, Receipts, Videos
from vod.record import changes
from vod.record.status import Status
from vod.record.video import Source, Video
from vod.steps import index
from vod.steps.start import Starting

logger = logging.getLogger(__name__)
_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Arrival:
    """An object version that arrived; `size` in bytes."""

    bucket: str
    key: str
    version: str
    size: int


def arrivals(message: Document) -> list[Arrival]:
    """The objects an S3 event message names; empty for S3's own test message."""
    return [_arrival(record["s3"]) for record in message.get("Records", ()) if "ObjectCreated" in record["eventName"]]


def _arrival(s3: Document) -> Arrival:
    entry = s3["object"]
    # Without versioning there is no version id: the entity tag names the content instead.
    version = entry.get("versionId") or entry.get("eTag") or ""
    return Arrival(s3["bucket"]["name"], unquote_plus(entry["key"]), version, int(entry.get("size", 0)))


def _is_ingest(key: str) -> bool:
    return key.startswith(keys.INGEST_PREFIX) and not key.endswith("/")


@dataclass(frozen=True, slots=True)
class Dispatch:
    """Everything the step needs; `ingest_owner` owns what is put straight into the bucket."""

    videos: Videos
    receipts: Receipts
    finding: Finding
    starting: Starting
    metrics: Metrics
    ingest_owner: str
    now: Callable[[], datetime] = clock.now

    def dispatch(self, arrival: Arrival) -> None:
        """Queue the arrived source's video and start its execution. Duplicates and late events change nothing."""
        self._dispatch(arrival, keys.run_id(arrival.version))

    def _dispatch(self, arrival: Arrival, run: str) -> None:
        video = self._video(arrival)
        if video is None:
            logger.warning("no video is waiting for the upload %s", arrival.key)
            return
        queued = self._queue(video, run, arrival)
        if queued is None:
            logger.info("version %s is not the source of the video's run", arrival.version, extra={"videoId": video.id})
            return
        self.starting.start(queued)

    def adopt(self, arrival: Arrival) -> bool:
        """Make what was put under ingest/ a video; False for anything else: no upload becomes somebody else's video."""
        if not _is_ingest(arrival.key):
            return False
        self.found(keys.ingest_video_id(arrival.key, arrival.version), arrival)
        return True

    def found(self, video_id: str, arrival: Arrival) -> None:
        """Dispatch what no event told of, in a run that has not ended: its record may be older than some that have."""
        self._dispatch(arrival, self._run_to_come(video_id, keys.run_id(arrival.version)))

    def _run_to_come(self, video_id: str, run: str) -> str:
        while self.starting.executions.status(keys.execution_name(video_id, run)) not in (None, RUNNING):
            run = keys.next_run_id(run)
        return run

    def _video(self, arrival: Arrival) -> Video | None:
        if video_id := keys.uploaded_video_id(arrival.key):
            return self.videos.get(video_id)
        if not _is_ingest(arrival.key):
            return None
        video_id = keys.ingest_video_id(arrival.key, arrival.version)
        video = self.videos.get(video_id)
        if video or self.receipts.get(video_id):  # an event may come again after the video was deleted
            return video
        made = self._ingested(video_id, arrival)
        index.add(self.finding, made)
        self.videos.create(made)
        return self.videos.get(video_id)

    def _ingested(self, video_id: str, arrival: Arrival) -> Video:
        moment = clock.stamp(self.now())
        name = named(arrival.key.rsplit("/", 1)[1], _LONGEST_NAME) or video_id
        return Video(
            id=video_id,
            owner=self.ingest_owner,
            filename=name,
            title=name,
            created_at=moment,
            updated_at=moment,
            source=Source(arrival.key, arrival.version, arrival.size),
            size=arrival.size,
        )

    def _queue(self, video: Video, run: str, arrival: Arrival) -> Video | None:
        """The queued video, also when it was queued before for this run; None when another version came first."""
        if video.status is not Status.AWAITING_UPLOAD:
            return video if video.run == run and video.status is Status.QUEUED else None
        source = Source(arrival.key, arrival.version, arrival.size)
        try:
            queued = self.videos.save(changes.queued(video, run, source, clock.stamp(self.now())))
        except VersionConflict:
            fresh = self.videos.get(video.id)
            return self._queue(fresh, run, arrival) if fresh else None
        self.metrics.put("VideosQueued", 1)
        return queued
