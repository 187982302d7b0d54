"""How much each process of an encoder task may use: pure numbers, from the plan."""

import os
from dataclasses import replace

from vod.plan.chunks import Chunk
from vod.plan.plan import Plan
from vod.sandbox.limits import MIB, Budget

_PIXELS_PER_MEGAPIXEL = 10**6
_START_SECONDS = 120
_ENCODE_SECONDS_PER_MEGAPIXEL = 0.5
_DECODE_SECONDS_PER_MEGAPIXEL = 0.05
_MEASURE_SECONDS_PER_MEGAPIXEL = 0.5
_SOUND_SECONDS_PER_SECOND = 0.5
"""CPU: 20 to 50 times what real sources take. A budget ends bombs, it does not judge videos."""
_SOURCE_PIXELS_PER_TOP_PIXEL = 4
_ENCODER_RESERVE_MIB = 512
_THREADS_MIB_PER_CORE = 128
_OUTPUT_SLACK = 4
_STILL_OUTPUT_MIB = 64


def cores() -> int:
    """How many this process may use."""
    return os.process_cpu_count() or 1


def of_chunk(plan: Plan, chunk: Chunk, cores: int) -> Budget:
    """What encoding a chunk may use on a machine of so many cores."""
    cpu = _START_SECONDS + round(_picture_seconds(plan, chunk) + _sound_seconds(plan, chunk))
    return Budget(
        cpu_seconds=cpu,
        # A source that keeps less than one core busy is stuck, not slow.
        wall_seconds=_START_SECONDS + cpu,
        # Below the task's memory, so that a bomb is refused memory before the kernel ends the task; stacks are virtual.
        memory_bytes=(chunk.memory - _ENCODER_RESERVE_MIB + cores * _THREADS_MIB_PER_CORE) * MIB,
        output_bytes=_output_bytes(plan),
    )


def of_measuring(plan: Plan, chunk: Chunk, cores: int) -> Budget:
    """What comparing a chunk's rungs with its source may use: each is compared at the size of the largest."""
    whole = of_chunk(plan, chunk, cores)
    largest = max(rung.width * rung.height for rung in plan.renditions)
    compared = _frames(plan, chunk) * largest * len(plan.renditions) / _PIXELS_PER_MEGAPIXEL
    more = round(compared * _MEASURE_SECONDS_PER_MEGAPIXEL)
    return replace(whole, cpu_seconds=whole.cpu_seconds + more, wall_seconds=whole.wall_seconds + more)


def of_still(plan: Plan, chunk: Chunk, cores: int, seconds: int) -> Budget:
    """What a single picture from a chunk's source may use: the chunk's memory, but only so many seconds and MiB."""
    whole = of_chunk(plan, chunk, cores)
    return Budget(seconds, seconds, whole.memory_bytes, _STILL_OUTPUT_MIB * MIB)


def _picture_seconds(plan: Plan, chunk: Chunk) -> float:
    if not chunk.video:
        return 0.0
    top = plan.renditions[0].width * plan.renditions[0].height
    # A source that cannot be entered in the middle is decoded from its beginning, and a length is only an estimate.
    decoded = plan.frames * top * _SOURCE_PIXELS_PER_TOP_PIXEL
    encoded = _frames(plan, chunk) * sum(rung.width * rung.height for rung in plan.renditions)
    work = encoded * _ENCODE_SECONDS_PER_MEGAPIXEL + decoded * _DECODE_SECONDS_PER_MEGAPIXEL
    return work / _PIXELS_PER_MEGAPIXEL


def _frames(plan: Plan, chunk: Chunk) -> int:
    if chunk.end_segment is None:
        return plan.frames
    return (chunk.end_segment - chunk.first_segment) * plan.segment_frames


def _sound_seconds(plan: Plan, chunk: Chunk) -> float:
    return plan.duration * len(plan.audio) * _SOUND_SECONDS_PER_SECOND if chunk.extras or chunk.heard_segments else 0.0


def _output_bytes(plan: Plan) -> int:
    kbps = sum(rung.peak_kbps for rung in plan.renditions) + sum(track.kbps for track in plan.audio)
    return 64 * MIB + round(plan.duration * kbps * 1000 / 8) * _OUTPUT_SLACK
