"""One MP4 file with its index first, put together from the stored segments of a picture and a sound track.

Nothing is encoded or copied here. The index (ISO/IEC 14496-12) is made from what the fragments say of their samples;
the rest of the file is bytes of the segments, listed in order. So any part of the file can be made by itself.
"""

import struct
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, groupby

from vod.media import isobmff
from vod.media.isobmff import UNITY, boxed, boxes, descend, full_boxed

_LOOK_BYTES = 4096
"""A fragment's index of two seconds is smaller than this."""
_NON_SYNC = 0x10000
_LARGE = 2**32 - 2**26
"""From so many bytes on, offsets have 64 bits; the index itself is smaller than the difference."""

type Runs = array[int]
"""How many samples, and their value, one pair after the other: a film has millions of them."""


@dataclass(frozen=True, slots=True)
class Extent:
    """Bytes [first, first + size) of a stored object."""

    key: str
    first: int
    size: int


@dataclass(slots=True)
class Track:
    """What the file's index says of one track; `chunks` has the begin (ticks), samples and bytes of each fragment."""

    init: bytes
    language: str | None = None
    sizes: array[int] = field(default_factory=lambda: array("I"))
    ticks: Runs = field(default_factory=lambda: array("I"))
    offsets: Runs = field(default_factory=lambda: array("I"))
    keys: array[int] = field(default_factory=lambda: array("I"))
    chunks: list[tuple[int, int, Extent]] = field(default_factory=list)
    length: int = 0
    said: isobmff.Init = field(init=False)
    """What its init segment says."""
    defaults: tuple[int, int, int] = field(init=False)
    """Length, size and flags of samples of which no fragment says them (14496-12, 8.8.3)."""

    def __post_init__(self) -> None:
        """Read the init segment, once for all fragments."""
        self.said = isobmff.parse_init(self.init)
        trex = descend(memoryview(self.init), b"moov", b"mvex", b"trex")
        self.defaults = struct.unpack_from(">III", trex, 12)


@dataclass(frozen=True, slots=True)
class Layout:
    """A whole file: its first bytes, and where the others are stored."""

    head: bytes
    extents: tuple[Extent, ...]
    ends: tuple[int, ...]
    """Where each extent ends in the file."""

    @property
    def size(self) -> int:
        """Bytes of the file."""
        return self.ends[-1]

    def part(self, first: int, end: int, read: Callable[[Extent], bytes]) -> bytes:
        """Bytes [first, end) of the file; `read` answers those of an extent."""
        made = [self.head[first:end]]
        at = bisect_right(self.ends, first)
        while at < len(self.extents) and (begin := self.ends[at] - self.extents[at].size) < end:
            extent = self.extents[at]
            skipped, wanted = max(0, first - begin), min(end - begin, extent.size)
            made.append(read(Extent(extent.key, extent.first + skipped, wanted - skipped)))
            at += 1
        return b"".join(made)


def fragments(size: int, read: Callable[[int, int], bytes]) -> tuple[tuple[int, bytes], ...]:
    """Where each fragment of a segment begins, and its moof's payload; `read` answers bytes [first, end) of the `size`
    that the segment has, of which few are asked for. ValueError when it is no segment."""
    made: list[tuple[int, bytes]] = []
    at = begin = 0
    known = b""
    while at < size:
        found = isobmff.header(known, at - begin) if at < begin + len(known) else None
        if found is None:  # the header of what follows a fragment's index is there already
            begin, known = at, read(at, min(size, at + _LOOK_BYTES))
            found = isobmff.header(known, 0)
        if found is None or found[2] < found[1]:
            raise ValueError(f"a segment is broken at {at}")
        kind, skip, length = found
        if kind == b"moof":
            inside = at - begin
            whole = known[inside : inside + length] if inside + length <= len(known) else read(at, at + length)
            made.append((at, whole[skip:]))
        at += length
    return tuple(made)


def add(track: Track, key: str, found: Iterable[tuple[int, bytes]]) -> None:
    """Add a segment's fragments to its track. ValueError when they do not say where their samples are."""
    for at, moof in found:
        _add(track, key, at, memoryview(moof))


def _add(track: Track, key: str, moof_at: int, moof: memoryview) -> None:
    traf = descend(moof, b"traf")
    ticks, size, flags = _defaults(track.defaults, descend(traf, b"tfhd"))
    for trun in (box.payload for box in boxes(traf) if box.type == b"trun"):
        has = int.from_bytes(trun[1:4], "big")
        count, offset = struct.unpack_from(">Ii", trun, 4)
        if not has & 0x1:
            raise ValueError(f"{key} does not say where its samples are")
        first_flags = struct.unpack_from(">I", trun, 12)[0] if has & 0x4 else None
        columns = _columns(trun[16 if has & 0x4 else 12 :], has, count)
        sizes = columns.get(0x200) or array("I", [size]) * count
        begin = track.length
        _extend(track.ticks, columns.get(0x100), ticks, count)
        _extend(track.offsets, columns.get(0x800), 0, count)
        _note_keys(track, columns.get(0x400) or array("I", [flags]) * count, first_flags)
        track.sizes += sizes
        track.length += sum(columns[0x100]) if 0x100 in columns else ticks * count
        track.chunks.append((begin, count, Extent(key, moof_at + offset, sum(sizes))))


def _defaults(of_track: tuple[int, int, int], tfhd: memoryview) -> tuple[int, int, int]:
    """Length, size and flags of samples that do not say so themselves (14496-12, 8.8.7)."""
    values = list(of_track)
    has = int.from_bytes(tfhd[1:4], "big")
    at = 8 + (8 if has & 0x1 else 0) + (4 if has & 0x2 else 0)
    for place, bit in enumerate((0x8, 0x10, 0x20)):
        if has & bit:
            values[place] = struct.unpack_from(">I", tfhd, at)[0]
            at += 4
    return values[0], values[1], values[2]


def _columns(table: memoryview, has: int, count: int) -> dict[int, array[int]]:
    """The columns of a run's table by the bits that say they are there."""
    bits = [bit for bit in (0x100, 0x200, 0x400, 0x800) if has & bit]
    cells = array("I", table[: 4 * len(bits) * count].tobytes())
    cells.byteswap()
    return {bit: cells[at :: len(bits)] for at, bit in enumerate(bits)}


def _extend(runs: Runs, values: array[int] | None, default: int, count: int) -> None:
    grouped = ((sum(1 for _ in same), value) for value, same in groupby(values)) if values else [(count, default)]
    for many, value in grouped:
        if runs and runs[-1] == value:
            runs[-2] += many
        else:
            runs.extend((many, value))


def _note_keys(track: Track, flags: array[int], first_flags: int | None) -> None:
    before = len(track.sizes)
    for at, each in enumerate(flags):
        if not (first_flags if at == 0 and first_flags is not None else each) & _NON_SYNC:
            track.keys.append(before + at + 1)


def layout(tracks: Sequence[Track], title: str = "") -> Layout:
    """The file of these tracks, a picture first if there is one; `title` is what players show."""
    placed = sorted(
        (
            (begin / track.said.timescale, number, extent)
            for number, track in enumerate(tracks)
            for begin, _, extent in track.chunks
        ),
        key=lambda each: each[:2],
    )
    media = sum(extent.size for _, _, extent in placed)
    is_large = media >= _LARGE
    before = boxed(b"ftyp", _brand(tracks))
    mdat = struct.pack(">I4sQ", 1, b"mdat", media + 16) if is_large else struct.pack(">I4s", media + 8, b"mdat")
    size = len(before) + len(_moov(tracks, title, [[0] * len(track.chunks) for track in tracks], is_large)) + len(mdat)
    starts: list[list[int]] = [[] for _ in tracks]
    ends = list(accumulate((extent.size for _, _, extent in placed), initial=size))
    for (_, number, _), start in zip(placed, ends, strict=False):
        starts[number].append(start)
    head = before + _moov(tracks, title, starts, is_large) + mdat
    return Layout(head, tuple(extent for _, _, extent in placed), tuple(ends[1:]))


def _brand(tracks: Sequence[Track]) -> bytes:
    if all(_is_sound(track) for track in tracks):
        return b"M4A \x00\x00\x02\x00M4A mp42isom"
    return b"isom\x00\x00\x02\x00isomiso2mp41"


def _is_sound(track: Track) -> bool:
    hdlr = descend(memoryview(track.init), b"moov", b"trak", b"mdia", b"hdlr")
    return bytes(hdlr[8:12]) == b"soun"


def _moov(tracks: Sequence[Track], title: str, starts: Sequence[Sequence[int]], is_large: bool) -> bytes:
    scale = tracks[0].said.timescale
    shown = [_shown(track, scale) for track in tracks]
    mvhd = struct.pack(">QQIQ", 0, 0, scale, max(shown)) + struct.pack(">IHH8x", 0x10000, 0x100, 0)
    mvhd += UNITY + bytes(24) + struct.pack(">I", len(tracks) + 1)
    traks = (
        _trak(track, number, length, _tables(track, starts[number - 1], is_large))
        for number, (track, length) in enumerate(zip(tracks, shown, strict=True), 1)
    )
    return boxed(b"moov", full_boxed(b"mvhd", 1 << 24, mvhd), *traks, _titled(title) if title else b"")


def _shown(track: Track, scale: int) -> int:
    """How long a track is shown, in ticks of the file: from its first frame, or from where its edit list cuts what only
    its decoder needs."""
    said = track.said
    cut = (said.edit or 0) - _signed(track.offsets[1])
    return round((track.length - cut) * scale / said.timescale)


def _signed(cell: int) -> int:
    return cell - 2**32 if cell >= 2**31 else cell


def _trak(track: Track, number: int, length: int, tables: bytes) -> bytes:
    """A track; what is not said of samples is taken over from its init segment."""
    said = track.said
    trak = descend(memoryview(track.init), b"moov", b"trak")
    tkhd = descend(trak, b"tkhd")
    rest = bytes(tkhd[36 if tkhd[0] == 1 else 24 :])
    header = full_boxed(b"tkhd", 1 << 24 | 7, struct.pack(">QQI4xQ", 0, 0, number, length), rest)
    edits = boxed(b"edts", full_boxed(b"elst", 1 << 24, struct.pack(">IQqHH", 1, length, said.edit or 0, 1, 0)))
    mdhd = full_boxed(
        b"mdhd", 1 << 24, struct.pack(">QQIQH2x", 0, 0, said.timescale, track.length, _language(track.language))
    )
    media = descend(trak, b"mdia")
    minf = (boxed(box.type, bytes(box.payload)) for box in boxes(descend(media, b"minf")) if box.type != b"stbl")
    hdlr = boxed(b"hdlr", bytes(descend(media, b"hdlr")))
    return boxed(b"trak", header, edits, boxed(b"mdia", mdhd, hdlr, boxed(b"minf", *minf, tables)))


def _language(code: str | None) -> int:
    """ISO 639-2 letters as five bits each (14496-12, 8.4.2)."""
    letters = code if code and len(code) == 3 and code.isascii() and code.islower() else "und"
    first, second, third = (ord(letter) - 0x60 for letter in letters)
    return first << 10 | second << 5 | third


def _tables(track: Track, starts: Sequence[int], is_large: bool) -> bytes:
    """The sample tables (14496-12, 8.5 to 8.7)."""
    count = len(track.sizes)
    description = descend(memoryview(track.init), b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stsd")
    made = [boxed(b"stsd", bytes(description)), _counted(b"stts", 0, track.ticks)]
    if any(track.offsets[1::2]):
        made.append(_counted(b"ctts", 1, track.offsets))
    if len(track.keys) < count:
        made.append(_counted(b"stss", 0, track.keys, 1))
    made.append(_counted(b"stsc", 0, array("I", _samples_of_chunks(track)), 3))
    made.append(full_boxed(b"stsz", 0, struct.pack(">II", 0, count), _packed(track.sizes)))
    offsets = array("Q" if is_large else "I", starts)
    made.append(_counted(b"co64" if is_large else b"stco", 0, offsets, 1))
    return boxed(b"stbl", *made)


def _samples_of_chunks(track: Track) -> Iterator[int]:
    """(first chunk, samples in each, description) wherever the number of samples changes."""
    before = None
    for number, (_, samples, _) in enumerate(track.chunks, 1):
        if samples != before:
            yield from (number, samples, 1)
        before = samples


def _counted(kind: bytes, version: int, cells: array[int], columns: int = 2) -> bytes:
    return full_boxed(kind, version << 24, struct.pack(">I", len(cells) // columns), _packed(cells))


def _packed(cells: array[int]) -> bytes:
    swapped = array(cells.typecode, cells)
    swapped.byteswap()
    return swapped.tobytes()


def _titled(title: str) -> bytes:
    """The name of the film as QuickTime and iTunes have it, which all players read."""
    hdlr = full_boxed(b"hdlr", 0, struct.pack(">I4s12xB", 0, b"mdir", 0))
    data = boxed(b"data", struct.pack(">II", 1, 0), title.encode())
    return boxed(b"udta", full_boxed(b"meta", 0, hdlr, boxed(b"ilst", boxed(b"\xa9nam", data))))
