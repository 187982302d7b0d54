"""Copying a source: how long a task takes for its bytes, and what that costs beside the task itself.

The encode goes on meanwhile (`vod.source.arriving`), so copying only counts where it is the slower of both.
"""

from math import ceil

from vod.source.arriving import PIECE_BYTES

BYTES_PER_SECOND = 60_000_000
"""Of a task of a vCPU or more, by parallel ranged GETs. Assumed, not measured: S3's performance guidelines tell of 85
to 90 MB/s for each of them."""
FIRST_BYTES = 2 * PIECE_BYTES
"""Until FFmpeg has begun: the container's index, and the piece where it enters; 5 MB of a transport stream."""
SOUND_SPEED = 60
"""How many times faster than it plays sound is encoded by the task of the extras."""


def seconds_until_begun(size: int) -> float:
    """Until FFmpeg decodes what a task copies of so many bytes."""
    return min(size, FIRST_BYTES) / BYTES_PER_SECOND


def task_seconds(encode_seconds: float, size: int) -> float:
    """What a task takes that would encode so long and copies so many bytes."""
    return seconds_until_begun(size) + max(encode_seconds, size / BYTES_PER_SECOND)


def requests(size: int) -> int:
    """How many GETs a copy of so many bytes takes."""
    return ceil(size / PIECE_BYTES)
