"""Progress of a chunk: written every few seconds at most, and where an encoder learns that it is not wanted."""

import logging
import time
from collections.abc import Callable

from vod.plan.chunks import Chunk
from vod.plan.plan import Plan
from vod.ports.services import Videos

logger = logging.getLogger(__name__)
EVERY_SECONDS = 2.0


class Progress:
    """Notes frames in the table; a table that cannot be reached does not stop an encode."""

    def __init__(self, videos: Videos, plan: Plan, chunk: Chunk, clock: Callable[[], float] = time.monotonic) -> None:
        self._videos = videos
        self._plan = plan
        self._chunk = chunk
        self._clock = clock
        self._written_at = clock()
        self._frames = 0
        self._wanted = True

    def note(self, frames: int, is_news: bool = False) -> bool:
        """So many frames are encoded; False when the video was deleted or cancelled. News are written at once."""
        self._frames = frames
        if is_news or self._clock() - self._written_at >= EVERY_SECONDS:
            self._written_at = self._clock()
            self.flush()
        return self._wanted

    def flush(self) -> None:
        """Write what was noted."""
        try:
            self._wanted = is_wanted(self._videos, self._plan)
            if self._wanted:
                self._videos.note_chunk(self._plan.video_id, self._plan.run, self._chunk.index, self._frames)
        except Exception:  # progress is a courtesy: whatever the table's trouble, the encode goes on
            logger.exception("progress could not be written")


def is_wanted(videos: Videos, plan: Plan) -> bool:
    """Whether the run that a plan is for is still to be encoded."""
    video = videos.get(plan.video_id)
    return video is not None and video.is_encoded_in(plan.run)
