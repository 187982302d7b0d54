"""A source's index: where its pictures lie, read from what the container itself says (ISO base media only)."""

from collections.abc import Iterable
from fractions import Fraction
from itertools import islice, pairwise
from typing import BinaryIO

from av.audio.stream import AudioStream
from av.video.stream import VideoStream

from vod.media.isobmff import placed
from vod.source.byte_ranges import HEARD_SECONDS, Range, SourceIndex, merged, thinned

PROBE_BYTES = 1 << 20
"""FFmpeg looks at the first packets of every track before it enters the source anywhere."""
_MOST_BOXES = 1000


def read_index(
    source: BinaryIO, size: int, track: VideoStream, sounds: Iterable[AudioStream], start: Fraction, seconds: float
) -> SourceIndex | None:
    """The index of a source of `size` bytes; None when it has none, or one that is not in order of time."""
    base = track.time_base
    if base is None or len(track.index_entries) == 0:
        return None
    tick = Fraction(base.numerator, base.denominator)
    entries = thinned(
        ((float(entry.timestamp * tick - start), entry.pos) for entry in track.index_entries if entry.is_keyframe),
        seconds,
    )
    if any(later.pos < earlier.pos for earlier, later in pairwise(track.index_entries)):
        return None  # pictures that lie elsewhere than between the entry points around them
    always = _headers(source, size)
    if not entries or not always:
        return None
    return SourceIndex(always=always, entries=entries, heard=_heard([_first_of(sound, start) for sound in sounds]))


def _heard(tracks: list[Range | None]) -> Range | None:
    known = [track for track in tracks if track]
    if not known or len(known) < len(tracks):
        return None
    return min(first for first, _ in known), max(end for _, end in known)


def _first_of(sound: AudioStream, start: Fraction) -> Range | None:
    """The bytes between which a track's first HEARD_SECONDS lie; None where its index does not reach so far."""
    base = sound.time_base
    if base is None:
        return None
    tick, first, end = Fraction(base.numerator, base.denominator), None, 0
    for entry in sound.index_entries:
        if entry.timestamp * tick - start > HEARD_SECONDS:
            return (first, end) if first is not None else None
        first, end = entry.pos if first is None else min(first, entry.pos), max(end, entry.pos + entry.size)
    return None


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
