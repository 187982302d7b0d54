"""Shares: links to one video for people without an account, made, listed and revoked by who may see it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from vod import clock
from vod.access import share
from vod.access.caller import Caller
from vod.access.share import Share
from vod.errors import Conflict, NotFound
from vod.frozen import Document
from vod.ports.services import Shares, Videos

MOST = 100
"""Open links of one video."""


@dataclass(frozen=True, slots=True)
class Sharing:
    """Everything the step needs; `public_url` tells the CDN's address."""

    videos: Videos
    shares: Shares
    public_url: Callable[[], str]
    now: Callable[[], datetime] = clock.now

    def create(self, caller: Caller, video_id: str, hours: int, sites: tuple[str, ...] = ()) -> Document:
        """A new link, good for so long and on these sites. Its token is in this answer and nowhere else."""
        video = caller.allowed(self.videos.get(video_id))
        if len(self._open(video.id)) >= MOST:
            raise Conflict("too_many_shares", f"The video has {MOST} links already. Revoke one first.")
        token, now = share.new_token(video.id), self.now()
        ends = int((now + timedelta(hours=hours)).timestamp())
        made = Share(share.id_of(token), video.id, clock.stamp(now), ends, sites=sites)
        self.shares.put(made)
        return _shown(made) | {"url": f"{self.public_url()}/share/{token}"}

    def list(self, caller: Caller, video_id: str) -> list[Document]:
        """The links that work, oldest first."""
        video = caller.allowed(self.videos.get(video_id))
        return [_shown(found) for found in sorted(self._open(video.id), key=lambda found: found.created_at)]

    def revoke(self, caller: Caller, video_id: str, share_id: str) -> None:
        """End a link; fine when it was revoked before."""
        video = caller.allowed(self.videos.get(video_id))
        found = self.shares.get(video.id, share_id)
        if found is None:
            raise NotFound("share", f"List them with GET /videos/{video.id}/shares.")
        self.shares.put(replace(found, is_revoked=True))

    def _open(self, video_id: str) -> tuple[Share, ...]:
        now = self.now().timestamp()
        return tuple(found for found in self.shares.of(video_id) if found.opens(now))


def _shown(found: Share) -> Document:
    ends = clock.stamp(datetime.fromtimestamp(found.expires_at, UTC))
    return {"id": found.id, "createdAt": found.created_at, "expiresAt": ends, "sites": list(found.sites)}
