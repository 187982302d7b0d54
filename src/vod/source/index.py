"""A source's index: where its pictures lie, read from what the container itself says (ISO base media only)."""

from fractions import Fraction
from itertools import islice
from typing import BinaryIO

from av.video.stream import VideoStream

from vod.media.isobmff import placed
from vod.source.byte_ranges import Range, SourceIndex, merged, thinned

PROBE_BYTES = 1 << 20
"""FFmpeg looks at the first packets of every track before it enters the source anywhere."""
_MOST_BOXES = 1000


def read_index(source: BinaryIO, size: int, track: VideoStream, start: Fraction, seconds: float) -> SourceIndex | None:
    """The index of a source of `size` bytes; None when it has none, or one that is not in order of time."""
    base = track.time_base
    if base is None or len(track.index_entries) == 0:
        return None
    tick = Fraction(base.numerator, base.denominator)
    entries = thinned(
        ((float(entry.timestamp * tick - start), entry.pos) for entry in track.index_entries if entry.is_keyframe),
        seconds,
    )
    always = _headers(source, size)
    return SourceIndex(always=always, entries=entries) if entries and always else None


def _headers(source: BinaryIO, size: int) -> tuple[Range, ...] | None:
    """Everything but the media data, and the beginning of that; None when the boxes do not fill the file."""
    kept: list[Range] = []
    for box in islice(placed(source, 0, size), _MOST_BOXES):
        if box.is_open:
            return None
        kept.append((box.start, min(box.end, box.start + PROBE_BYTES) if box.type == b"mdat" else box.end))
        if box.end == size:
            return merged(kept)
    return None
