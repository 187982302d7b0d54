"""The tasks of an encode: its chunks, their lanes and sizes, and the bytes of the source that each needs."""

from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil
from typing import Self

from vod.plan import chunks, lanes, sizing
from vod.plan.chunks import Chunk, ChunkPolicy, Lane
from vod.plan.renditions import Rendition
from vod.plan.sizing import Encode, TaskSize
from vod.source import byte_ranges
from vod.source.probe import Probe

EXTRAS_CPU = 1024


@dataclass(frozen=True, slots=True)
class Work:
    """What is to be encoded: so many frames of a grid of `rate` (1/s), in segments of so many, at every rendition; the
    source has pictures for so many of them."""

    renditions: tuple[Rendition, ...]
    frames: int
    pictures: int
    segment_frames: int
    rate: Fraction
    is_measured: bool


def tasks(probe: Probe, work: Work, policy: ChunkPolicy, is_entered: bool = True) -> tuple[Chunk, ...]:
    """Video in as many chunks as the policy says, in one where its source cannot be entered; with more than one, the
    extras are a chunk of their own. What goes to functions (lanes.py) comes first, in pieces."""
    effort = _Effort.of(probe, work)
    allowed = policy if is_entered else replace(policy, most=1)
    if found := _with_functions(probe, work, effort, allowed, is_entered):
        return found
    return _extended(_in_tasks(work, effort, allowed, 0), probe, work, Lane.TASK)


@dataclass(frozen=True, slots=True)
class _Effort:
    """What encoding a frame takes: the renditions' encoders, CPU seconds, and the task that keeps up with the video."""

    encodes: list[Encode]
    cpu_seconds: float
    size: TaskSize

    @classmethod
    def of(cls, probe: Probe, work: Work) -> Self:
        """For all renditions of a source."""
        encodes = [Encode(made.codec, made.preset, made.width * made.height) for made in work.renditions]
        pixels = probe.picture.width * probe.picture.height
        size = sizing.task_size(pixels, encodes, float(work.rate))
        return cls(encodes, sizing.cpu_seconds(pixels, encodes, work.is_measured), size)


def _in_tasks(work: Work, effort: _Effort, policy: ChunkPolicy, head: int) -> list[Chunk]:
    """The segments from `head` on in tasks."""
    frames = work.frames - head * work.segment_frames
    count = chunks.count(frames / work.rate, sizing.wall_seconds(frames, effort.cpu_seconds, effort.size), policy)
    runs = chunks.split(ceil(frames / work.segment_frames), count)
    return [
        _of_video((head + first, None if end is None else head + end), effort.size, Lane.TASK) for first, end in runs
    ]


def _with_functions(
    probe: Probe, work: Work, effort: _Effort, policy: ChunkPolicy, is_entered: bool
) -> tuple[Chunk, ...] | None:
    """All of a short video, or the head of a longer one, in functions; None where they have not the room or the time.

    A source that cannot be entered is one piece."""
    lane, segments = policy.functions, ceil(work.frames / work.segment_frames)
    count = lanes.in_functions(segments, work.frames / work.rate, work.segment_frames / work.rate, lane)
    is_whole = count == segments
    if not count or work.is_measured or not (is_whole or (is_entered and probe.index)):
        return None
    took = lanes.seconds_per_segment(work.segment_frames, effort.cpu_seconds, lane.memory)
    last = work.frames - (segments - 1) * work.segment_frames if is_whole else None
    runs = lanes.pieces(count, took, last) if is_entered else [(0, None)]
    longest = max((segments if end is None else end) - first for first, end in runs)
    if longest * took > lanes.MOST_PIECE_SECONDS or not lanes.fits(effort.encodes, lane.memory):
        return None
    found = [_of_video(run, sizing.least_task(effort.encodes), Lane.FUNCTION) for run in runs]
    if not is_whole:
        left = max(1, chunks.MOST_TASKS - 1 - len(found))
        found += _in_tasks(work, effort, replace(policy, most=min(policy.most, left)), count)
    made = _extended(found, probe, work, Lane.FUNCTION if is_whole else Lane.TASK)
    copied = [_copied(probe, chunk) for chunk in made if chunk.lane is Lane.FUNCTION]
    return made if max(copied) <= lanes.MOST_COPIED else None


def _extended(videos: list[Chunk], probe: Probe, work: Work, lane: Lane) -> tuple[Chunk, ...]:
    """The chunks with their numbers and bytes, and the extras: with a single chunk, or in one of their own."""
    numbered = [chunk.model_copy(update={"index": number}) for number, chunk in enumerate(videos)]
    if len(numbered) == 1:
        return (numbered[0].model_copy(update={"extras": True}),)
    return (*_with_ranges(numbered, probe, work), of_extras(len(numbered), lane))


def head_of_sound(probe: Probe, chunks_made: tuple[Chunk, ...]) -> Chunk | None:
    """The chunk that makes the sound of the head that functions encode; None where the video has none, or the bytes of
    its sound are not known to lie close together."""
    pieces = [chunk.end_segment for chunk in chunks_made if chunk.lane is Lane.FUNCTION and chunk.video]
    if not pieces or pieces[-1] is None or not probe.index or not probe.index.heard:
        return None
    ranges = byte_ranges.merged([*probe.index.always, probe.index.heard])
    if byte_ranges.total(ranges) > lanes.MOST_COPIED:
        return None
    made = of_extras(len(chunks_made), Lane.FUNCTION)
    return made.model_copy(update={"extras": False, "ranges": ranges, "heard_segments": pieces[-1]})


def _copied(probe: Probe, chunk: Chunk) -> int:
    return probe.size if chunk.ranges is None else byte_ranges.total(chunk.ranges)


def of_extras(index: int, lane: Lane = Lane.TASK) -> Chunk:
    """The chunk that makes only what is made once over the whole source."""
    return Chunk(
        index=index,
        video=False,
        first_segment=0,
        end_segment=0,
        extras=True,
        cpu=EXTRAS_CPU,
        memory=EXTRAS_CPU * 2,
        lane=lane,
    )


def _of_video(run: tuple[int, int | None], size: TaskSize, lane: Lane) -> Chunk:
    first, end = run
    return Chunk(
        index=0,
        video=True,
        first_segment=first,
        end_segment=end,
        extras=False,
        cpu=size.cpu,
        memory=size.memory,
        lane=lane,
    )


def _with_ranges(videos: list[Chunk], probe: Probe, work: Work) -> list[Chunk]:
    """Each chunk with the bytes it needs, where the index tells; the extras read everything."""
    index = probe.index
    if index is None:
        return videos
    segment = work.segment_frames / work.rate

    def ranged(chunk: Chunk) -> Chunk:
        end = None if chunk.end_segment is None else chunk.end_segment * segment
        begin = min(chunk.first_segment * segment, (work.pictures - 1) / work.rate)
        picture = probe.picture
        bytes_needed = byte_ranges.needed(index, probe.size, begin, end, picture.rate.fraction, picture.pre_roll)
        return chunk.model_copy(update={"ranges": bytes_needed})

    return [ranged(chunk) for chunk in videos]
