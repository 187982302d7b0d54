"""Import: a record for a file at an address, which the fetch step then gets."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import unquote, urlsplit

from vod.access.caller import Caller
from vod.access.public_address import target
from vod.errors import InvalidRequest
from vod.media.text import named
from vod.ports.services import Background
from vod.record.video import Imported, Video
from vod.steps.upload import NewVideo, Uploads

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
        if url.startswith("s3://"):
            self._check_bucket(url)
        else:
            target(url, loopback=self.loopback)
        name = named(unquote(urlsplit(url).path.rsplit("/", 1)[-1]), _LONGEST_NAME) or "import"
        new = replace(NewVideo(name, 0), **said)
        video = self.uploads.announce(caller, new, Imported(url), key)
        self.background.fetch(video.id)
        return video

    def _check_bucket(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.netloc not in self.buckets:
            raise InvalidRequest("url", f"names the bucket {parts.netloc}, which is not among ImportBuckets")
        if len(parts.path) < 2 or parts.query or parts.fragment:
            raise InvalidRequest("url", "must be s3://BUCKET/KEY, with %XX for ?, # and %")
