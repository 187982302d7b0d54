"""Where a video is played: plain addresses for players with cookies, signed ones for those without."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil

from vod import keys
from vod.access import passes
from vod.access.passes import Key, Pass
from vod.frozen import Document
from vod.record.status import Status
from vod.record.video import Video

SIGNED_VALIDITY = timedelta(hours=12)
"""Of signed addresses: their players cannot ask again, and a film must come to its end."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """The CDN's address, without a slash at its end, and the key to private videos; None where all are public."""

    public_url: str
    key: Key | None = None

    def plain(self, video: Video) -> Document | None:
        """Addresses for who needs no pass or has the cookies; None while there is nothing to play."""
        return self._addresses(video, None)

    def signed(self, video: Video, until: datetime) -> Document | None:
        """Addresses that work by themselves before a moment; None while there is nothing to play."""
        if self.key is None or not is_playable(video):
            return self.plain(video)
        return self._addresses(video, self.pass_to(video.id, until))

    def pass_to(self, video_id: str, until: datetime) -> Pass:
        """A pass to everything of one video."""
        assert self.key, "public videos need no pass"
        return passes.issue(self.key, self._served(video_id) + "*", until)

    def admits(self, video_id: str, name: str, given: Pass, now: datetime) -> bool:
        """Whether a pass opens the file `name` of a video."""
        return self.key is not None and passes.admits(self.key, given, self._served(video_id) + name, now)

    def file(self, key: str, until: datetime) -> str:
        """The address of one object of the output bucket, which works by itself before a moment."""
        address = f"{self.public_url}/{key}"
        return f"{address}?{passes.issue(self.key, address, until).query}" if self.key else address

    def _served(self, video_id: str) -> str:
        return f"{self.public_url}/{keys.video_prefix(video_id)}"

    def _addresses(self, video: Video, signed: Pass | None) -> Document | None:
        if not is_playable(video):
            return None

        def served(name: str) -> str:
            return f"{self._served(video.id)}{video.run}/{name}" + (f"?{signed.query}" if signed else "")

        def manifest(name: str) -> str:
            """What names further files comes through the API, which signs those too."""
            path = f"{self.public_url}/api/videos/{video.id}/manifest/{video.run}/{name}"
            return f"{path}?{signed.api_query}" if signed else served(name)

        return {
            "hls": manifest(keys.HLS_NAME),
            "dash": manifest(keys.DASH_NAME),
            "poster": served(keys.POSTER_NAME) if video.has_poster else None,
            "storyboard": manifest(keys.VTT_NAME) if video.has_storyboard else None,
        }


def is_playable(video: Video) -> bool:
    """Whether there is something to play."""
    return video.status in (Status.READY, Status.PLAYABLE) and video.run is not None


def signed_until(now: datetime) -> datetime:
    """When addresses signed now end: 12 to 13 hours on, the same for all of an hour, so that browsers' caches hit."""
    hours = ceil((now + SIGNED_VALIDITY).timestamp() / 3600)
    return datetime.fromtimestamp(3600 * hours, UTC)
