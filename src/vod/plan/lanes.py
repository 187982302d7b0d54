"""Lanes: what of a video is encoded in functions, and in which pieces.

A function starts in a second where a task takes 40, and costs four times as much. Small pieces cost next to nothing
(docs/decisions.md, "Two lanes").
"""

from fractions import Fraction
from math import ceil

from vod.plan import sizing
from vod.plan.chunks import MOST_TASKS, Chunk, FunctionLane, Lane
from vod.plan.sizing import Encode

HEAD_SECONDS = 60
"""Of a longer video: what is watched while its tasks start, which takes 40 s."""
PIECE_SECONDS = 5.0
"""A piece is as many segments as a function encodes in about this time, at least one."""
MOST_PIECE_SECONDS = 30.0
"""What takes a function longer than this goes to tasks; it is ended after three times as long (template.yaml)."""
SOUND_CPU_SECONDS = 0.06
"""For a second of a source's sound: every track, its segments, the poster."""
START_SECONDS = 1.5
"""Of a call before and after its encode: the plan, the source's bytes, the last segments."""
LEAST_ALONE_FRAMES = 8
MOST_PIECES = MOST_TASKS - 1
"""Of one video, beside the extras: a Map runs no more items at a time."""
MOST_COPIED = 900 * 2**20
"""Bytes of a source that a piece may need: they lie in the function's /tmp (template.yaml: 1 GiB)."""
_MIB_PER_VCPU, _MOST_VCPUS = 1769, 6.0
"""https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html"""


def vcpus(memory: int) -> float:
    """What a function of so many MiB has."""
    return min(_MOST_VCPUS, memory / _MIB_PER_VCPU)


def seconds_per_segment(frames: int, cpu_seconds_each: float, memory: int) -> float:
    """How long a function takes for a segment of so many frames."""
    return frames * cpu_seconds_each / vcpus(memory)


def fits(encodes: list[Encode], memory: int) -> bool:
    """Whether a function has the memory to encode all of these at once."""
    return sizing.memory_mib(encodes, vcpus(memory)) <= memory


def in_functions(segments: int, seconds: Fraction, segment_seconds: Fraction, lane: FunctionLane) -> int:
    """How many of a video's segments go to functions: all of a short one, the head of a longer one, or none. Behind a
    head at least two segments are left, so that the last of them is not alone."""
    if not lane.whole_seconds:
        return 0
    if seconds <= lane.whole_seconds:
        return segments
    return max(0, min(segments - 2, int(lane.head_seconds / segment_seconds)))


def of_sound(seconds: float, size: int, lane: FunctionLane) -> Lane:
    """The lane of a source of so many bytes that has no picture: it is one piece."""
    return Lane.FUNCTION if seconds <= lane.whole_seconds and size <= MOST_COPIED else Lane.TASK


def kept(chunks: tuple[Chunk, ...], memory: int, lane: FunctionLane) -> tuple[Chunk, ...]:
    """Chunks of an earlier plan, for functions of so many MiB, in the lanes that are open now."""
    if lane.whole_seconds and lane.memory >= memory:
        return chunks
    return tuple(chunk.model_copy(update={"lane": Lane.TASK}) for chunk in chunks)


def pieces(count: int, each_seconds: float, last_frames: int | None = None) -> list[tuple[int, int | None]]:
    """The first `count` segments in pieces [first, end), each of which takes a function about PIECE_SECONDS where a
    segment takes `each_seconds`.

    Where these are all segments, the last has `last_frames`: its piece is open, since a length is only an estimate, and
    a few frames are not left alone, which would get another edit list than the pieces before.
    """
    at_once = max(1, int(PIECE_SECONDS / each_seconds), ceil(count / MOST_PIECES))
    number = ceil(count / at_once)
    if last_frames is not None and last_frames < LEAST_ALONE_FRAMES:
        number = min(number, max(1, count - 1))
    bounds = [count * each // number for each in range(number)]
    ends = [*bounds[1:], None if last_frames is not None else count]
    return list(zip(bounds, ends, strict=True))
