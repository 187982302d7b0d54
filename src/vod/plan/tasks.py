"""The tasks of an encode: its chunks, their sizes, and the bytes of the source that each needs."""

from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from vod.plan import chunks, sizing
from vod.plan.chunks import Chunk, ChunkPolicy
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


def tasks(probe: Probe, work: Work, policy: ChunkPolicy) -> tuple[Chunk, ...]:
    """Video in as many chunks as the policy says; with more than one, the extras are a task of their own."""
    encodes = [Encode(made.codec, made.preset, made.width * made.height) for made in work.renditions]
    pixels = probe.picture.width * probe.picture.height
    size = sizing.task_size(pixels, encodes, float(work.rate))
    seconds = sizing.wall_seconds(work.frames, sizing.cpu_seconds(pixels, encodes, work.is_measured), size)
    runs = chunks.split(ceil(work.frames / work.segment_frames), chunks.count(work.frames / work.rate, seconds, policy))
    if len(runs) == 1:
        return (_of_video(0, runs[0], size, extras=True),)
    videos = [_of_video(number, run, size, extras=False) for number, run in enumerate(runs)]
    return (*_with_ranges(videos, probe, work), of_extras(len(runs)))


def of_extras(index: int) -> Chunk:
    """The task that makes only what is made once over the whole source."""
    cpu = EXTRAS_CPU
    return Chunk(index=index, video=False, first_segment=0, end_segment=0, extras=True, cpu=cpu, memory=cpu * 2)


def _of_video(index: int, run: tuple[int, int | None], size: TaskSize, extras: bool) -> Chunk:
    first, end = run
    return Chunk(
        index=index,
        video=True,
        first_segment=first,
        end_segment=end,
        extras=extras,
        cpu=size.cpu,
        memory=size.memory,
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
        bytes_needed = byte_ranges.needed(index, probe.size, begin, end, probe.picture.rate.fraction)
        return chunk.model_copy(update={"ranges": bytes_needed})

    return [ranged(chunk) for chunk in videos]
