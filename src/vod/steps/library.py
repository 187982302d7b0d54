"""Library: the videos a caller may see, and their titles and tags."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from vod import clock
from vod.access import delivery
from vod.access.caller import Caller
from vod.access.delivery import Delivery
from vod.errors import PreconditionFailed
from vod.frozen import Document
from vod.money.cost import Spent
from vod.ports.services import Ledger, Videos
from vod.record import view
from vod.record.status import Status
from vod.record.video import Video
from vod.steps.amend import amend


@dataclass(frozen=True, slots=True)
class Library:
    """Everything the step needs."""

    videos: Videos
    ledger: Ledger
    delivery: Callable[[], Delivery]
    now: Callable[[], datetime] = clock.now

    def show(self, caller: Caller, video_id: str) -> Document:
        """One video with its live progress, and what it cost so far."""
        video = caller.allowed(self.videos.get(video_id))
        return self._shown(video, self.ledger.of_video(video.id))

    def list(self, caller: Caller, status: Status | None, limit: int, cursor: str | None) -> Document:
        """A page of videos, newest first."""
        page = self.videos.page(None if caller.is_admin else caller.id, status, limit, cursor)
        visible = [video for video in page.videos if video.status is not Status.DELETING]
        return {"videos": [self._shown(video) for video in visible], "cursor": page.cursor}

    def rename(
        self, caller: Caller, video_id: str, title: str | None, tags: tuple[str, ...] | None, seen: str | None = None
    ) -> Document:
        """Change what is given and leave the rest; PreconditionFailed where it is none of the editions that were `seen`
        (If-Match)."""
        video = caller.allowed(self.videos.get(video_id))

        def change(fresh: Video) -> Video:
            if seen is not None and not _is_among(view.edition(fresh.title, fresh.tags), seen):
                raise PreconditionFailed
            return replace(
                fresh,
                title=fresh.title if title is None else title,
                tags=fresh.tags if tags is None else tags,
                updated_at=clock.stamp(self.now()),
            )

        return self._shown(amend(self.videos, video, change))

    def _shown(self, video: Video, spent: Spent | None = None) -> Document:
        run = video.remade_now.run if video.remade_now else video.run if video.status.is_encoding else None
        frames = self.videos.chunk_frames(video.id, run) if run else {}
        playback = self.delivery().signed(video, delivery.signed_until(self.now()))
        return view.video(video, view.progress(video, frames), playback, view.remade(video, frames), spent)


def _is_among(edition: str, seen: str) -> bool:
    return seen.strip() == "*" or edition in (each.strip() for each in seen.split(","))
