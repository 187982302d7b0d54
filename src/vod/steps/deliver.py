"""Deliver: who may watch gets addresses and cookies that open one video for a while; nobody else gets in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from vod import clock, keys
from vod.access import delivery, share, signed_manifest, sites
from vod.access.caller import Caller
from vod.access.delivery import Delivery
from vod.access.passes import Pass
from vod.access.share import Share
from vod.errors import Conflict, Forbidden, NotFound, Unauthorized
from vod.frozen import Document
from vod.ports.buckets import Output
from vod.ports.services import Shares, Videos
from vod.record.status import Status
from vod.record.video import Video

COOKIE_VALIDITY = timedelta(hours=1)
"""The page asks again before it ends; what was revoked is over after that."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What opens a video until `expires_at`: addresses that need the cookies, and signed ones that need nothing.

    `sites` are those on which it may be shown; none for all.
    """

    video: Video
    playback: Document
    signed: Document
    expires_at: datetime
    cookies: Mapping[str, str] = field(default_factory=dict)
    sites: tuple[str, ...] = ()
    may_download: bool = True

    @property
    def answer(self) -> Document:
        """The grant as the API shows it."""
        return {"playback": self.playback, "expiresAt": clock.stamp(self.expires_at), "signed": self.signed}

    @property
    def answer_to_strangers(self) -> Document:
        """The same for people without an account, who know nothing else of the video."""
        video = {"id": self.video.id, "title": self.video.title, "duration": self.video.duration}
        offered = self.video.renditions if self.may_download and self.video.status is Status.READY else ()
        downloads = [{name: each[name] for name in ("name", "width", "height", "codec", "bytes")} for each in offered]
        return self.answer | {"video": video, "sites": list(self.sites), "downloads": downloads}


@dataclass(frozen=True, slots=True)
class Delivering:
    """Everything the step needs."""

    videos: Videos
    shares: Shares
    output: Output
    delivery: Callable[[], Delivery]
    viewers_may_download: bool = False
    now: Callable[[], datetime] = clock.now

    def playback(self, caller: Caller, video_id: str) -> Grant:
        """What opens a video for a caller who may see it."""
        return self._grant(caller.allowed(self.videos.get(video_id)), None)

    def public(self, video_id: str) -> Grant:
        """What opens a video for anybody; Unauthorized, whatever the video, where playback is private."""
        return self._grant(self.public_video(video_id), None)

    def public_video(self, video_id: str) -> Video:
        """A video that anybody may watch; Unauthorized, whatever the video, where playback is private."""
        if self.delivery().key:
            raise Unauthorized("Videos are private here. Sign in, or ask for a share link.")
        video = self.videos.get(video_id)
        if not video or video.status is Status.DELETING:
            raise NotFound("video", "Ask the person who sent you the link.")
        return video

    def shared(self, token: str, origin: str = "") -> Grant:
        """What opens a shared video for whoever has the link; errors as for `shared_video`."""
        video, found = self.shared_video(token, origin)
        return replace(self._grant(video, datetime.fromtimestamp(found.expires_at, UTC)), sites=found.sites)

    def shared_video(self, token: str, origin: str = "") -> tuple[Video, Share]:
        """A shared video, for whoever has the link, and the link; NotFound when it is unknown, revoked or expired.

        Forbidden for a page of an `origin` on which the link must not be used.
        """
        video_id = share.video_id_of(token)
        found = self.shares.get(video_id, share.id_of(token)) if video_id else None
        video = self.videos.get(found.video_id) if found and found.opens(self.now().timestamp()) else None
        if not found or not video or video.status is Status.DELETING:
            raise NotFound("share", "Ask for a new link.")
        if origin and found.sites and not sites.admits((*found.sites, self.delivery().public_url), origin):
            raise Forbidden("This link is not allowed on this site.")
        return video, found

    def manifest(self, video_id: str, name: str, given: Pass) -> str:
        """A manifest whose addresses carry the pass it was asked for with; Forbidden without a valid pass."""
        if not self.delivery().admits(video_id, name, given, self.now()):
            raise Forbidden("The URL is not signed, was changed or has expired. Request the playback again.")
        try:
            text = self.output.get(keys.video_prefix(video_id) + name).decode()
        except KeyError as missing:
            raise NotFound("manifest") from missing
        folder = f"/{keys.video_prefix(video_id)}{name.rpartition('/')[0]}/"
        return signed_manifest.signed(name, text, folder, given)

    def _grant(self, video: Video, limit: datetime | None) -> Grant:
        """Nothing outlives `limit`."""
        now, opened = self.now(), self.delivery()
        plain = opened.plain(video)
        signed = opened.signed(video, _earlier(delivery.signed_until(now), limit))
        if plain is None or signed is None:
            raise Conflict("wrong_status", f"There is nothing to play yet: the video is {video.status}.")
        until = _earlier(now + COOKIE_VALIDITY, limit)
        cookies = opened.pass_to(video.id, until).cookies if opened.key else {}
        return Grant(video, plain, signed, until, cookies, may_download=self.may_download(video))

    def may_download(self, video: Video) -> bool:
        """Whether those who may only watch a video may download it too."""
        return self.viewers_may_download if video.downloads is None else video.downloads == "viewers"


def _earlier(moment: datetime, limit: datetime | None) -> datetime:
    return min(moment, limit) if limit else moment
