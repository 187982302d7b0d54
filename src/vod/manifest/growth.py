"""Playable before it is ready: what of a run can be shown while its encoders are still at work."""

from collections.abc import Mapping
from math import inf

from vod.encoder.report import ChunkReport, TrackReport
from vod.manifest.tracks import Tracks, joined
from vod.plan.plan import SEGMENT_SECONDS, Plan

BEGINNING_SECONDS = 2 * SEGMENT_SECONDS
"""What must be there before anybody is told: players start with a few seconds in hand."""
_NEARLY = 0.5


def so_far(plan: Plan, reports: Mapping[int, ChunkReport]) -> Tracks | None:
    """The beginning that every track has without a gap, from the reports of tasks at work (by chunk); None when it is
    too short, or what it will consist of is not known yet.

    It only ever gets longer: a rung's segments count once every rung has them, which is where a killed task resumes.
    """
    extras = _extras(plan, reports)
    pictures = _pictures(plan, reports)
    if extras is None or not extras.has_extras or not pictures:
        return None
    if extras.outcome == "encoding" and len(extras.audio) < len(plan.audio):
        return None
    limit = min((_heard(plan, track, extras) for track in extras.audio), default=inf)
    video = tuple(_up_to(track, limit + _NEARLY) for track in pictures)
    seconds = video[0].seconds
    if seconds < BEGINNING_SECONDS:
        return None
    audio = tuple(_beginning_before(track, seconds) for track in extras.audio)
    return Tracks(video, audio, extras.subtitles, (), extras.warnings)


def _extras(plan: Plan, reports: Mapping[int, ChunkReport]) -> ChunkReport | None:
    """What is known of the extras, with the sound of the head where that is longer."""
    made = next((reports.get(chunk.index) for chunk in plan.chunks if chunk.extras), None)
    head = reports.get(plan.head.index) if plan.head else None
    if head is None or head.outcome != "encoded" or (made and made.outcome != "encoding"):
        return made
    if made is None:  # a head is only planned where there are no subtitles, which are all that is not known yet
        return head.model_copy(update={"outcome": "encoding"})
    known = {track.name: track for track in made.audio}
    longer = (max(known.get(track.name, track), track, key=lambda each: len(each.segments)) for track in head.audio)
    return made.model_copy(update={"audio": tuple(longer), "has_extras": True})


def _pictures(plan: Plan, reports: Mapping[int, ChunkReport]) -> list[TrackReport]:
    """Every rung as far as all of them reach, chunk after chunk."""
    parts: dict[str, list[TrackReport]] = {rendition.name: [] for rendition in plan.renditions}
    for chunk in plan.chunks:
        report = reports.get(chunk.index)
        if not chunk.video or report is None:
            break
        found = {track.name: track for track in report.video}
        count = min(len(found[name].segments) if name in found else 0 for name in parts)
        for name, pieces in parts.items():
            pieces += [_cut(found[name], count)] if count else []
        if chunk.end_segment is None or count < chunk.end_segment - chunk.first_segment:
            break
    return [joined(pieces) for pieces in parts.values() if pieces]


def _heard(plan: Plan, track: TrackReport, extras: ChunkReport) -> float:
    """How far (s) a sound track lets the picture go: no limit where nothing more of it can come."""
    end = next((rendition.length for rendition in plan.audio if rendition.name == track.name), None)
    is_over = end is not None and track.seconds > end - 2 * SEGMENT_SECONDS
    return inf if is_over or extras.outcome != "encoding" else track.seconds


def _cut(track: TrackReport, count: int) -> TrackReport:
    return track.model_copy(update={"segments": track.segments[:count]})


def _up_to(track: TrackReport, seconds: float) -> TrackReport:
    return _cut(track, sum(segment.start + segment.ticks <= seconds * track.timescale for segment in track.segments))


def _beginning_before(track: TrackReport, seconds: float) -> TrackReport:
    return _cut(track, sum(segment.start < seconds * track.timescale for segment in track.segments))
