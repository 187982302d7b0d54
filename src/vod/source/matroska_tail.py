"""The end of a Matroska file that tells no length: its header and its last clusters, read as one file.

Recordings of browsers and of pipes have neither a duration nor cues. Clusters say their own time (RFC 9559, 5.1.3), so
that libav demuxes the last ones without those before.
"""

import io
import math
import re
import struct
from typing import BinaryIO, cast

from vod.source.positioned import PositionedFile

TAIL_BYTES = 16 * 2**20
_HEADER_BYTES = 8 * 2**20
_INFO_BYTES = 2**16
_CLUSTER = b"\x1f\x43\xb6\x75"
_TIMESTAMP = b"\xe7"
_LOOK_BYTES = 32
_DOUBLE = 8
_DURATION = re.compile(rb"\x44\x89(\x84|\x88)")
"""The element's name and its size: a float of 4 or 8 bytes (RFC 9559, 5.1.2.10)."""


def spliced(source: BinaryIO, size: int) -> BinaryIO | None:
    """Header and end of a source of `size` bytes as a file; None when it has no clusters there."""
    source.seek(0)
    header_end = _cluster(source.read(_HEADER_BYTES), 0)
    begin = max(0, size - TAIL_BYTES)
    source.seek(begin)
    first = _cluster(source.read(TAIL_BYTES), 0)
    if header_end is None or first is None or begin + first <= header_end:
        return None
    return cast(BinaryIO, io.BufferedReader(_Spliced(source, header_end, begin + first, size)))


def has_duration(source: BinaryIO) -> bool:
    """Whether the header of a file tells its length; libav makes one up by the bit rate where none is told, or 0."""
    source.seek(0)
    data = source.read(_INFO_BYTES)
    end = _cluster(data, 0)
    found = _DURATION.search(data, 0, (len(data) if end is None else end) - _DOUBLE)
    if found is None:
        return False
    (length,) = struct.unpack_from(">f" if found.group(1) == b"\x84" else ">d", data, found.end())
    return math.isfinite(length) and length > 0


def _cluster(data: bytes, at: int) -> int | None:
    """Where the first cluster begins that has its time in front; the four bytes of its name occur elsewhere, too."""
    while (found := data.find(_CLUSTER, at)) >= 0:
        if _TIMESTAMP in data[found + len(_CLUSTER) : found + _LOOK_BYTES]:
            return found
        at = found + 1
    return None


class _Spliced(PositionedFile):
    """Bytes [0, `head`) of a source, then those from `tail` on."""

    def __init__(self, source: BinaryIO, head: int, tail: int, size: int) -> None:
        super().__init__(head + size - tail)
        self._source, self._head, self._skipped = source, head, tail - head

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        is_head = self._at < self._head
        wanted = min(len(buffer), (self._head if is_head else self._size) - self._at)
        if wanted <= 0:
            return 0
        self._source.seek(self._at if is_head else self._at + self._skipped)
        data = self._source.read(wanted)
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)
