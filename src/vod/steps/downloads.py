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

    def shared(self, token: str, origin: str, rendition: str | None, sound: str | None) -> Document:
        """The same for who has a link to the video; Forbidden where viewers may not download it."""
        video, share = self.delivering.shared_video(token, origin)
        self._allow(video)
        return self._asked(video, rendition, sound, datetime.fromtimestamp(share.expires_at, UTC))

    def public(self, video_id: str, rendition: str | None, sound: str | None) -> Document:
        """The same for anybody, where playback is public."""
        video = self.delivering.public_video(video_id)
        self._allow(video)
        return self._asked(video, rendition, sound, None)

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
        until = delivery.signed_until(self.now())
        until = min(until, limit) if limit else until
        return download.ready(
            found.filename, found.size, self.delivering.delivery().file(found.key, until), clock.stamp(until)
        )

    def _begun(self, wanted: Download) -> Download:
        """The download as it stands; somebody is at work on it now, unless its file is there or could not be made."""
        now = self.now().timestamp()
        there = self.downloads.get(wanted.video_id, wanted.name)
        if there is None or now >= there.expires_at or (there.state == "failed" and _is_old(there, now)):
            self.downloads.put(wanted)
            there = wanted
        elif there.state != "preparing" or not now - there.touched_at > STALLED_SECONDS:
            return there
        else:
            there = replace(there, touched_at=round(now))
            self.downloads.put(there)
        self.background.remux(there.video_id, there.name)
        return there

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
        manifest = self.output.get(keys.run_prefix(video.id, str(video.run)) + keys.HLS_NAME).decode()
        named = re.findall(r"^([\w-]+)/", manifest, re.MULTILINE)
        return next(str(track) for track in named if keys.rendition_of(track) == rendition)


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
