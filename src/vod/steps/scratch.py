"""Clean: scratch is looked after by one function that mounts it as encoders do; a deletion proves with it what went."""

import logging
from dataclasses import dataclass
from pathlib import Path

from vod.encoder import scratch
from vod.ports.services import Videos

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Cleaning:
    """Everything the step needs; `folder` is scratch."""

    videos: Videos
    folder: Path

    def remove(self, video_id: str) -> int:
        """Remove all of a video; how many files are gone."""
        return scratch.remove(self.folder, video_id)

    def sweep(self) -> list[str]:
        """Remove what killed encoders left; the videos it was of."""
        removed = scratch.sweep(self.folder, self._is_encoding)
        logger.info("scratch swept", extra={"removed": removed})
        return removed

    def _is_encoding(self, video_id: str) -> bool:
        video = self.videos.get(video_id)
        return video is not None and (video.status.is_encoding or video.remade_now is not None)
