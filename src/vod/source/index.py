"""A source's index: where its pictures lie, read from what the container itself says (ISO base media only)."""

from fractions import Fraction
from typing import BinaryIO

from av.video.stream import VideoStream

from vod.media import isobmff
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
    at = 0
    for _ in range(_MOST_BOXES):
        source.seek(at)
        found = isobmff.header(source.read(16), 0)
        if found is None or found[2] < found[1]:
            return None
        kind, _, length = found
        end = min(at + length, size)
        kept.append((at, min(end, at + PROBE_BYTES) if kind == b"mdat" else end))
        at = end
        if at >= size:
            return merged(kept)
    return None
