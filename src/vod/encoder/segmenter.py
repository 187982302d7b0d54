"""Cutting a track's fragmented MP4 stream into its init segment and segments while FFmpeg still writes it."""

from collections.abc import Iterator
from dataclasses import dataclass

from vod.media import isobmff
from vod.media.isobmff import Fragment


@dataclass(frozen=True, slots=True)
class Segment:
    """A finished piece of a track; `fragments` is empty for the init segment."""

    data: bytes
    fragments: tuple[Fragment, ...]

    @property
    def is_init(self) -> bool:
        """True for the init segment."""
        return not self.fragments


class Segmenter:
    """Feed it bytes as they come: it gives the init segment, then segments of `fragments_per_segment` fragments."""

    def __init__(self, fragments_per_segment: int) -> None:
        self._per_segment = fragments_per_segment
        self._pending = bytearray()
        self._init = bytearray()
        self._body = bytearray()
        self._fragments: list[Fragment] = []
        self._init_given = False

    def feed(self, data: bytes) -> Iterator[Segment]:
        """What became complete with these bytes, in order."""
        self._pending += data
        while (found := isobmff.header(self._pending, 0)) and len(self._pending) >= found[2] >= found[1]:
            kind, skip, size = found
            box = bytes(self._pending[:size])
            del self._pending[:size]
            yield from self._take(kind, box, skip)

    def finish(self) -> Iterator[Segment]:
        """The last, shorter segment, if any; ValueError when the stream broke off inside a box."""
        if self._pending:
            raise ValueError(f"{len(self._pending)} bytes of an unfinished box at the end of the stream")
        if self._fragments:
            yield self._cut()

    def _take(self, kind: bytes, box: bytes, skip: int) -> Iterator[Segment]:
        if kind in (b"ftyp", b"moov"):
            self._init += box
        elif kind == b"moof":
            yield from self._begin_fragment(box, skip)
        elif kind == b"mdat":
            self._body += box

    def _begin_fragment(self, box: bytes, skip: int) -> Iterator[Segment]:
        if not self._init_given:
            self._init_given = True
            yield Segment(bytes(self._init), ())
        if len(self._fragments) == self._per_segment:
            yield self._cut()
        self._fragments.append(isobmff.parse_fragment(memoryview(box)[skip:]))
        self._body += box

    def _cut(self) -> Segment:
        segment = Segment(bytes(self._body), tuple(self._fragments))
        self._body.clear()
        self._fragments.clear()
        return segment
