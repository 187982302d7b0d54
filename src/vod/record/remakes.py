"""Remakes: one rendition of a ready video is encoded again; every change is a pure function to a new record."""

from dataclasses import replace

from vod import keys
from vod.errors import Conflict, InvalidRequest
from vod.record.changes import Published
from vod.record.status import Status
from vod.record.video import Failure, Remake, Replaced, Video

MOST_REPLACED = 50
"""So many tracks may wait for their end; a record has a largest size."""


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
    return replace(video, remake=Remake(run, rendition, now), last_run=run, planned_micro_usd=None, updated_at=now)


def as_remade(video: Video) -> Video:
    """The video as the run sees it in which a rendition is made anew."""
    assert video.remake
    return replace(video, run=video.remake.run, queued_at=video.remake.queued_at)


def postponed(video: Video, run: str, micro_usd: int) -> Video:
    """The rendition waits again, for a new run, since its plan needs more than there is now."""
    assert video.remake
    approved = run if video.approved_run == video.remake.run else None
    remake = replace(video.remake, run=run)
    return replace(video, remake=remake, last_run=run, planned_micro_usd=micro_usd, approved_run=approved)


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
