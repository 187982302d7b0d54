"""Import: a record for a file at an address, which the fetch step then gets."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import unquote, urlsplit

from vod.access.caller import Caller
from vod.access.public_address import target
from vod.errors import Conflict, InvalidRequest
from vod.media.text import named
from vod.ports.services import Background
from vod.record.status import Status
from vod.record.video import Imported, Video
from vod.steps.upload import NewVideo, Uploads

MOST, MOST_LOOKED_AT = 20, 100
"""Imports of one owner at a time, and the newest uploads among which they are counted."""
_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Importing:
    """Everything the step needs; `buckets` may be read from, `loopback`: addresses of this machine too."""

    uploads: Uploads
    background: Background
    buckets: frozenset[str] = frozenset()
    loopback: bool = False

    def create(self, caller: Caller, url: str, said: Mapping[str, Any], key: str | None = None) -> Video:
        """A new record whose file is fetched from an address; safe to repeat with a key. InvalidRequest for an address
        that is not allowed by itself; where it leads is seen when it is fetched."""
        try:
            if url.startswith("s3://"):
                self._check_bucket(url)
            else:
                target(url, loopback=self.loopback)
        except ValueError as error:
            raise InvalidRequest("url", "is no address") from error
        if earlier := self._before(caller, url, said.get("external_id")):
            return earlier
        name = named(unquote(urlsplit(url).path.rsplit("/", 1)[-1]), _LONGEST_NAME) or "import"
        new = replace(NewVideo(name, 0), **said)
        self._check_crowd(caller)
        video = self.uploads.announce(caller, new, Imported(url), key)
        if video.upload is None:  # not begun: the call before this may have died
            self.background.fetch(video.id)
        return video

    def _check_crowd(self, caller: Caller) -> None:
        """Each import holds a function for as long as its server likes."""
        waiting = self.uploads.videos.page(caller.id, Status.AWAITING_UPLOAD, MOST_LOOKED_AT, None).videos
        if sum(video.imported is not None for video in waiting) >= MOST:
            raise Conflict("too_many_imports", f"{MOST} imports of yours go on already. Wait until one has ended.")

    def _before(self, caller: Caller, url: str, external_id: str | None) -> Video | None:
        """The video of an event that came before: the same address under the same id of the caller's."""
        holder = self.uploads.external.holder(caller.id, external_id) if external_id else None
        found = self.uploads.videos.get(holder) if holder else None
        is_same = found and found.external_id == external_id and found.imported and found.imported.url == url
        return found if is_same else None

    def _check_bucket(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.netloc not in self.buckets:
            raise InvalidRequest("url", f"names the bucket {parts.netloc}, which is not among ImportBuckets")
        if len(parts.path) < 2 or parts.query or parts.fragment:
            raise InvalidRequest("url", "must be s3://BUCKET/KEY, with %XX for ?, # and %")
