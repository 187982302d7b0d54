"""Remux: the file of a download is put together from the stored segments, in parts; nothing is encoded.

Who dies, or runs out of time, leaves parts behind; the next one makes the others.
"""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from vod import clock, keys
from vod.errors import NotFound
from vod.media import language, progressive
from vod.media.progressive import Extent, Layout, Track
from vod.parallel import in_order
from vod.ports.buckets import Output, Part, Sources
from vod.ports.downloads import Downloads, RemuxInBackground
from vod.ports.services import Videos
from vod.record import download
from vod.record.download import Download
from vod.record.status import Status
from vod.steps.parts import MIB

logger = logging.getLogger(__name__)
RESERVE_SECONDS = 90.0
"""Before a function's time is over, another one is called to go on; a part takes less."""
_PART, _MOST_PARTS = 16 * MIB, 9_000
_PARTS_AT_A_TIME = 4


@dataclass(frozen=True, slots=True)
class Remuxing:
    """Everything the step needs; `files` is the output bucket, as what large objects are put into."""

    videos: Videos
    downloads: Downloads
    output: Output
    files: Sources
    background: RemuxInBackground
    now: Callable[[], datetime] = clock.now
    part_bytes: int = _PART

    def remux(self, video_id: str, name: str, seconds_left: Callable[[], float]) -> str:
        """Make the file of a download, or go on with it; what became of it. Safe to repeat, also at the same time."""
        asked = self.downloads.get(video_id, name)
        if asked is None or asked.state != "preparing" or not self._is_wanted(asked):
            return "unwanted"
        try:
            made = progressive.layout([self._track(asked, track) for track in asked.tracks], self._title(asked))
        except (KeyError, ValueError):
            logger.exception("the segments cannot be read")
            self.downloads.put(replace(asked, state="failed", touched_at=self._now()))
            return "failed"
        try:
            return self._stored(asked, made, seconds_left)
        except NotFound:  # somebody else has joined the parts, or given them up
            return self._finished_elsewhere(video_id, name)

    def _stored(self, asked: Download, made: Layout, seconds_left: Callable[[], float]) -> str:
        if asked.upload_id is None:
            kind, told = download.content_type(asked.filename), download.disposition(asked.filename)
            asked = replace(asked, upload_id=self.files.begin_parts(asked.key, kind, told), size=made.size)
            self._note(asked, 0)
        arrived = {part.number: part for part in self.files.parts(asked.key, str(asked.upload_id))}
        step = max(self.part_bytes, -(-made.size // _MOST_PARTS))
        count = -(-made.size // step)

        def missing() -> Iterator[int]:
            for number in sorted({*range(1, count + 1)} - arrived.keys()):
                if seconds_left() < RESERVE_SECONDS:
                    return
                yield number

        def stored(number: int) -> Part:
            data = made.part((number - 1) * step, min(number * step, made.size), self._read)
            return self.files.put_part(asked.key, str(asked.upload_id), number, data)

        for part in in_order(stored, missing(), _PARTS_AT_A_TIME):
            arrived[part.number] = part
            self._note(asked, sum(each.size for each in arrived.values()))
        if len(arrived) < count:
            self.background.remux(asked.video_id, asked.name)
            return "goes on"
        if not self._is_wanted(asked):  # deleted, or encoded again, meanwhile
            self.files.abort_parts(asked.key, str(asked.upload_id))
            return "unwanted"
        self.files.complete_parts(asked.key, str(asked.upload_id), [arrived[number] for number in sorted(arrived)])
        self.downloads.put(replace(asked, state="ready", done=made.size, size=made.size, touched_at=self._now()))
        return "ready"

    def _finished_elsewhere(self, video_id: str, name: str) -> str:
        asked = self.downloads.get(video_id, name)
        if asked is None:
            return "unwanted"
        if size := self.files.stored_size(asked.key):
            self.downloads.put(replace(asked, state="ready", done=size, size=size, touched_at=self._now()))
            return "ready"
        self._note(replace(asked, upload_id=None), 0)
        self.background.remux(video_id, name)
        return "begins anew"

    def _note(self, asked: Download, done: int) -> None:
        self.downloads.put(replace(asked, done=done, touched_at=self._now()))

    def _is_wanted(self, asked: Download) -> bool:
        video = self.videos.get(asked.video_id)
        return video is not None and video.status is Status.READY and video.run == asked.run

    def _title(self, asked: Download) -> str:
        video = self.videos.get(asked.video_id)
        return video.title if video else ""

    def _track(self, asked: Download, name: str) -> Track:
        """The index of a stored track; KeyError or ValueError when it is not whole."""
        run = keys.run_prefix(asked.video_id, asked.run)
        track = Track(self.output.get(run + keys.init_name(name)), language.three_letters(asked.language))
        sizes = {key: size for key, size in self.output.sizes(f"{run}{name}/").items() if key.endswith(".m4s")}
        segments = [run + keys.segment_name(name, number) for number in range(len(sizes))]

        def found(key: str) -> tuple[tuple[int, bytes], ...]:
            return progressive.fragments(sizes[key], lambda first, end: self.output.read(key, first, end))

        for key, fragments in zip(segments, in_order(found, segments), strict=True):
            progressive.add(track, key, fragments)
        return track

    def _read(self, extent: Extent) -> bytes:
        return self.output.read(extent.key, extent.first, extent.first + extent.size)

    def _now(self) -> int:
        return round(self.now().timestamp())
