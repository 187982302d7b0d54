import io
import struct

import pytest

from tests.hostile.files import box
from vod.errors import SourceRefused
from vod.source.iso_tables import check_tables


def movie(*tables: bytes) -> bytes:
    nested = b"".join(tables)
    for kind in (b"stbl", b"minf", b"mdia", b"trak", b"moov"):
        nested = box(kind, nested)
    return box(b"ftyp", b"isom") + box(b"mdat", bytes(50)) + nested


def table(kind: bytes, count: int, entries: bytes) -> bytes:
    return box(kind, bytes(4) + struct.pack(">I", count) + entries)


def check(data: bytes) -> None:
    check_tables(io.BytesIO(data), len(data))


def test_tables_that_hold_what_they_declare_pass() -> None:
    sizes = box(b"stsz", bytes(8) + struct.pack(">I", 2) + bytes(8))
    alike = box(b"stsz", bytes(4) + struct.pack(">II", 1000, 2**31))

    check(movie(table(b"stco", 2, bytes(8)), table(b"stts", 1, bytes(8)), sizes))
    check(movie(alike, table(b"stss", 0, b"")))


@pytest.mark.parametrize("kind", [b"stts", b"ctts", b"stss", b"stsc", b"stco", b"co64", b"stsd"])
def test_a_table_larger_than_its_box_is_corrupt(kind: bytes) -> None:
    with pytest.raises(SourceRefused, match=f"its table {kind.decode()}"):
        check(movie(table(kind, 0x9001, bytes(8))))


def test_sizes_that_are_not_there_are_corrupt() -> None:
    with pytest.raises(SourceRefused, match="its table stsz"):
        check(movie(box(b"stsz", bytes(8) + struct.pack(">I", 3) + bytes(8))))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0" * 7,
        b"\0" * 100,
        box(b"moov", b""),
        b"\0\0\0\1moov" + bytes(8),
        b"\0\0\0\4moov",
        b"\xff\xff\xff\xffmoov",
    ],
)
def test_what_is_no_movie_is_left_to_the_demuxer(data: bytes) -> None:
    check(data)


def test_a_box_of_64_bit_size_is_followed() -> None:
    wide = struct.pack(">I", 1) + b"mdat" + struct.pack(">Q", 16 + 4) + bytes(4)

    with pytest.raises(SourceRefused):
        check(wide + movie(table(b"stco", 100, b"")))
