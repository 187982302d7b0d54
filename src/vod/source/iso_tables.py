"""A lie that some readers forgive: a sample table of an ISO file that declares more entries than its box can hold.

No muxer writes that, and what it leads to depends on the reader: FFmpeg takes the entries that are there, others read
on into the next box. Boxes and entry sizes: ISO/IEC 14496-12, 8.5 to 8.7.
"""

from itertools import islice
from typing import BinaryIO

from vod.errors import SourceRefused
from vod.media.isobmff import Placed, placed

_CONTAINERS = {b"moov", b"trak", b"mdia", b"minf", b"stbl", b"edts"}
_ENTRY_BYTES = {b"stts": 8, b"ctts": 8, b"stss": 4, b"stsc": 12, b"stco": 4, b"co64": 8, b"elst": 12, b"stsd": 16}
_TOP_LEVEL_BOXES = 102
_FULL_HEADER_BYTES = 4


def check_tables(source: BinaryIO, size: int) -> None:
    """SourceRefused ("corrupt") when a table of the movie box of a file of `size` bytes is larger than its box."""
    for box in islice(placed(source, 0, size), _TOP_LEVEL_BOXES):
        if box.type == b"moov":
            _check(source, box)
            return


def _check(source: BinaryIO, outer: Placed) -> None:
    for box in placed(source, outer.begin, outer.end):
        if box.type in _CONTAINERS:
            _check(source, box)
        elif _table_bytes(source, box.type, box.begin) > box.end - box.begin:
            raise SourceRefused("corrupt", f"its table {box.type.decode()} is larger than the box that holds it")


def _table_bytes(source: BinaryIO, kind: bytes, start: int) -> int:
    """What a table needs for the entries it declares; 0 for a box that is no table."""
    if kind not in _ENTRY_BYTES and kind != b"stsz":
        return 0
    source.seek(start + _FULL_HEADER_BYTES)
    head = source.read(8)
    if kind != b"stsz":
        return 8 + int.from_bytes(head[:4]) * _ENTRY_BYTES[kind]
    one_size_for_all, count = int.from_bytes(head[:4]), int.from_bytes(head[4:8])
    return 12 + (0 if one_size_for_all else count * 4)
