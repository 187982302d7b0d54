"""What the steps need from the outside world; `vod.aws` provides it on AWS, tests provide it in memory."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Protocol

from vod.byte_ranges import Range
from vod.cost import EndedTask
from vod.model import Document, Video
from vod.plan import SourceObject
from vod.share import Share
from vod.status import Status


@dataclass(frozen=True, slots=True)
class Page:
    """Some videos, newest first, and where the next page starts (None on the last)."""

    videos: tuple[Video, ...]
    cursor: str | None


class Videos(Protocol):
    """The table of video records."""

    def get(self, video_id: str) -> Video | None:
        """The record, read consistently; None when there is none."""

    def create(self, video: Video) -> bool:
        """Store a new record; False when the id exists already."""

    def save(self, video: Video) -> Video:
        """Store a changed record; VersionConflict when somebody changed it since it was read."""

    def delete(self, video_id: str) -> None:
        """Remove the record and everything filed under it."""

    def page(self, owner: str | None, status: Status | None, limit: int, cursor: str | None) -> Page:
        """One owner's videos (None: everybody's), newest first."""

    def chunk_frames(self, video_id: str, run: str) -> Mapping[int, int]:
        """Frames encoded so far, by chunk."""

    def note_chunk(self, video_id: str, run: str, chunk: int, frames: int) -> None:
        """Record how many frames a chunk has encoded."""


class Shares(Protocol):
    """The links to videos, filed with them: deleting a video removes them."""

    def put(self, share: Share) -> None:
        """Store a link, replacing the one of the same id."""

    def get(self, video_id: str, share_id: str) -> Share | None:
        """A link of a video, also one that is over; None when there is none."""

    def of(self, video_id: str) -> tuple[Share, ...]:
        """All links of a video."""


@dataclass(frozen=True, slots=True)
class Stored:
    """An object as it stands: its size in bytes, and what tells this content from every other."""

    size: int
    tag: str


class Output(Protocol):
    """The output bucket."""

    def put(self, key: str, data: bytes) -> None:
        """Store an object, replacing one of the same key."""

    def get(self, key: str) -> bytes:
        """An object's bytes; KeyError when there is none."""

    def stored(self, key: str) -> Stored | None:
        """What is stored under a key; None when there is nothing."""

    def replace(self, key: str, data: bytes, tag: str | None) -> bool:
        """Store an object if it still has this tag (None: if there still is none); False when it has not."""

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


class Sources(Protocol):
    """The source bucket."""

    def put(self, key: str, data: bytes, content_type: str | None) -> None:
        """Store a whole source."""

    def put_url(self, key: str, size: int, content_type: str | None, seconds: int) -> tuple[str, dict[str, str]]:
        """A presigned PUT address for exactly `size` bytes, good for so long, and the headers the client must send."""

    def begin_parts(self, key: str, content_type: str | None) -> str:
        """Start a multipart upload; its id."""

    def part_urls(self, key: str, upload_id: str, sizes: Mapping[int, int], seconds: int) -> dict[int, str]:
        """Presigned PUT addresses of parts of exactly these sizes in bytes, good for so long."""

    def parts(self, key: str, upload_id: str) -> tuple[Part, ...]:
        """The parts that arrived; NotFound when the multipart upload is gone."""

    def complete_parts(self, key: str, upload_id: str, parts: Iterable[Part]) -> None:
        """Make one object of the parts; Conflict when a part or its tag is wrong."""

    def abort_parts(self, key: str, upload_id: str) -> None:
        """Forget a multipart upload and its parts; fine when it is gone already."""

    def stored_size(self, key: str, version: str | None = None) -> int | None:
        """Size in bytes of the object of this key, or of the named version; None when there is none."""

    def delete_versions(self, key: str, version: str | None = None) -> int:
        """Remove every version of an object, or the named one; how many there were."""


@dataclass(frozen=True, slots=True)
class Spent:
    """What the tasks of a video, or of a day, came to: how many, their billed seconds, millionths of a USD."""

    tasks: int = 0
    seconds: int = 0
    micro_usd: int = 0


@dataclass(frozen=True, slots=True)
class Held:
    """An execution that waits for the budget: whose, of which run, and since when (ISO 8601)."""

    video_id: str
    run: str
    since: str


class Reserved(Enum):
    """What became of a wish to set something aside."""

    NOW = "now"
    BEFORE = "before"
    NO = "no"


class Ledger(Protocol):
    """What was spent, what the executions that run will spend, and what waits. Amounts are millionths of a USD."""

    def note_task(self, task: EndedTask, micro_usd: int) -> bool:
        """Add an ended task to its day and to its video, where that still is; False when it was noted before."""

    def of_video(self, video_id: str) -> Spent:
        """What a video's tasks came to, over all its runs."""

    def of_day(self, day: str) -> Spent:
        """What the tasks came to that ended on a day (UTC)."""

    def reserve(self, execution: str, micro_usd: int, most: int, now: datetime) -> Reserved:
        """Set aside what an execution will cost, if what is set aside so far is at most `most`."""

    def settle(self, execution: str, micro_usd: int) -> None:
        """So much of what was set aside for an execution is spent and noted; never more than is left."""

    def release(self, execution: str) -> None:
        """The execution has ended, or never began: nothing is set aside for it any more. Safe to repeat."""

    def release_older(self, than: datetime) -> int:
        """Release what was set aside before a moment: its end was never told. How many there were."""

    def is_first(self, day: str) -> bool:
        """True for whoever asks first on a day, and for nobody afterwards."""

    def hold(self, held: Held) -> None:
        """Remember an execution that must wait. Safe to repeat."""

    def held(self, limit: int) -> tuple[Held, ...]:
        """Those that wait, longest first."""

    def drop(self, held: Held) -> None:
        """Forget one that waited. Safe to repeat."""


class SourceFiles(Protocol):
    """Fetches a source to scratch."""

    def fetch(self, source: SourceObject, ranges: Iterable[Range], target: Path) -> None:
        """Copy these ranges of the object version to their places in a local file of the source's size."""


class Executions(Protocol):
    """The state machine."""

    def start(self, name: str, payload: Document) -> bool:
        """Start an execution; False when one of this name was started before."""

    def stop(self, name: str) -> None:
        """Stop an execution, fine when it has ended or never was."""


class Tasks(Protocol):
    """The cluster's tasks."""

    def count(self) -> int:
        """How many are to run: waiting for capacity, starting or running."""


class Metrics(Protocol):
    """Figures for whoever operates the platform."""

    def put(self, name: str, value: float, unit: str = "Count", **dimensions: str) -> None:
        """Record a figure; unit as CloudWatch calls it."""


class Events(Protocol):
    """The topic that subscribers listen to."""

    def publish(self, event: str, payload: Document) -> None:
        """Tell subscribers that something happened (`VideoReady`, `VideoFailed`)."""
