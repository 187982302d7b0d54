"""Where the integers stand on which a reader relies: sizes, types and counts of boxes, elements, chunks and packets."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

CONTAINERS = {
    *(b"moov", b"trak", b"edts", b"mdia", b"minf", b"dinf", b"stbl", b"mvex", b"moof", b"traf", b"mfra", b"udta"),
    *(b"meta", b"ilst", b"sinf", b"schi"),
}
MASTERS = {
    *(0x18538067, 0x114D9B74, 0x4DBB, 0x1549A966, 0x1654AE6B, 0xAE, 0xE0, 0xE1, 0x55B0, 0x1C53BB6B, 0xBB, 0xB7),
    *(0x1F43B675, 0xA0, 0x1A45DFA3, 0x1254C367, 0x7373),
}
"""Elements of Matroska that hold others (RFC 9559)."""
TABLE_BYTES = 96
"""How much of a box without others in it is taken for integers: its version, its counts, its first entries."""
PACKET = 188
MOST = 4000


@dataclass(frozen=True, slots=True)
class Place:
    """An integer of `width` bytes."""

    at: int
    width: int


Walk = Callable[[bytes, int, int], Iterator[Place]]


def places(data: bytes) -> list[Place]:
    """The integers of a file's structure; of an unknown one every fourth byte of its beginning."""
    found = [place for _, place in zip(range(MOST), _walk(data)(data, 0, len(data)), strict=False)]
    return found or [Place(at, 4) for at in range(0, min(len(data) - 4, 512), 4)]


def _walk(data: bytes) -> Walk:
    if data[4:8] in (b"ftyp", b"moov", b"mdat", b"free", b"wide", b"styp"):
        return _boxes
    if data[:4] == b"\x1aE\xdf\xa3":
        return _elements
    if data[:4] in (b"RIFF", b"FORM"):
        return _chunks
    return _packets if data[:1] == b"G" and data[PACKET : PACKET + 1] == b"G" else _nothing


def _nothing(_: bytes, __: int, ___: int) -> Iterator[Place]:
    yield from ()


def _boxes(data: bytes, at: int, end: int) -> Iterator[Place]:
    while at + 8 <= end:
        size, kind = int.from_bytes(data[at : at + 4]), data[at + 4 : at + 8]
        last = min(end, at + size) if size >= 8 else end
        yield from (Place(at, 4), Place(at + 4, 4))
        if kind in CONTAINERS:
            yield from _boxes(data, at + (12 if kind == b"meta" else 8), last)
        elif kind != b"mdat":
            yield from (Place(inner, 4) for inner in range(at + 8, min(last, at + 8 + TABLE_BYTES) - 3, 4))
        at = last


def _elements(data: bytes, at: int, end: int) -> Iterator[Place]:
    while at + 2 <= end:
        width = _vint_width(data[at])
        number, inside = int.from_bytes(data[at : at + width]), at + width
        if inside >= end:
            return
        size_width = _vint_width(data[inside])
        size = int.from_bytes(data[inside : inside + size_width]) - (1 << 7 * size_width)
        body = inside + size_width
        yield from (Place(at, width), Place(inside, size_width))
        last = min(end, body + max(0, size))
        if number in MASTERS or number == 0x1A45DFA3:
            yield from _elements(data, body, last)
        elif 0 < last - body <= 8:
            yield Place(body, last - body)
        at = max(last, body)


def _vint_width(first: int) -> int:
    return 9 - first.bit_length() if first else 8


def _chunks(data: bytes, at: int, end: int) -> Iterator[Place]:
    order = "little" if data[:4] == b"RIFF" else "big"
    while at + 8 <= end:
        size = int.from_bytes(data[at + 4 : at + 8], order)
        yield from (Place(at, 4), Place(at + 4, 4))
        inside = at + 12 if data[at : at + 4] in (b"RIFF", b"LIST", b"FORM") else at + 8
        if inside == at + 12:
            yield from _chunks_within(data, inside, min(end, at + 8 + size))
        at += 8 + size + size % 2


def _chunks_within(data: bytes, at: int, end: int) -> Iterator[Place]:
    order = "little" if data[:4] == b"RIFF" else "big"
    while at + 8 <= end:
        size = int.from_bytes(data[at + 4 : at + 8], order)
        yield from (Place(at, 4), Place(at + 4, 4))
        if data[at : at + 4] == b"LIST" and data[at + 8 : at + 12] != b"movi":
            yield from _chunks_within(data, at + 12, min(end, at + 8 + size))
        else:
            yield from (
                Place(inner, 4) for inner in range(at + 8, min(at + 8 + size, at + 8 + TABLE_BYTES, end - 3), 4)
            )
        at += 8 + size + size % 2


def _packets(data: bytes, at: int, end: int) -> Iterator[Place]:
    for packet in range(at, end - PACKET, PACKET):
        yield from (Place(packet + 1, 2), Place(packet + 3, 1), Place(packet + 4, 1), Place(packet + 5, 4))
        if packet < at + 4 * PACKET:  # the tables of programs
            yield from (Place(inner, 2) for inner in range(packet + 4, packet + 40))
