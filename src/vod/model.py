"""The video record and the changes it may undergo; every change is a pure function to a new record."""

from dataclasses import dataclass, replace
from typing import Any

from vod import status
from vod.profile import DEFAULT
from vod.status import Status

Document = dict[str, Any]
"""A JSON object."""


@dataclass(frozen=True, slots=True)
class Upload:
    """How the source comes in: one PUT, or a multipart upload of parts of `part_size` bytes."""

    multipart_id: str | None = None
    part_size: int | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a video failed: a stable code and a sentence a user can act on."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Source:
    """The uploaded original in the source bucket; `size` in bytes."""

    key: str
    version: str | None = None
    size: int | None = None


@dataclass(frozen=True, slots=True)
class Costs:
    """What a published run cost beside its tasks, in millionths of a USD: its requests once, its storage a month."""

    requests: int
    storage_month: int


@dataclass(frozen=True, slots=True)
class Video:
    """What a user uploads and everything made from it. Times are ISO 8601 (UTC), `size` is declared, in bytes."""

    id: str
    owner: str
    filename: str
    created_at: str
    updated_at: str
    source: Source
    status: Status = Status.AWAITING_UPLOAD
    size: int | None = None
    content_type: str | None = None
    title: str = ""
    tags: tuple[str, ...] = ()
    profile: str = DEFAULT
    upload: Upload | None = None
    run: str | None = None
    queued_at: str | None = None
    waits_for: str | None = None
    probe: Document | None = None
    renditions: tuple[Document, ...] = ()
    duration: float | None = None
    has_poster: bool = False
    has_storyboard: bool = False
    warnings: tuple[str, ...] = ()
    failure: Failure | None = None
    costs: Costs | None = None
    expires_at: int | None = None
    version: int = 0


def moved(video: Video, to: Status, now: str) -> Video:
    """The video in status `to`; Conflict when the table of transitions forbids it."""
    status.check(video.status, to)
    return replace(video, status=to, updated_at=now, waits_for=None)


def queued(video: Video, run: str, source: Source, now: str) -> Video:
    """The source has arrived: it is queued for its run and no longer expires."""
    arrived = moved(video, Status.QUEUED, now)
    return replace(arrived, run=run, queued_at=now, source=source, expires_at=None, upload=None)


def requeued(video: Video, run: str, now: str) -> Video:
    """A failed or cancelled video is queued for a new run of the same source; nothing of the old one is kept."""
    again = moved(video, Status.QUEUED, now)
    return replace(
        again,
        run=run,
        queued_at=now,
        probe=None,
        renditions=(),
        duration=None,
        has_poster=False,
        has_storyboard=False,
        warnings=(),
        failure=None,
        costs=None,
    )


def transcoding(video: Video, probe: Document, warnings: tuple[str, ...], now: str) -> Video:
    """The plan stands and the encoders start."""
    return replace(moved(video, Status.TRANSCODING, now), probe=probe, warnings=warnings)


@dataclass(frozen=True, slots=True)
class Published:
    """What publishing found: renditions for the record, duration in seconds, its pictures, warnings, costs."""

    renditions: tuple[Document, ...]
    duration: float
    has_poster: bool
    has_storyboard: bool = False
    warnings: tuple[str, ...] = ()
    costs: Costs | None = None


def playable(video: Video, duration: float, has_poster: bool, now: str) -> Video:
    """Its beginning can be watched while the rest is encoded; `duration` is what it will be, in seconds."""
    return replace(moved(video, Status.PLAYABLE, now), duration=duration, has_poster=has_poster)


def ready(video: Video, published: Published, now: str) -> Video:
    """The whole run is verified: the record points to it."""
    done = moved(video, Status.READY, now)
    return replace(
        done,
        renditions=published.renditions,
        duration=published.duration,
        has_poster=published.has_poster,
        has_storyboard=published.has_storyboard,
        warnings=(*video.warnings, *published.warnings),
        costs=published.costs,
    )


def failed(video: Video, failure: Failure, now: str) -> Video:
    """The video failed for this reason; the source is kept."""
    return replace(moved(video, Status.FAILED, now), failure=failure)
