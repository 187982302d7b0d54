"""Fail: the record says `failed` and why, and subscribers are told; the source is kept."""

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from vod import clock, model
from vod.model import Document, Failure
from vod.ports import Events, Videos

logger = logging.getLogger(__name__)
_INTERNAL = Failure(
    "internal",
    "Transcoding failed inside the platform, not because of your file. Upload it again, then tell the operator.",
)


def reason(error: Document) -> Failure:
    """Why an execution failed: our own code and sentence when a step gave one, else `internal`."""
    if "code" in error:
        return Failure(error["code"], error["message"])
    logger.error("execution failed: %s", json.dumps(error)[:2000])
    return _INTERNAL


@dataclass(frozen=True, slots=True)
class Failing:
    """Everything the step needs."""

    videos: Videos
    events: Events
    now: Callable[[], datetime] = clock.now

    def fail(self, video_id: str, run: str, failure: Failure) -> bool:
        """Record the failure of a run once; False when the video is gone, over, or on another run."""
        video = self.videos.get(video_id)
        if video is None or video.run != run or not video.status.is_encoding:
            return False
        self.videos.save(model.failed(video, failure, clock.stamp(self.now())))
        error = {"code": failure.code, "message": failure.message}
        self.events.publish("VideoFailed", {"videoId": video_id, "owner": video.owner, "run": run, "error": error})
        return True
