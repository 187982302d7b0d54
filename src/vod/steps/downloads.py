"""Downloads: a file of a ready video, made when it is first asked for; for viewers too, where that is allowed."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from vod import clock, keys
from vod.access import delivery
from vod.access.caller import Caller
from vod.errors import Conflict, Forbidden, NotFound
from vod.frozen import Document
from vod.ports.buckets import Output
from vod.ports.downloads import Downloads, RemuxInBackground
from vod.record import download
from vod.record.download import Download
from vod.record.status import Status
from vod.record.video import Video
from vod.steps.deliver import Delivering

NONE = "none"
"""What a caller names to leave out the picture or the sound."""
STALLED_SECONDS = 1200
"""Who makes a file comes on, or is called again, sooner than this."""
AT_A_TIME = 4
"""So many files of one video are made at a time."""
OF_A_LINK = timedelta(hours=1)
RESTED_SECONDS = 300
"""After a file could not be made, it is not tried again so soon."""
_LEEWAY = delivery.SIGNED_VALIDITY + timedelta(hours=1)
"""An address must not outlive the object."""


@dataclass(frozen=True, slots=True)
class Downloading:
    """Everything the step needs; files are kept for `kept`."""

    delivering: Delivering
    downloads: Downloads
    output: Output
    background: RemuxInBackground
    kept: timedelta
    now: Callable[[], datetime] = clock.now

    def ask(self, caller: Caller, video_id: str, rendition: str | None, sound: str | None) -> Document:
        """A file of a video that the caller may see: its address, or how far it is. Safe to repeat.

        A rendition and a sound track of the video by name, NONE for neither of them; None stands for H.264's largest,
        and for the sound that players begin with. NotFound for another name.
        """
        return self._asked(caller.allowed(self.delivering.videos.get(video_id)), rendition, sound, None)

    def shared(self, token: str, origin: str, rendition: str | None) -> Document:
        """The same for who has a link to the video, with the sound that players begin with; Forbidden where viewers may
        not download it. The address is good for an hour: a link can be revoked."""
        video, share = self.delivering.shared_video(token, origin)
        self._allow(video)
        return self._asked(video, rendition, None, datetime.fromtimestamp(share.expires_at, UTC))

    def public(self, video_id: str, rendition: str | None) -> Document:
        """The same for anybody, where playback is public."""
        video = self.delivering.public_video(video_id)
        self._allow(video)
        return self._asked(video, rendition, None, None)

    def _allow(self, video: Video) -> None:
        if not self.delivering.may_download(video):
            raise Forbidden("This video cannot be downloaded. Ask the person who sent you the link.")

    def _asked(self, video: Video, rendition: str | None, sound: str | None, limit: datetime | None) -> Document:
        if video.status is not Status.READY or video.run is None:
            raise Conflict("wrong_status", f"Only a ready video can be downloaded: this one is {video.status}.")
        found = self._begun(self._wanted(video, rendition, sound))
        if found.state == "failed":
            raise Conflict("download_failed", "The file could not be made. Ask again in some minutes.")
        if found.state == "preparing":
            return download.preparing(found)
        until = min(self.now() + OF_A_LINK, limit) if limit else delivery.signed_until(self.now())
        return download.ready(
            found.filename, found.size, self.delivering.delivery().file(found.key, until), clock.stamp(until)
        )

    def _begun(self, wanted: Download) -> Download:
        """The download as it stands; somebody is at work on it now, unless its file is there or could not be made."""
        now = self.now().timestamp()
        there = self.downloads.get(wanted.video_id, wanted.name)
        again = self._again(there, wanted, now)
        if again is None:
            assert there
            return there
        if again.state == "preparing":
            self._make_room(wanted, now)
        if not self.downloads.put(again, there):  # somebody else asks at the same moment, or it has just come on
            return self.downloads.get(wanted.video_id, wanted.name) or again
        if again.state == "preparing":
            self.background.remux(again.video_id, again.name)
        return again

    def _again(self, there: Download | None, wanted: Download, now: float) -> Download | None:
        """What to store before somebody is called to make the file; None where nobody need be."""
        if there is None or now >= there.expires_at:
            return wanted
        if there.state == "ready":  # S3 may have taken it, by a rule that was changed since
            return None if self.output.stored(there.key) else wanted
        rest = now - there.touched_at
        if there.state == "failed":
            return wanted if rest > RESTED_SECONDS else None
        if rest <= STALLED_SECONDS:
            return None
        state = "preparing" if there.tries < download.MOST_TRIES else "failed"
        return replace(there, touched_at=round(now), tries=there.tries + 1, state=state)

    def _make_room(self, wanted: Download, now: float) -> None:
        others = (each for each in self.downloads.of(wanted.video_id) if each.name != wanted.name)
        busy = [each for each in others if each.state == "preparing" and now - each.touched_at <= STALLED_SECONDS]
        if len(busy) >= AT_A_TIME:
            raise Conflict("busy", "Other files of this video are being made. Ask again in a moment.")

    def _wanted(self, video: Video, rendition: str | None, sound: str | None) -> Download:
        picture = None if rendition == NONE else _rendition(video, rendition)
        heard = None if sound == NONE else _sound(video, sound)
        if not picture and not heard:
            raise NotFound("picture or sound to download", "Name a rendition or a sound track of the video.")
        tracks = (
            *([self._track(video, picture["name"])] if picture else []),
            *([str(heard["name"])] if heard else []),
        )
        label = str(heard["label"]) if heard and len(video.sound) > 1 else ""
        detail = f"{min(picture['width'], picture['height'])}p" if picture else label
        filename = download.filename(video.title or video.filename, detail, "mp4" if picture else "m4a")
        now = self.now()
        return Download(
            video_id=video.id,
            name=download.name(str(video.run), tracks, filename),
            run=str(video.run),
            tracks=tracks,
            filename=filename,
            key=download.new_key(video.id, filename),
            touched_at=round(now.timestamp()),
            expires_at=round((now + self.kept - _LEEWAY).timestamp()),
            language=heard["language"] if heard else None,
        )

    def _track(self, video: Video, rendition: str) -> str:
        """The track that the manifests name: one that was made anew has another name than its rendition."""
        try:
            manifest = self.output.get(keys.run_prefix(video.id, str(video.run)) + keys.HLS_NAME).decode()
        except KeyError as missing:  # the video is being deleted
            raise NotFound from missing
        named = re.findall(r"^([\w-]+)/", manifest, re.MULTILINE)
        return next((str(track) for track in named if keys.rendition_of(track) == rendition), rendition)


def _is_old(failed: Download, now: float) -> bool:
    return now - failed.touched_at > RESTED_SECONDS


def _rendition(video: Video, name: str | None) -> Document | None:
    if name is None:  # what every player and editor reads, before what is smaller
        known = [each for each in video.renditions if str(each["codec"]).startswith("avc1")] or list(video.renditions)
        return max(known, key=lambda each: int(each["height"]), default=None)
    return _named(video.renditions, name, "rendition", "renditions")


def _sound(video: Video, name: str | None) -> Document | None:
    if name is None:
        return next((each for each in video.sound if each["default"]), video.sound[0] if video.sound else None)
    return _named(video.sound, name, "sound track", "sound")


def _named(those: tuple[Document, ...], name: str, what: str, where: str) -> Document:
    if found := next((each for each in those if each["name"] == name), None):
        return found
    raise NotFound(what, f"The video's `{where}` has the names.")
