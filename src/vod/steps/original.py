"""Original: the uploaded file itself, for those who may see its video with an account."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from vod import clock
from vod.access.caller import Caller
from vod.errors import Conflict
from vod.frozen import Document
from vod.ports.buckets import Sources
from vod.ports.services import Videos
from vod.record import download

VALIDITY = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Originals:
    """Everything the step needs."""

    videos: Videos
    sources: Sources
    now: Callable[[], datetime] = clock.now

    def find(self, caller: Caller, video_id: str) -> Document:
        """Where the file is, byte for byte, under its own name; Conflict while or where it is not stored."""
        video = caller.allowed(self.videos.get(video_id))
        key, version = video.source.key, video.source.version
        size = self.sources.stored_size(key, version)
        if size is None:
            raise Conflict("source_missing", f"The file is not stored: the video is {video.status}.")
        url = self.sources.get_url(key, version, download.disposition(video.filename), round(VALIDITY.total_seconds()))
        return download.ready(download.safe(video.filename) or "video", size, url, clock.stamp(self.now() + VALIDITY))
