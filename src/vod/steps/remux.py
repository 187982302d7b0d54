"""Remux: the file of a download is put together from the stored segments, in parts; nothing is encoded.

Who dies, or runs out of time, leaves parts behind; the next one makes the others.
"""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

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


class _Overtaken(Exception):
    """Somebody else has changed the download's record."""


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
        """Make the file of a download, or go on with it; what became of it. Safe to repeat, also at the same time: who
        finds the record changed by somebody else leaves the work to them."""
        asked = self.downloads.get(video_id, name)
        if asked is None or asked.state != "preparing" or not self._is_wanted(asked):
            return "unwanted"
        try:
            made = self._layout(asked)
            return self._stored(asked, made, seconds_left) if made else self._ended(asked, "failed")
        except _Overtaken:
            logger.info("somebody else makes the file")
            return "unwanted"

    def _layout(self, asked: Download) -> Layout | None:
        try:
            return progressive.layout([self._track(asked, track) for track in asked.tracks], self._title(asked))
        except (KeyError, ValueError, IndexError, OverflowError):
            logger.exception("the segments cannot be read")
            return None

    def _stored(self, asked: Download, made: Layout, seconds_left: Callable[[], float]) -> str:
        asked, arrived = self._begun(asked, made)
        step = max(self.part_bytes, -(-made.size // _MOST_PARTS))
        count = -(-made.size // step)
        upload = str(asked.upload_id)

        def missing() -> Iterator[int]:
            for number in sorted({*range(1, count + 1)} - arrived.keys()):
                if seconds_left() < RESERVE_SECONDS:
                    return
                yield number

        def stored(number: int) -> Part:
            data = made.part((number - 1) * step, min(number * step, made.size), self._read)
            return self.files.put_part(asked.key, upload, number, data)

        try:
            for part in in_order(stored, missing(), _PARTS_AT_A_TIME):
                arrived[part.number] = part
                asked = self._noted(asked, done=sum(each.size for each in arrived.values()), tries=0)
            if len(arrived) < count:
                return self._handed_on(asked)
            if not self._is_wanted(asked):  # deleted, or encoded again, meanwhile
                self.files.abort_parts(asked.key, upload)
                return "unwanted"
            self.files.complete_parts(asked.key, upload, [arrived[number] for number in sorted(arrived)])
        except NotFound:  # the upload is gone: joined by who was taken for dead, or given up
            if not self.files.stored_size(asked.key):
                return self._handed_on(self._noted(asked, upload_id=None, done=0))
        return self._ended(asked, "ready", done=made.size)

    def _begun(self, asked: Download, made: Layout) -> tuple[Download, dict[int, Part]]:
        """The download with an upload of its own, and the parts of it that are there."""
        if asked.upload_id:
            try:
                return asked, {part.number: part for part in self.files.parts(asked.key, asked.upload_id)}
            except NotFound:
                if self.files.stored_size(asked.key):
                    return asked, {}
        kind, told = download.content_type(asked.filename), download.disposition(asked.filename)
        begun = self.files.begin_parts(asked.key, kind, told)
        try:
            return self._noted(asked, upload_id=begun, size=made.size, done=0), {}
        except _Overtaken:
            self.files.abort_parts(asked.key, begun)
            raise

    def _handed_on(self, asked: Download) -> str:
        """Somebody else goes on, unless so many before have brought nothing."""
        if asked.tries >= download.MOST_TRIES:
            return self._ended(asked, "failed")
        self._noted(asked, tries=asked.tries + 1)
        self.background.remux(asked.video_id, asked.name)
        return "goes on"

    def _ended(self, asked: Download, state: str, **changes: int) -> str:
        self._noted(asked, state=state, **changes)
        return state

    def _noted(self, asked: Download, **changes: Any) -> Download:
        changed = replace(asked, touched_at=round(self.now().timestamp()), **changes)
        if not self.downloads.put(changed, asked):
            raise _Overtaken
        return changed

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
