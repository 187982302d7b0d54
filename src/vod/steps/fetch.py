"""Fetch: the file of an import comes from its address into the source bucket, in parts; S3's event does the rest.

Who dies, or runs out of time, leaves parts behind; the next one goes on after them where the server can.
"""

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from math import ceil

from vod import clock
from vod.errors import Conflict, DailyLimitReached, NotFound, TooLarge, Unfetchable
from vod.ports.buckets import Part, Sources
from vod.ports.services import Background, Events, Ledger, Videos
from vod.ports.web import Download, Web
from vod.record import changes
from vod.record.status import Status
from vod.record.video import Failure, Imported, Upload, Video
from vod.steps import parts
from vod.steps.amend import amend
from vod.steps.upload_limits import UploadLimits, count

logger = logging.getLogger(__name__)
TRIES, MOST_RESTARTS = 6, 5
_LONGEST_PAUSE = 30.0
RESERVE_SECONDS = 90.0
"""Before a function's time is over, another one is called to go on; a part takes less."""
_LEAST_PART = 5 * parts.MIB
"""S3's own least, of all parts but the last."""
_MOST_PARTS, _LARGEST_PART = 9_000, 256 * parts.MIB
_PATIENCE_SECONDS, _SLOWEST = 120.0, 32 * 1024
"""A server may be slow for so long; then it sends at least so many bytes a second."""
_UNKNOWN_PART = 32 * parts.MIB
"""Bytes of a part where nobody says how large the file is: with 10,000 of them, up to 312 GiB."""


@dataclass(frozen=True, slots=True)
class Fetching:
    """Everything the step needs; an import that makes no progress is waited for as long as an upload."""

    videos: Videos
    sources: Sources
    web: Web
    background: Background
    events: Events
    ledger: Ledger
    limits: UploadLimits
    now: Callable[[], datetime] = clock.now
    pause: Callable[[float], None] = time.sleep

    def fetch(self, video_id: str, seconds_left: Callable[[], float]) -> str:
        """Fetch the file, or go on with it; what became of it. Safe to repeat, also at the same time.

        So many tries in a row that bring nothing end it.
        """
        breaks, before = 0, -1
        while True:
            video = self.videos.get(video_id)
            if video is None or video.status is not Status.AWAITING_UPLOAD or video.imported is None:
                return "unwanted"
            try:
                return self._go_on(video, video.imported, seconds_left)
            except (Unfetchable, TooLarge, DailyLimitReached) as refused:
                return self._failed(video, Failure(refused.code, refused.message))
            except (NotFound, Conflict) as late:  # somebody else has joined the parts, or given them up
                logger.info("the import goes on elsewhere: %s", late.code)
                return "unwanted"
            except OSError as broken:
                logger.info("the import broke off: %s", broken)
                breaks = breaks + 1 if video.imported.received <= before else 1
                before = max(before, video.imported.received)
                if breaks == TRIES:
                    return self._failed(video, _interrupted(str(broken)))
                self.pause(min(_LONGEST_PAUSE, 2.0**breaks, max(0.0, seconds_left() - RESERVE_SECONDS)))

    def _go_on(self, video: Video, imported: Imported, seconds_left: Callable[[], float]) -> str:
        # What nobody can tell from another file cannot be gone on with.
        arrived = self._arrived(video) if imported.tag else ()
        first = sum(part.size for part in arrived)
        if first and first == imported.total:
            return self._joined(video, arrived)
        with self.web.open(imported.url, first, imported.tag) as download:
            self._check(download.total or 0, download.content_type)
            is_same = (download.first, download.tag, download.total) == (first, imported.tag, imported.total)
            if not arrived or not is_same:
                video, arrived = self._anew(video, download), ()
                if download.first:
                    raise OSError("the server began elsewhere than asked")
            try:
                for piece in _cut(download, _of(video)[1], seconds_left):
                    stored = self.sources.put_part(video.source.key, _of(video)[0], len(arrived) + 1, piece)
                    arrived = (*arrived, stored)
                    received = sum(part.size for part in arrived)
                    self._check(received, "")
                    video = self._noted(video, received)
            except _TimeIsOver:
                self.background.fetch(video.id)
                return "goes on"
        received = sum(part.size for part in arrived)
        if download.total not in (None, received):
            raise OSError(f"{received} of {download.total} bytes came")
        if received == 0:
            raise Unfetchable("empty", "The file at the address is empty.")
        return self._joined(video, arrived)

    def _joined(self, video: Video, arrived: tuple[Part, ...]) -> str:
        received = sum(part.size for part in arrived)
        self._count(video, received)
        amend(self.videos, video, lambda fresh: replace(fresh, size=received))
        self.sources.complete_parts(video.source.key, _of(video)[0], arrived)
        return "arrived"

    def _count(self, video: Video, size: int) -> int:
        """Count what is more than was counted for the owner's day; how much is counted now."""
        known = _imported(video).counted
        if size > known:
            count(self.ledger, video.owner, size - known, self.limits, self.now())
        return max(size, known)

    def _arrived(self, video: Video) -> tuple[Part, ...]:
        """The parts that a try before this stored, as far as they follow each other; S3 takes a small one at the end
        only, and where that is, is not known yet."""
        if not video.upload or not video.upload.multipart_id:
            return ()
        known = {part.number: part for part in self.sources.parts(video.source.key, video.upload.multipart_id)}
        found: list[Part] = []
        while (part := known.get(len(found) + 1)) and part.size >= _LEAST_PART:
            found.append(part)
        return tuple(found)

    def _check(self, size: int, content_type: str) -> None:
        if size > self.limits.max_bytes:
            limit = self.limits.max_bytes // parts.MIB
            raise TooLarge("too_large", f"A video can have at most {limit} MiB. Import a smaller file.")
        if content_type.split(";")[0].strip().lower() in ("text/html", "application/xhtml+xml"):
            raise Unfetchable("import_refused", "The address shows a page, not a file. Name the file itself.")

    def _anew(self, video: Video, download: Download) -> Video:
        """The video with a multipart upload of its own; what came before is forgotten."""
        counted, restarts = self._count(video, download.total or 0), _imported(video).restarts
        if video.upload and video.upload.multipart_id:
            restarts += 1
            if restarts > MOST_RESTARTS:
                told = "Its server cannot go on after a break (ranges, and an ETag or Last-Modified), and it breaks off"
                raise Unfetchable("import_failed", f"The file began anew too often. {told}. Use another server.")
            self.sources.abort_parts(video.source.key, video.upload.multipart_id)
        begun = Upload(self.sources.begin_parts(video.source.key, None), _part_size(download.total))

        def anew(fresh: Video) -> Video:
            imported = Imported(_imported(fresh).url, 0, download.total, download.tag, counted, restarts)
            return replace(fresh, upload=begun, imported=imported)

        return self._amended(video, anew)

    def _noted(self, video: Video, received: int) -> Video:
        def noted(fresh: Video) -> Video:
            if fresh.upload != video.upload:  # somebody else began anew
                raise NotFound("upload")
            return replace(fresh, imported=replace(_imported(fresh), received=received))

        return self._amended(video, noted)

    def _amended(self, video: Video, change: Callable[[Video], Video]) -> Video:
        """Who makes progress gets the whole time again; what was cancelled or deleted meanwhile is left alone."""
        moment = self.now()

        def changed(fresh: Video) -> Video:
            if fresh.status is not Status.AWAITING_UPLOAD or fresh.imported is None:
                raise NotFound
            until = int((moment + self.limits.expiry).timestamp())
            return replace(change(fresh), updated_at=clock.stamp(moment), awaited_until=until)

        return amend(self.videos, video, changed)

    def _failed(self, video: Video, failure: Failure) -> str:
        ended = amend(self.videos, video, lambda fresh: changes.failed(fresh, failure, clock.stamp(self.now())))
        if ended.upload and ended.upload.multipart_id:
            self.sources.abort_parts(ended.source.key, ended.upload.multipart_id)
        told = {"id": f"{video.id}-import", "videoId": video.id, "owner": video.owner, "run": None}
        self.events.publish("VideoFailed", {**told, "error": {"code": failure.code, "message": failure.message}})
        return "failed"


def _imported(video: Video) -> Imported:
    assert video.imported
    return video.imported


def _interrupted(why: str) -> Failure:
    return Failure(
        "import_failed", f"The file could not be fetched ({why}). Check that its server works, then import it again."
    )


def _part_size(total: int | None) -> int:
    """Bytes of a part; TooLarge for a file whose parts would not fit this function's memory."""
    if total is None:
        return _UNKNOWN_PART
    size = max(parts.part_size(min(total, _UNKNOWN_PART)), ceil(total / _MOST_PARTS / parts.MIB) * parts.MIB)
    if size > _LARGEST_PART:
        raise TooLarge("too_large", f"A file of {total} bytes cannot be imported. Upload it instead.")
    return size


def _of(video: Video) -> tuple[str, int]:
    """The multipart upload of an import that has begun, and bytes in a part."""
    assert video.upload and video.upload.multipart_id and video.upload.part_size
    return video.upload.multipart_id, video.upload.part_size


class _TimeIsOver(Exception):
    """Another call goes on."""


def _cut(download: Download, size: int, seconds_left: Callable[[], float]) -> Iterator[bytes]:
    """The bytes in parts of one size; the last is what is left. _TimeIsOver behind a part that may be smaller,
    Unfetchable where less comes than anybody should wait for."""
    kept, came, begun = bytearray(), 0, seconds_left()
    for piece in download.pieces:
        kept += piece
        came += len(piece)
        while len(kept) >= size:
            yield bytes(memoryview(kept)[:size])
            kept = kept[size:]
        left = seconds_left()
        if len(kept) >= _LEAST_PART and left < RESERVE_SECONDS:
            yield bytes(kept)
            raise _TimeIsOver
        if begun - left > _PATIENCE_SECONDS and came < (begun - left) * _SLOWEST:
            raise Unfetchable("import_failed", "The server sends too slowly. Use another server.")
    if kept:
        yield bytes(kept)
