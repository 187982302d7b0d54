"""MP4 (ISO/IEC 14496-12): boxes read and written, init segments, fragments, RFC 6381 codec strings."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

UNITY = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
"""The matrix of a picture that is shown as it is (6.2.2)."""
_CONTAINERS = {b"moov", b"trak", b"mdia", b"minf", b"stbl", b"moof", b"traf"}


@dataclass(frozen=True, slots=True)
class Box:
    """One box: its type and its payload (bytes after the header)."""

    type: bytes
    payload: memoryview


@dataclass(frozen=True, slots=True)
class Fragment:
    """One moof: its first decode time, sample count and length, and how much later than decoded its first sample is
    shown; times in ticks of the track. `first_end` is how many bytes behind the moof's begin its first sample ends, 0
    when the moof does not say so."""

    start: int
    samples: int
    ticks: int
    offset: int = 0
    first_end: int = 0


@dataclass(frozen=True, slots=True)
class Init:
    """What an init segment says: ticks per second, the RFC 6381 codec string, and at which tick presentation begins
    (edit list), None when it is delayed or made of pieces."""

    timescale: int
    codec: str
    edit: int | None = 0


@dataclass(frozen=True, slots=True)
class _Defaults:
    """What a tfhd says of all samples: length (ticks) and size (bytes), 0 when it does not, and where offsets begin."""

    duration: int
    size: int
    counts_from_moof: bool


def boxed(kind: bytes, *content: bytes) -> bytes:
    """A box."""
    body = b"".join(content)
    return struct.pack(">I4s", len(body) + 8, kind) + body


def full_boxed(kind: bytes, version_and_flags: int, *content: bytes) -> bytes:
    """A box with a version (the first of four bytes) and flags (4.2)."""
    return boxed(kind, struct.pack(">I", version_and_flags), *content)


def header(data: bytes | bytearray | memoryview, at: int) -> tuple[bytes, int, int] | None:
    """Type, header size and total size (bytes) of the box at `at`; None when its header is not complete yet."""
    if len(data) - at < 8:
        return None
    size, kind = struct.unpack_from(">I4s", data, at)
    if size != 1:
        return kind, 8, size
    if len(data) - at < 16:
        return None
    return kind, 16, struct.unpack_from(">Q", data, at + 8)[0]


def boxes(data: memoryview) -> Iterator[Box]:
    """The boxes that follow one another in `data`."""
    at = 0
    while (found := header(data, at)) and found[2] >= found[1]:
        kind, skip, size = found
        yield Box(kind, data[at + skip : at + size])
        at += size


@dataclass(frozen=True, slots=True)
class Placed:
    """A box of a file: its type, where it starts, and where its payload begins and ends (bytes); open: to the end."""

    type: bytes
    start: int
    begin: int
    end: int
    is_open: bool


def placed(source: BinaryIO, at: int, end: int) -> Iterator[Placed]:
    """The boxes in bytes [at, end) of a file; one of length 0, or that claims more, ends with the range."""
    while at + 8 <= end:
        source.seek(at)
        found = header(source.read(16), 0)
        if found is None:
            return
        kind, skip, size = found
        following = end if size == 0 else at + size
        if following < at + skip:
            return
        yield Placed(kind, at, at + skip, min(following, end), is_open=size == 0)
        at = following


def descend(data: memoryview, *path: bytes) -> memoryview:
    """The payload of the first box at `path`; KeyError when there is none."""
    for box in boxes(data):
        if box.type == path[0]:
            return box.payload if len(path) == 1 else descend(box.payload, *path[1:])
    raise KeyError(b"/".join(path).decode())


def parse_init(data: bytes) -> Init:
    """What an init segment with one track says."""
    track = descend(memoryview(data), b"moov", b"trak")
    media = descend(track, b"mdia")
    mdhd = descend(media, b"mdhd")
    timescale = struct.unpack_from(">I", mdhd, 20 if mdhd[0] == 1 else 12)[0]
    return Init(timescale, _codec(descend(media, b"minf", b"stbl", b"stsd")), _edit(track))


def _edit(track: memoryview) -> int | None:
    """The media time of the only edit; 0 without an edit list (14496-12, 8.6.6)."""
    try:
        elst = descend(track, b"edts", b"elst")
    except KeyError:
        return 0
    count, _, begin = struct.unpack_from(">IQq" if elst[0] == 1 else ">IIi", elst, 4)
    return int(begin) if count == 1 and begin >= 0 else None


def parse_fragment(moof: memoryview) -> Fragment:
    """First decode time, samples and length of a moof payload with one track run set (14496-12, 8.8.7-8.8.12)."""
    traf = descend(moof, b"traf")
    tfhd = _defaults(descend(traf, b"tfhd"))
    tfdt = descend(traf, b"tfdt")
    start = struct.unpack_from(">Q" if tfdt[0] == 1 else ">I", tfdt, 4)[0]
    truns = [box.payload for box in boxes(traf) if box.type == b"trun"]
    runs = [_run(trun, tfhd.duration) for trun in truns]
    offset, first_end = (_offset(truns[0]), _first_end(truns[0], tfhd)) if truns else (0, 0)
    return Fragment(start, sum(samples for samples, _ in runs), sum(ticks for _, ticks in runs), offset, first_end)


def _flags(payload: memoryview) -> int:
    return int.from_bytes(payload[1:4], "big")


def _defaults(tfhd: memoryview) -> _Defaults:
    flags = _flags(tfhd)
    at = 8 + (8 if flags & 0x1 else 0) + (4 if flags & 0x2 else 0)
    duration = int(struct.unpack_from(">I", tfhd, at)[0]) if flags & 0x8 else 0
    at += 4 if flags & 0x8 else 0
    size = int(struct.unpack_from(">I", tfhd, at)[0]) if flags & 0x10 else 0
    return _Defaults(duration, size, counts_from_moof=not flags & 0x1)


def _run(trun: memoryview, default_duration: int) -> tuple[int, int]:
    flags = _flags(trun)
    count = struct.unpack_from(">I", trun, 4)[0]
    if not flags & 0x100:
        return count, count * default_duration
    at = 8 + (4 if flags & 0x1 else 0) + (4 if flags & 0x4 else 0)
    step = 4 * sum(1 for bit in (0x100, 0x200, 0x400, 0x800) if flags & bit)
    return count, sum(struct.unpack_from(">I", trun, at + i * step)[0] for i in range(count))


def _offset(trun: memoryview) -> int:
    """The first sample's composition time offset."""
    flags = _flags(trun)
    if not flags & 0x800:
        return 0
    at = 8 + (4 if flags & 0x1 else 0) + (4 if flags & 0x4 else 0)
    at += 4 * sum(1 for bit in (0x100, 0x200, 0x400) if flags & bit)
    return int(struct.unpack_from(">i", trun, at)[0])


def _first_end(trun: memoryview, defaults: _Defaults) -> int:
    """Where the first sample ends: its offset, which counts from the moof's first byte, and its size."""
    flags = _flags(trun)
    if not (flags & 0x1 and defaults.counts_from_moof):
        return 0
    begin = struct.unpack_from(">i", trun, 8)[0]
    at = 12 + (4 if flags & 0x4 else 0) + (4 if flags & 0x100 else 0)
    size = struct.unpack_from(">I", trun, at)[0] if flags & 0x200 else defaults.size
    return int(begin + size) if begin > 0 and size else 0


def _codec(stsd: memoryview) -> str:
    """RFC 6381, and for AV1 its ISO media binding, section 5."""
    entry = next(boxes(stsd[8:]))
    if entry.type == b"avc1":
        avcc = descend(entry.payload[78:], b"avcC")
        return f"avc1.{bytes(avcc[1:4]).hex()}"
    if entry.type == b"hvc1":
        return _hevc_codec(bytes(descend(entry.payload[78:], b"hvcC")))
    if entry.type == b"av01":
        return _av1_codec(bytes(descend(entry.payload[78:], b"av1C")))
    if entry.type == b"mp4a":
        return "mp4a.40.2"  # the only sound codec written is AAC-LC (ISO/IEC 14496-3, object type 2)
    raise KeyError(f"no codec string for sample entry {entry.type!r}")


def _hevc_codec(hvcc: bytes) -> str:
    """ISO/IEC 14496-15, annex E.3: profile, compatibility bits in reverse order, tier and level, constraint bytes."""
    profile = hvcc[1] & 0x1F
    compatibility = int(f"{int.from_bytes(hvcc[2:6], 'big'):032b}"[::-1], 2)
    tier = "H" if hvcc[1] & 0x20 else "L"
    constraints = hvcc[6:12].rstrip(b"\x00")
    return ".".join(["hvc1", str(profile), f"{compatibility:X}", f"{tier}{hvcc[12]}", *(f"{b:X}" for b in constraints)])


def _av1_codec(av1c: bytes) -> str:
    profile, level = av1c[1] >> 5, av1c[1] & 0x1F
    tier = "H" if av1c[2] & 0x80 else "M"
    depth = (12 if av1c[2] & 0x20 else 10) if av1c[2] & 0x40 else 8
    return f"av01.{profile}.{level:02d}{tier}.{depth:02d}"
