"""The changes that a video's record may undergo; every change is a pure function to a new record."""

from dataclasses import dataclass, replace

from vod.frozen import Document
from vod.record import status
from vod.record.status import Status
from vod.record.video import Costs, Failure, Source, Video


def moved(video: Video, to: Status, now: str) -> Video:
    """The video in status `to`; Conflict when the table of transitions forbids it."""
    status.check(video.status, to)
    return replace(video, status=to, updated_at=now, waits_for=None)


def queued(video: Video, run: str, source: Source, now: str) -> Video:
    """The source has arrived: it is queued for its run and awaited no longer."""
    arrived = moved(video, Status.QUEUED, now)
    return replace(arrived, run=run, queued_at=now, source=source, awaited_until=None, upload=None)


def requeued(video: Video, run: str, now: str) -> Video:
    """A failed or cancelled video is queued for a new run of the same source; nothing of the old one is kept."""
    again = moved(video, Status.QUEUED, now)
    return replace(
        again,
        run=run,
        queued_at=now,
        probe=None,
        renditions=(),
        sound=(),
        duration=None,
        has_poster=False,
        has_storyboard=False,
        warnings=(),
        failure=None,
        costs=None,
    )


def postponed(video: Video, run: str, waits_for: str, micro_usd: int) -> Video:
    """A queued video waits again, for a new run, since its plan needs more than there is now."""
    approved = run if video.approved_run == video.run else None
    return replace(video, run=run, waits_for=waits_for, planned_micro_usd=micro_usd, approved_run=approved)


def transcoding(video: Video, probe: Document, warnings: tuple[str, ...], now: str) -> Video:
    """The plan stands and the encoders start."""
    return replace(moved(video, Status.TRANSCODING, now), probe=probe, warnings=warnings)


@dataclass(frozen=True, slots=True)
class Published:
    """What publishing found: renditions and sound for the record, duration (s), its pictures, warnings, costs."""

    renditions: tuple[Document, ...]
    duration: float
    has_poster: bool
    has_storyboard: bool = False
    warnings: tuple[str, ...] = ()
    costs: Costs | None = None
    sound: tuple[Document, ...] = ()


def playable(video: Video, duration: float, has_poster: bool, now: str) -> Video:
    """Its beginning can be watched while the rest is encoded; `duration` is what it will be, in seconds."""
    return replace(moved(video, Status.PLAYABLE, now), duration=duration, has_poster=has_poster)


def ready(video: Video, published: Published, now: str) -> Video:
    """The whole run is verified: the record points to it."""
    done = moved(video, Status.READY, now)
    return replace(
        done,
        renditions=published.renditions,
        sound=published.sound,
        duration=published.duration,
        has_poster=published.has_poster,
        has_storyboard=published.has_storyboard,
        warnings=(*video.warnings, *published.warnings),
        costs=published.costs,
        planned_micro_usd=None,
    )


def failed(video: Video, failure: Failure, now: str) -> Video:
    """The video failed for this reason; the source is kept."""
    return replace(moved(video, Status.FAILED, now), failure=failure)
