"""Library: the videos a caller may see, and what people and programs say of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from vod import clock
from vod.access import delivery
from vod.access.caller import Caller
from vod.access.delivery import Delivery
from vod.errors import PreconditionFailed
from vod.frozen import Document
from vod.money.cost import Spent
from vod.ports.finding import ExternalIds, Finding
from vod.ports.services import Ledger, Videos
from vod.record import view
from vod.record.status import Status
from vod.record.video import Video
from vod.steps import external_ids, index
from vod.steps.amend import amend
from vod.steps.search import Query, Searching


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be changed of a video; what is None stays, and an empty external id removes it."""

    title: str | None = None
    tags: tuple[str, ...] | None = None
    external_id: str | None = None
    metadata: Mapping[str, str] | None = None
    downloads: str | None = None
    """Who may download it, `default` for whom the platform lets."""

    def applied(self, video: Video, now: str) -> Video:
        """The video with these changes."""
        return replace(
            video,
            title=video.title if self.title is None else self.title,
            tags=video.tags if self.tags is None else self.tags,
            external_id=video.external_id if self.external_id is None else self.external_id or None,
            metadata=video.metadata if self.metadata is None else self.metadata,
            downloads=video.downloads if self.downloads is None else _who(self.downloads),
            updated_at=now,
        )


@dataclass(frozen=True, slots=True)
class Library:
    """Everything the step needs."""

    videos: Videos
    finding: Finding
    external: ExternalIds
    ledger: Ledger
    delivery: Callable[[], Delivery]
    now: Callable[[], datetime] = clock.now

    def show(self, caller: Caller, video_id: str) -> Document:
        """One video with its live progress, and what it cost so far."""
        video = caller.allowed(self.videos.get(video_id))
        return self._shown(video, self.ledger.of_video(video.id))

    def list(self, caller: Caller, query: Query, limit: int, cursor: str | None) -> Document:
        """A page of the videos that fit."""
        page = Searching(self.videos, self.finding, self.external).page(caller, query, limit, cursor)
        visible = [video for video in page.videos if video.status is not Status.DELETING]
        return {"videos": [self._shown(video) for video in visible], "cursor": page.cursor}

    def change(self, caller: Caller, video_id: str, wanted: Change, seen: str | None = None) -> Document:
        """Change what is given and leave the rest; PreconditionFailed where it is none of the editions that were `seen`
        (If-Match), Conflict where another video has the external id."""
        video = caller.allowed(self.videos.get(video_id))
        if wanted.external_id:
            external_ids.claim(self.external, self.videos, video.owner, wanted.external_id, video.id)

        def change(fresh: Video) -> Video:
            if seen is not None and not _is_among(view.edition(view.editable(fresh)), seen):
                raise PreconditionFailed
            changed = wanted.applied(fresh, clock.stamp(self.now()))
            index.add(self.finding, changed)
            return changed

        changed = amend(self.videos, video, change)
        index.settle(self.finding, self.videos, changed.id)
        if video.external_id and video.external_id != changed.external_id:
            self.external.release(video.owner, video.external_id, video.id)
        return self._shown(changed)

    def _shown(self, video: Video, spent: Spent | None = None) -> Document:
        run = video.remade_now.run if video.remade_now else video.run if video.status.is_encoding else None
        frames = self.videos.chunk_frames(video.id, run) if run else {}
        playback = self.delivery().signed(video, delivery.signed_until(self.now()))
        return view.video(video, view.progress(video, frames), playback, view.remade(video, frames), spent)


def _who(downloads: str) -> str | None:
    return None if downloads == "default" else downloads


def _is_among(edition: str, seen: str) -> bool:
    return seen.strip() == "*" or edition in (each.strip() for each in seen.split(","))
