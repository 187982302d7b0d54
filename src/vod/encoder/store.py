"""Store: the tracks that come out of FFmpeg, cut into segments; each is stored, then noted."""

import hashlib
from contextlib import suppress
from typing import BinaryIO

from vod import keys
from vod.encoder.journal import Journal
from vod.encoder.report import SegmentReport, TrackReport
from vod.encoder.segmenter import Segment, Segmenter
from vod.errors import AlreadyStored
from vod.media import isobmff
from vod.plan.plan import Plan
from vod.ports.buckets import Made

_READ_BYTES = 1 << 18


class InitChanged(Exception):
    """A resumed run made another init segment than the one stored: its segments would not fit together."""


class Store:
    """Where one run of FFmpeg puts its tracks."""

    def __init__(self, output: Made, plan: Plan, journal: Journal, most: int | None = None) -> None:
        """Of each track `most` segments are stored, all where that is None."""
        self._output = output
        self._plan = plan
        self._most = most
        self._journal = journal
        self._pictures = {rendition.name for rendition in plan.renditions}
        self._segmenters: dict[str, Segmenter] = {}
        self._next: dict[str, int] = {}

    def begin(self) -> None:
        """Another run of FFmpeg begins: what the last one left unfinished is forgotten."""
        self._segmenters.clear()

    def take(self, name: str, pipe: BinaryIO, first_segment: int) -> None:
        """Read a track to its end, storing each segment as soon as it is whole; the first has this number."""
        segmenter = self._segmenters[name] = Segmenter(self._plan.gops_per_segment)
        self._next[name] = first_segment
        while data := pipe.read(_READ_BYTES):
            for segment in segmenter.feed(data):
                self._store(name, segment)

    def finish(self) -> None:
        """Only after FFmpeg ended well: the last segment of a killed one is too short."""
        for name, segmenter in self._segmenters.items():
            for segment in segmenter.finish():
                self._store(name, segment)
            self._journal.finished(name)

    def _store(self, name: str, segment: Segment) -> None:
        """Store a piece, then note it: what is noted is durable. Superseded when that is another encoder's now."""
        self._journal.check()
        if segment.is_init:
            self._store_init(name, segment.data)
            return
        number, first = self._next[name], segment.fragments[0]
        if self._most is not None and number >= self._most:
            return
        self._output.put(self._plan.prefix + keys.segment_name(name, number), segment.data)
        self._journal.stored_segment(
            name,
            SegmentReport(
                number=number,
                bytes=len(segment.data),
                frames=sum(fragment.samples for fragment in segment.fragments),
                start=first.start,
                ticks=sum(fragment.ticks for fragment in segment.fragments),
                offset=first.offset,
                key_bytes=first.first_end if name in self._pictures else 0,
            ),
        )
        self._next[name] = number + 1

    def _store_init(self, name: str, data: bytes) -> None:
        init = isobmff.parse_init(data)
        digest = hashlib.sha256(data).hexdigest()
        known = self._journal.track(name)
        if known and known.init_sha256 != digest:
            raise InitChanged(name)
        if known:
            return
        with suppress(AlreadyStored):  # chunks share it; that all of theirs are the same is verified before `ready`
            self._output.put(self._plan.prefix + keys.init_name(name), data)
        self._journal.stored_init(
            TrackReport(
                name=name,
                codec=init.codec,
                timescale=init.timescale,
                init_bytes=len(data),
                init_sha256=digest,
                edit=init.edit,
                segments=(),
            )
        )
