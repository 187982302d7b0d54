"""Delete: the source with all its versions, every output object, and the record last, so that a repeat can finish.

A receipt tells what went. It outlives the video: a repeat is answered with it, and what comes late is known as deleted.
Who asks for a deletion marks the video and waits a while; the work is done elsewhere, for as long as it takes.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from vod import clock, keys
from vod.access.caller import Caller
from vod.errors import NotFound, VersionConflict
from vod.ports.buckets import Output, Sources
from vod.ports.finding import Finding
from vod.ports.services import Background, Cdn, Executions, Receipts, Scratch, Videos
from vod.record import changes
from vod.record.deletion_receipt import Receipt, Removed
from vod.record.status import Status
from vod.record.video import Video
from vod.steps import index
from vod.steps.amend import amend

ROUNDS = 4
PAUSE_SECONDS = 3.0
ANSWER_SECONDS = 20.0
"""So long a caller waits; API Gateway gives up after 29 s, the start of the function included."""
LOOK_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class Deleting:
    """Everything that asking for a deletion needs."""

    videos: Videos
    receipts: Receipts
    background: Background
    now: Callable[[], datetime] = clock.now
    pause: Callable[[float], None] = time.sleep
    timer: Callable[[], float] = time.monotonic

    def delete(self, caller: Caller, video_id: str) -> Receipt:
        """Have all of a video removed; the receipt, not complete when that takes long. Safe to repeat at any time."""
        video = self.videos.get(video_id)
        if video is None:
            return self._told_before(caller, video_id)
        if not caller.owns(video.owner):
            raise NotFound
        try:
            video = amend(self.videos, video, self._deleting)
        except VersionConflict:
            return self._told_before(caller, video_id)
        self.background.finish_deletion(video.id)
        return self._awaited(Receipt(video.id, video.owner, clock.stamp(self.now())))

    def _deleting(self, video: Video) -> Video:
        if video.status is Status.DELETING:
            return video
        return changes.moved(video, Status.DELETING, clock.stamp(self.now()))

    def _told_before(self, caller: Caller, video_id: str) -> Receipt:
        receipt = self.receipts.get(video_id)
        if receipt is None or not caller.owns(receipt.owner):
            raise NotFound
        return receipt

    def _awaited(self, begun: Receipt) -> Receipt:
        """The receipt once the record is gone, which goes last, or as far as it is when time is over."""
        end = self.timer() + ANSWER_SECONDS
        while self.videos.get(begun.video_id) and self.timer() < end:
            self.pause(LOOK_SECONDS)
        return self.receipts.get(begun.video_id) or begun


@dataclass(frozen=True, slots=True)
class Deletion:
    """Everything that the work of a deletion needs."""

    videos: Videos
    sources: Sources
    output: Output
    executions: Executions
    receipts: Receipts
    cdn: Cdn
    scratch: Scratch
    finding: Finding
    now: Callable[[], datetime] = clock.now
    pause: Callable[[float], None] = time.sleep

    def finish_asked(self, video_id: str) -> bool:
        """Remove all of a video that somebody asked to delete; whether it is gone. Safe to repeat."""
        video = self.videos.get(video_id)
        if video is None or video.status is not Status.DELETING:
            return video is None
        return self.finish(video).completed_at is not None

    def finish(self, video: Video) -> Receipt:
        """Remove all of a video that is `deleting` by now; not complete when the CDN has no time for it yet."""
        receipt = self._begun(video)
        self._remove_source(video)
        emptied = self.empty(video.id, rounds=ROUNDS if _runs(video) else 1)
        if video.run:
            # Last, for it needs the encoders' network and file system: what is public or paid for is gone by now.
            receipt = receipt.including(Removed(scratch_files=self.scratch.remove(video.id)))
            self.receipts.put(receipt)
            forgotten = self.cdn.forget(f"/{keys.video_prefix(video.id)}*", video.id)
            if forgotten is None:
                return receipt
            receipt = replace(receipt, invalidation=forgotten)
        receipt = replace(receipt.including(Removed(output_objects=emptied)), completed_at=clock.stamp(self.now()))
        self.receipts.put(receipt)
        index.remove(self.finding, video)
        self.videos.delete(video.id)
        return receipt

    def _begun(self, video: Video) -> Receipt:
        """What is there is written down before it goes, beside what a try before this found."""
        receipt = self.receipts.get(video.id) or Receipt(video.id, video.owner, clock.stamp(self.now()))
        receipt = receipt.including(self._found(video))
        self.receipts.put(receipt)
        return receipt

    def _found(self, video: Video) -> Removed:
        return Removed(
            source_versions=self.sources.versions(video.source.key, _version(video)),
            partial_uploads=int(bool(video.upload and video.upload.multipart_id)),
            output_objects=sum(len(self.output.sizes(prefix)) for prefix in _prefixes(video.id)),
            executions=len(_runs(video)),
        )

    def _remove_source(self, video: Video) -> None:
        for run in (video.run, video.remake and video.remake.run):
            if run:
                self.executions.stop(keys.execution_name(video.id, run))
        if video.upload and video.upload.multipart_id:
            self.sources.abort_parts(video.source.key, video.upload.multipart_id)
        self.sources.delete_versions(video.source.key, _version(video))

    def empty(self, video_id: str, rounds: int = 1) -> int:
        """Remove every output object; a task that was stopped just now may still store its last segment."""
        gone = 0
        for left in reversed(range(rounds)):
            gone += sum(self.output.delete_all(prefix) for prefix in _prefixes(video_id))
            if left:
                self.pause(PAUSE_SECONDS)
        return gone


def _prefixes(video_id: str) -> tuple[str, ...]:
    return keys.video_prefix(video_id), keys.jobs_prefix(video_id), keys.downloads_prefix(video_id)


def _runs(video: Video) -> tuple[str, ...]:
    """The runs in which it may be encoded right now."""
    running = video.run if not video.renditions else None
    return tuple(run for run in (running, video.remake and video.remake.run) if run)


def _version(video: Video) -> str | None:
    """The one version that is the video's; None for all: under ingest/ other versions of the key are other videos."""
    return None if keys.uploaded_video_id(video.source.key) else video.source.version
