"""What the steps need from the outside world; `vod.aws` provides it on AWS, tests provide it in memory."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Protocol

from vod.access.share import Share
from vod.frozen import Document
from vod.money.cost import EndedTask, Spent
from vod.money.limits import Admitted, Limits, Need
from vod.record.deletion_receipt import Receipt
from vod.record.status import Status
from vod.record.video import Video


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

    def many(self, video_ids: Collection[str]) -> Mapping[str, Video]:
        """The records that there are, by id."""

    def page(
        self,
        owner: str | None,
        status: Status | None,
        limit: int,
        cursor: str | None,
        created: tuple[str, str] = ("", ""),
        oldest_first: bool = False,
    ) -> Page:
        """One owner's videos (None: everybody's) by date; `created` from one on and before one (ISO 8601, or empty)."""

    def pending(self, after: str, before: str) -> Iterator[Video]:
        """Videos to which something still has to happen, which last changed between two moments (ISO 8601), oldest
        first; `after` may be empty."""

    def chunk_frames(self, video_id: str, run: str) -> Mapping[int, int]:
        """Frames encoded so far, by chunk."""

    def note_chunk(self, video_id: str, run: str, chunk: int, frames: int) -> None:
        """Record how many frames a chunk has encoded; fewer than before change nothing."""


class Shares(Protocol):
    """The links to videos, filed with them: deleting a video removes them."""

    def put(self, share: Share) -> None:
        """Store a link, replacing the one of the same id."""

    def get(self, video_id: str, share_id: str) -> Share | None:
        """A link of a video, also one that is over; None when there is none."""

    def of(self, video_id: str) -> tuple[Share, ...]:
        """All links of a video."""


class Receipts(Protocol):
    """What deletions removed."""

    def put(self, receipt: Receipt) -> None:
        """Store a receipt, replacing the one of the same video."""

    def get(self, video_id: str) -> Receipt | None:
        """The receipt of a deleted video; None when there is none any more, or never was."""


class Cdn(Protocol):
    """What viewers are served from."""

    def forget(self, path: str, reference: str) -> str | None:
        """Have every copy of what matches a path forgotten; the invalidation's id, None while the CDN has too many.

        One per reference."""


class Scratch(Protocol):
    """Where encoders work, by video."""

    def remove(self, video_id: str) -> int:
        """Remove all of a video; how many files that was. Safe to repeat."""


@dataclass(frozen=True, slots=True)
class Held:
    """An execution that waits for the budget or its turn: whose, of which run, and since when (ISO 8601)."""

    video_id: str
    run: str
    owner: str
    since: str


@dataclass(frozen=True, slots=True)
class Room:
    """What leaves room for one more: so many millionths of a USD set aside at most, fewer executions than these.

    With `first_of`, a day (UTC), the amount does not matter to whoever is the first of that day, and to nobody else.
    """

    micro_usd: int
    running: int
    of_owner: int
    first_of: str | None = None


class Reserved(Enum):
    """What became of a wish to set something aside, and what there was no room in."""

    NOW = "now"
    BEFORE = "before"
    NO_MONEY = "budget"
    NO_TURN = "turn"
    NO_TURN_OF_OWNER = "turn of owner"

    @property
    def is_done(self) -> bool:
        """Whether it is set aside."""
        return self in (Reserved.NOW, Reserved.BEFORE)


class Ledger(Protocol):
    """What was spent, and what the executions that run will spend. Amounts are millionths of a USD."""

    def note_task(self, task: EndedTask, micro_usd: int) -> bool:
        """Add an ended task to its day and to its video, where that still is; False when it was noted before."""

    def of_video(self, video_id: str) -> Spent:
        """What a video's tasks came to, over all its runs."""

    def of_day(self, day: str) -> Spent:
        """What the tasks came to that ended on a day (UTC)."""

    def reserve(self, execution: str, owner: str, micro_usd: int, room: Room, now: datetime) -> Reserved:
        """Set aside what an owner's execution will cost, and its turn, if there is room; all of it or nothing."""

    def admit(self, execution: str, owner: str, need: Need, limits: Limits, most: int, now: datetime) -> Admitted:
        """Set aside what an execution's plan needs in place of what was, if all that is set aside stays below `most`,
        and add it to its owner's day, if that stays within the limits; once, and all of it or nothing.

        Who needs less than was set aside, or is the first of a day, needs no room in `most`.
        """

    def is_admitted(self, execution: str) -> bool:
        """Whether what an execution's plan needs is set aside for it."""

    def add_upload(self, owner: str, size: int, most: int, now: datetime) -> bool:
        """Add so many bytes to an owner's day, of `most` in all; False, and nothing is added, when they do not fit."""

    def settle(self, execution: str, micro_usd: int) -> None:
        """So much of what was set aside for an execution is spent and noted; never more than is left."""

    def release(self, execution: str) -> None:
        """The execution has ended, or never began: nothing is set aside for it any more. Safe to repeat.

        Where its plan was not admitted, it was not the first of a day either: the next may be that.
        """

    def running(self, owners: Collection[str]) -> Mapping[str, int]:
        """How many executions of each owner something is set aside for; at most 100 owners."""

    def open(self, before: datetime) -> Iterator[str]:
        """The executions for which something was set aside before a moment and still is."""


class Waiting(Protocol):
    """Who waits, by owner."""

    def hold(self, held: Held) -> None:
        """Remember an execution that must wait. Safe to repeat."""

    def drop(self, held: Held) -> None:
        """Forget one that waited. Safe to repeat."""

    def owners(self) -> tuple[str, ...]:
        """Those of whom something may wait, whose last turn is longest ago first; at most 100."""

    def of_owner(self, owner: str, limit: int) -> tuple[Held, ...]:
        """What of an owner's waits, longest first."""

    def had_turn(self, owner: str, now: datetime) -> None:
        """Move this owner to the back of the line."""

    def forget(self, owner: str) -> bool:
        """Nothing of an owner's waits any more; False, and nothing is done, when that is not so."""

    def count(self, most: int) -> int:
        """How many wait; no more are counted than this."""


@dataclass(frozen=True, slots=True)
class Running:
    """An execution, or a task (`id`), that has not ended, and since when; a task may be no encoder's: no run."""

    video_id: str
    run: str
    since: datetime
    id: str = ""


RUNNING = "RUNNING"
"""The status of an execution that has not ended."""


class Executions(Protocol):
    """The state machine."""

    def status(self, name: str) -> str | None:
        """RUNNING or how an execution ended; None when it never was, or was long ago."""

    def running(self) -> Iterator[Running]:
        """Those that have not ended."""

    def start(self, name: str, payload: Document) -> bool:
        """Start an execution; False when one of this name was started before."""

    def stop(self, name: str) -> None:
        """Stop an execution, fine when it has ended or never was."""


class Tasks(Protocol):
    """The cluster's tasks."""

    def count(self) -> int:
        """How many are to run: waiting for capacity, starting or running."""

    def running(self) -> Iterator[Running]:
        """Those of encoders."""

    def stop(self, task: str) -> None:
        """Stop a task; fine when it has ended."""


class Background(Protocol):
    """Work that nobody waits for."""

    def finish_deletion(self, video_id: str) -> None:
        """Have a video that is `deleting` removed; it is tried again where that fails."""

    def fetch(self, video_id: str) -> None:
        """Have the file of an import fetched; it is tried again where that fails."""


class Marks(Protocol):
    """Where something that is done in pieces goes on."""

    def get(self, name: str) -> str:
        """The mark; empty when there is none."""

    def put(self, name: str, mark: str) -> None:
        """Remember a mark."""


class Functions(Protocol):
    """Functions of the platform by their ARN."""

    def load(self, arn: str) -> bool:
        """Have an environment of a function load its code; False when that failed, which stops nothing."""


class Metrics(Protocol):
    """Figures for whoever operates the platform."""

    def put(self, name: str, value: float, unit: str = "Count", **dimensions: str) -> None:
        """Record a figure; unit as CloudWatch calls it."""


class Events(Protocol):
    """The topic that subscribers listen to."""

    def publish(self, event: str, payload: Document) -> None:
        """Tell subscribers that something happened (`VideoReady`, `VideoFailed`)."""


class Post(Protocol):
    """An address outside."""

    def send(self, body: bytes, headers: Mapping[str, str]) -> int:
        """POST to it; the HTTP status. OSError when no answer came."""
