"""Delete: the source with all its versions, every output object, and the record last, so that a repeat can finish."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from vod import clock, keys, model
from vod.caller import Caller
from vod.errors import NotFound
from vod.model import Video
from vod.ports import Executions, Output, Sources, Videos
from vod.status import Status

ROUNDS = 4
PAUSE_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Deletion:
    """Everything the step needs."""

    videos: Videos
    sources: Sources
    output: Output
    executions: Executions
    now: Callable[[], datetime] = clock.now
    pause: Callable[[float], None] = time.sleep

    def delete(self, caller: Caller, video_id: str) -> None:
        """Remove all of a video; safe to repeat, also after a crash half-way."""
        video = self.videos.get(video_id)
        if video is None or not (caller.is_admin or video.owner == caller.id):
            raise NotFound
        if video.status is not Status.DELETING:
            video = self.videos.save(model.moved(video, Status.DELETING, clock.stamp(self.now())))
        self._remove(video)

    def _remove(self, video: Video) -> None:
        if video.run:
            self.executions.stop(keys.execution_name(video.id, video.run))
        if video.upload and video.upload.multipart_id:
            self.sources.abort_parts(video.source.key, video.upload.multipart_id)
        uploaded = keys.uploaded_video_id(video.source.key)
        # Under ingest/ other versions of the key are other videos.
        self.sources.delete_versions(video.source.key, None if uploaded else video.source.version)
        self._empty(video.id, rounds=ROUNDS if video.run and not video.renditions else 1)
        self.videos.delete(video.id)

    def _empty(self, video_id: str, rounds: int) -> None:
        """Remove every output object; a task that was stopped just now may still store its last segment."""
        for left in reversed(range(rounds)):
            for prefix in (keys.video_prefix(video_id), keys.jobs_prefix(video_id)):
                self.output.delete_all(prefix)
            if left:
                self.pause(PAUSE_SECONDS)
