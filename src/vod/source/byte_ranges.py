"""Which bytes of a source a chunk needs, where the container's index tells."""

from collections.abc import Iterable
from fractions import Fraction

from vod.frozen import Frozen

Range = tuple[int, int]
"""Bytes [first, end) of the source."""
READ_AHEAD_FRAMES = 64
"""FFmpeg reads so many frames (rounded up) past the last one it needs."""
PRE_ROLL_SECONDS = 2.0
"""How far before its first frame a chunk enters a source of which not all was read: enough for most."""
MOST_ENTRIES = 2000
LEAST_SPACING = 2.0


HEARD_SECONDS = 70.0
"""A head of 60 s of sound, and what FFmpeg reads ahead."""


class SourceIndex(Frozen):
    """Where the pictures of a source lie: what every reader needs, and entry points as (seconds from zero, byte);
    `heard` are the bytes between which the first HEARD_SECONDS of all sound lie, None where that is not known."""

    always: tuple[Range, ...]
    entries: tuple[tuple[float, int], ...]
    heard: Range | None = None


def thinned(entries: Iterable[tuple[float, int]], seconds: float) -> tuple[tuple[float, int], ...] | None:
    """Entry points at least 2 s apart and at most 2,000, in order; None when bytes and times do not rise together."""
    spacing = max(LEAST_SPACING, seconds / MOST_ENTRIES)
    kept: list[tuple[float, int]] = []
    last = -1
    for time, byte in entries:
        if byte <= last or (kept and time <= kept[-1][0]):
            return None
        last = byte
        if not kept or time >= kept[-1][0] + spacing:
            kept.append((round(time, 3), byte))
    return tuple(kept) or None


def needed(
    index: SourceIndex, size: int, first: Fraction, end: Fraction | None, rate: Fraction, pre_roll: float
) -> tuple[Range, ...]:
    """The bytes of a source of `size` bytes that hold the pictures of [first, end) seconds, merged and in order; it is
    entered `pre_roll` seconds before."""
    enter = float(first) - pre_roll
    leave = None if end is None else float(end + 1 + READ_AHEAD_FRAMES / rate)
    before = [byte for time, byte in index.entries if time <= enter]
    # One entry earlier: FFmpeg steps back from a keyframe whose first pictures lean on the group before it.
    begin = before[-2] if len(before) > 1 else index.entries[0][1]
    stop = min((byte for time, byte in index.entries if leave is not None and time >= leave), default=size)
    return merged([*index.always, (begin, stop)])


def merged(ranges: Iterable[Range]) -> tuple[Range, ...]:
    """The same bytes as few ranges in order."""
    joined: list[Range] = []
    for first, end in sorted(ranges):
        if joined and first <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((first, end))
    return tuple(joined)


def total(ranges: Iterable[Range]) -> int:
    """How many bytes the ranges hold."""
    return sum(end - first for first, end in ranges)
