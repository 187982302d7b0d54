"""The objects that a chunk may store, by their keys: what its function gets addresses for, and nothing else."""

from collections.abc import Iterator
from math import ceil

from vod import keys
from vod.plan import storyboard, subtitles
from vod.plan.chunks import Chunk, Lane
from vod.plan.plan import SEGMENT_SECONDS, Plan

SPARE_SEGMENTS = 2
"""A length is only an estimate: so many more than planned may come at the end."""
MOST_ADDRESSES = 300
"""An address has about 530 bytes with its key, and what a state of the state machine carries at most 262,144."""
TEXT_SEGMENT_SECONDS = 300
"""Of subtitles as a CMAF track."""


def addressable(plan: Plan) -> Plan:
    """The plan with a task for each chunk that may store more than a function can be given addresses of."""
    chunks = tuple(each if _fits(plan, each) else each.model_copy(update={"lane": Lane.TASK}) for each in plan.chunks)
    head = plan.head if plan.head and _fits(plan, plan.head) else None
    return plan.model_copy(update={"chunks": chunks, "head": head})


def _fits(plan: Plan, chunk: Chunk) -> bool:
    return chunk.lane is Lane.TASK or len(stored_keys(plan, chunk)) <= MOST_ADDRESSES


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
