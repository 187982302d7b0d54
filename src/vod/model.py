"""The video record and the changes it may undergo; every change is a pure function to a new record."""

from dataclasses import dataclass, replace
from typing import Any

from vod import keys, status
from vod.errors import Conflict, InvalidRequest
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
class Remake:
    """One rendition of a ready video that is encoded again, in a run of its own, while the others are watched."""

    run: str
    rendition: str
    queued_at: str
    is_publishing: bool = False
    """The manifests may name its track already."""
    failure: Failure | None = None


MOST_REPLACED = 50
"""So many tracks may wait for their end; a record has a largest size."""


@dataclass(frozen=True, slots=True)
class Replaced:
    """A track that nothing points to any more, and since when (ISO 8601); who watches it may do so for a while.

    Without `since` the manifests may name it: a remake failed while they were written. The next one writes them anew.
    """

    track: str
    since: str


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
    """Whose objects are served."""
    plan_run: str | None = None
    """Whose plan tells of them, where a rendition was made anew."""
    last_run: str | None = None
    """The one that began last, where that is another."""
    remake: Remake | None = None
    remake_failed: Remake | None = None
    """The last that failed, so that it can be told again."""
    replaced: tuple[Replaced, ...] = ()
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

    @property
    def is_pending(self) -> bool:
        """Whether something still has to happen to it by itself."""
        return self.status.is_pending or self.remade_now is not None

    @property
    def remade_now(self) -> Remake | None:
        """What is being made anew."""
        return self.remake if self.status is Status.READY else None

    def is_encoded_in(self, run: str) -> bool:
        """Whether encoders may work on it in this run."""
        if remake := self.remade_now:
            return remake.run == run
        return self.run == run and self.status.is_encoding


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


def remaking(video: Video, rendition: str, now: str) -> Video:
    """One rendition of a ready video is to be encoded again; the same for everybody who asks for the same at once."""
    if video.status is not Status.READY:
        raise Conflict("wrong_status", f"One rendition can be encoded again of a ready video; it is {video.status}.")
    if video.remake:
        if video.remake.rendition == rendition:
            return video
        raise Conflict("busy", f"Rendition {video.remake.rendition} is being encoded again. Wait until it is done.")
    if rendition not in (names := [each["name"] for each in video.renditions]):
        raise InvalidRequest("rendition", f"is none of {', '.join(names) or 'this video, which has none'}")
    if len(video.replaced) >= MOST_REPLACED:
        raise Conflict("busy", "Too many renditions were encoded again lately. What they left goes within a day.")
    run = keys.next_run_id(video.last_run or video.run or "")
    return replace(video, remake=Remake(run, rendition, now), last_run=run, updated_at=now)


def as_remade(video: Video) -> Video:
    """The video as the run sees it in which a rendition is made anew."""
    assert video.remake
    return replace(video, run=video.remake.run, queued_at=video.remake.queued_at)


def publishing(video: Video, run: str) -> Video:
    """The track of a remake is about to be named in the manifests; the same when that run is not wanted any more."""
    if not (video.remade_now and video.remade_now.run == run):
        return video
    return replace(video, remake=replace(video.remade_now, is_publishing=True))


def remade(video: Video, published: Published, replaced_track: str, now: str) -> Video:
    """The new rendition is verified: the record points to it, and no longer to the track that it replaces."""
    assert video.remake
    named_before = tuple(each if each.since else replace(each, since=now) for each in video.replaced)
    return replace(
        video,
        renditions=published.renditions,
        warnings=(*(video.probe or {}).get("warnings", ()), *published.warnings),
        costs=published.costs,
        plan_run=video.remake.run,
        replaced=(*named_before, Replaced(replaced_track, now)),
        remake=None,
        updated_at=now,
    )


def not_remade(video: Video, failure: Failure | None, now: str) -> Video:
    """The rendition stays as it was, a failure is told as a warning, and what was made so far is of no use."""
    assert video.remake
    remake = video.remake
    warnings, about = video.warnings, f"Rendition {remake.rendition} could not be encoded again: "
    if failure:  # told once, however often it is tried
        warnings = (*(each for each in warnings if not each.startswith(about)), about + failure.message)
    made = Replaced(keys.remade_track(remake.rendition, remake.run), "" if remake.is_publishing else now)
    return replace(
        video,
        remake=None,
        remake_failed=replace(remake, failure=failure) if failure else video.remake_failed,
        replaced=(*video.replaced, made),
        warnings=warnings,
        updated_at=now,
    )
