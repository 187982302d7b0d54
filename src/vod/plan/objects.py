"""The objects that a chunk may store, by their keys: what its function gets addresses for, and nothing else."""

from collections.abc import Iterator
from math import ceil

from vod import keys
from vod.plan import storyboard, subtitles
from vod.plan.chunks import Chunk
from vod.plan.plan import SEGMENT_SECONDS, Plan

SPARE_SEGMENTS = 2
"""A length is only an estimate: so many more than planned may come at the end."""
TEXT_SEGMENT_SECONDS = 300
"""Of subtitles as a CMAF track."""


def stored_keys(plan: Plan, chunk: Chunk) -> tuple[str, ...]:
    """Everything that encoding a chunk may store, its report last."""
    names = [*_pictures(plan, chunk), *(_extras(plan) if chunk.extras else ())]
    if chunk.heard_segments:
        names += [name for track in plan.audio for name in _track(track.name, 0, chunk.heard_segments)]
    return (*(plan.prefix + name for name in names), keys.report_key(plan.video_id, plan.run, chunk.index))


def _pictures(plan: Plan, chunk: Chunk) -> Iterator[str]:
    if not chunk.video:
        return
    end = plan.segments + SPARE_SEGMENTS if chunk.end_segment is None else chunk.end_segment
    for rendition in plan.renditions:
        yield from _track(rendition.name, chunk.first_segment, end)
    if plan.storyboard:
        yield from (sheet.name for sheet in storyboard.sheets(plan.storyboard, *plan.frames_of(chunk)))


def _extras(plan: Plan) -> Iterator[str]:
    yield keys.POSTER_NAME
    seconds = max(plan.seconds, plan.duration)
    for track in plan.audio:
        yield from _track(track.name, 0, ceil(seconds / SEGMENT_SECONDS) + SPARE_SEGMENTS)
    for text in plan.subtitles:
        yield subtitles.vtt_name(text.name)
        yield from _track(text.name, 0, ceil(seconds / TEXT_SEGMENT_SECONDS))


def _track(name: str, first: int, end: int) -> Iterator[str]:
    yield keys.init_name(name)
    yield from (keys.segment_name(name, number) for number in range(first, end))
