"""The disk of a task: how large it must be for what the task copies there, and what Fargate refuses.

Sizes: AWS's "Fargate task ephemeral storage". Its pages say 20 and 21 GiB for the least that may be asked for; 21 is
right by both.
"""

from enum import StrEnum
from math import ceil

from vod.errors import SourceTooLargeForTask
from vod.plan.chunks import Chunk
from vod.plan.plan import Plan
from vod.source import byte_ranges

LEAST_GIB, MOST_GIB = 21, 200
_GIB = 2**30
_OTHERS_GIB = 3
"""The image, packed and unpacked, lies on the same disk, and what programs keep for a moment."""


class SourcesOn(StrEnum):
    """Where encoders copy sources to."""

    DISK = "disk"
    EFS = "efs"


def placed(plan: Plan, sources: SourcesOn) -> Plan:
    """The plan with a disk for each of its tasks; SourceTooLargeForTask when Fargate has none that large."""
    return plan.model_copy(update={"chunks": tuple(_placed(plan, chunk, sources) for chunk in plan.chunks)})


def gib(copied: int) -> int:
    """The disk (GiB) of a task that copies so many bytes; above MOST_GIB there is none."""
    return max(LEAST_GIB, _OTHERS_GIB + ceil(copied / _GIB))


def bytes_copied(plan: Plan, chunk: Chunk) -> int:
    """How many bytes of the source a chunk's task copies."""
    return plan.source.size if chunk.ranges is None else byte_ranges.total(chunk.ranges)


def _placed(plan: Plan, chunk: Chunk, sources: SourcesOn) -> Chunk:
    if sources is SourcesOn.EFS:
        return chunk.model_copy(update={"disk": LEAST_GIB})
    needed = gib(bytes_copied(plan, chunk) + _bytes_measured(plan, chunk))
    if needed > MOST_GIB:
        raise SourceTooLargeForTask
    return chunk.model_copy(update={"disk": needed})


def _bytes_measured(plan: Plan, chunk: Chunk) -> int:
    """What measuring fetches again of what the chunk made."""
    if not (plan.measure_quality and chunk.video):
        return 0
    first, end = plan.frames_of(chunk)
    seconds = ((plan.frames if end is None else end) - first) / float(plan.rate.fraction)
    return ceil(sum(rendition.peak_kbps for rendition in plan.renditions) * 1000 / 8 * seconds)
