"""The buckets as the steps see them; `vod.aws.objects` provides them on S3, tests provide them in memory."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from vod.plan.plan import SourceObject


@dataclass(frozen=True, slots=True)
class Stored:
    """An object as it stands: its size in bytes, and what tells this content from every other."""

    size: int
    tag: str


class Made(Protocol):
    """The output bucket as encoders see it."""

    def put(self, key: str, data: bytes) -> None:
        """Store an object, replacing one of the same key, or AlreadyStored where that may not be replaced."""

    def get(self, key: str) -> bytes:
        """An object's bytes; KeyError when there is none."""


class Output(Made, Protocol):
    """The output bucket; `put` replaces."""

    def stored(self, key: str) -> Stored | None:
        """What is stored under a key; None when there is nothing."""

    def replace(self, key: str, data: bytes, tag: str | None) -> bool:
        """Store an object if it still has this tag (None: if there still is none); False when it has not."""

    def folders(self, prefix: str, after: str = "") -> tuple[str, ...]:
        """Some of the folders right under a prefix, as prefixes in their order; those that come after `after`."""

    def read(self, key: str, first: int, end: int) -> bytes:
        """Bytes [first, end) of an object; OSError when they cannot be had."""

    def sizes(self, prefix: str) -> Mapping[str, int]:
        """Every key under a prefix with its size in bytes."""

    def delete_all(self, prefix: str) -> int:
        """Remove every object under a prefix; how many there were."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a multipart upload: number from 1, entity tag, size in bytes."""

    number: int
    etag: str
    size: int


@dataclass(frozen=True, slots=True)
class StoredSource:
    """An object version of the source bucket: size in bytes, and since when it is there."""

    key: str
    version: str
    size: int
    since: datetime


class Sources(Protocol):
    """The source bucket."""

    def put(self, key: str, data: bytes, content_type: str | None) -> None:
        """Store a whole source where there is none; one that is there stays."""

    def get_url(self, key: str, version: str | None, disposition: str, seconds: int) -> str:
        """A presigned address to download an object version, with this Content-Disposition, good for so long."""

    def put_url(self, key: str, size: int, content_type: str | None, seconds: int) -> tuple[str, dict[str, str]]:
        """A presigned PUT address for exactly `size` bytes, good for so long and for one object, and the headers the
        client must send."""

    def begin_parts(self, key: str, content_type: str | None, disposition: str | None = None) -> str:
        """Start a multipart upload; its id. Who downloads the object is told its Content-Disposition."""

    def put_part(self, key: str, upload_id: str, number: int, data: bytes) -> Part:
        """Store a part; NotFound when the multipart upload is gone."""

    def part_urls(self, key: str, upload_id: str, sizes: Mapping[int, int], seconds: int) -> dict[int, str]:
        """Presigned PUT addresses of parts of exactly these sizes in bytes, good for so long."""

    def parts(self, key: str, upload_id: str) -> tuple[Part, ...]:
        """The parts that arrived; NotFound when the multipart upload is gone."""

    def complete_parts(self, key: str, upload_id: str, parts: Iterable[Part]) -> None:
        """Make one object of the parts where there is none. Conflict when a part or its tag is wrong, or while somebody
        else joins them (`busy`); NotFound when the multipart upload is gone."""

    def abort_parts(self, key: str, upload_id: str) -> None:
        """Forget a multipart upload and its parts; fine when it is gone already."""

    def stored_size(self, key: str, version: str | None = None) -> int | None:
        """Size in bytes of the object of this key, or of the named version; None when there is none."""

    def stored_after(self, key: str) -> tuple[StoredSource, ...]:
        """Some of the current sources, in the order of their keys; those that come after a key."""

    def current(self, key: str) -> StoredSource | None:
        """The source that is stored under a key now."""

    def versions(self, key: str, version: str | None = None) -> int:
        """How many versions of an object there are, or whether the named one is (1 or 0)."""

    def delete_versions(self, key: str, version: str | None = None) -> int:
        """Remove every version of an object, or the named one; how many there were."""


class SourceFiles(Protocol):
    """Reads sources."""

    def read(self, source: SourceObject, first: int, end: int) -> bytes:
        """Bytes [first, end) of the object version; OSError when they cannot be had."""
