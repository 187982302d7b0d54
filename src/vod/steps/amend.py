"""Changing a record that others change too: read, change, store, and again when somebody was faster."""

from collections.abc import Callable

from vod.errors import VersionConflict
from vod.ports.services import Videos
from vod.record.video import Video

TRIES = 5


def amend(videos: Videos, video: Video, change: Callable[[Video], Video]) -> Video:
    """Store the changed record; `change` is applied anew to what somebody else stored meanwhile.

    VersionConflict when the record is gone or changes faster than it can be read.
    """
    for _ in range(TRIES):
        try:
            return videos.save(change(video))
        except VersionConflict:
            fresh = videos.get(video.id)
            if fresh is None:
                raise
            video = fresh
    raise VersionConflict(video.id)
