"""Sweep: what lies in the buckets against the records, a piece of each bucket at a time.

Only what is known to be deleted or replaced is removed. What was put under ingest/ and no record knows becomes a video;
uploads and output that no record knows are counted and kept.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from vod import clock, keys
from vod.ports.buckets import Output, Sources, StoredSource
from vod.ports.services import Marks, Receipts, Videos
from vod.record.status import Status
from vod.record.video import Video
from vod.steps.amend import amend
from vod.steps.delete import Deletion
from vod.steps.dispatch import Arrival, Dispatch

_SOURCES, _VIDEOS, _JOBS, _DOWNLOADS = "sources", "videos/", "jobs/", "downloads/"
WATCHED = timedelta(hours=24)
"""How long somebody may still watch what the manifests named: longer than an address is signed for."""


@dataclass(frozen=True, slots=True)
class Sweeping:
    """Everything the step needs; `bucket` holds the sources."""

    videos: Videos
    sources: Sources
    output: Output
    receipts: Receipts
    marks: Marks
    dispatch: Dispatch
    deletion: Deletion
    bucket: str

    def sweep(self, before: datetime, note: Callable[[str], None]) -> None:
        """Look at the next piece of each bucket, at what nobody touched since `before`; `note` hears of each repair."""
        self._sources(before, note)
        for prefix in (_VIDEOS, _JOBS, _DOWNLOADS):
            self._folders(prefix, before, note)

    def _sources(self, before: datetime, note: Callable[[str], None]) -> None:
        found = self.sources.stored_after(self.marks.get(_SOURCES))
        for source in found:
            if source.since < before:
                self._source(source, note)
        self.marks.put(_SOURCES, found[-1].key if found else "")

    def _source(self, source: StoredSource, note: Callable[[str], None]) -> None:
        video_id = keys.uploaded_video_id(source.key) or keys.ingest_video_id(source.key, source.version)
        if self.videos.get(video_id):
            return
        if self.receipts.get(video_id):
            self.sources.delete_versions(source.key, source.version)
            note("late_source_removed")
        elif self.dispatch.adopt(Arrival(self.bucket, source.key, source.version, source.size)):
            note("source_adopted")
        elif keys.uploaded_video_id(source.key):
            note("unknown_source")

    def _folders(self, prefix: str, before: datetime, note: Callable[[str], None]) -> None:
        found = self.output.folders(prefix, self.marks.get(prefix))
        for folder in found:
            self._folder(prefix, folder, before, note)
        self.marks.put(prefix, found[-1] if found else "")

    def _folder(self, prefix: str, folder: str, before: datetime, note: Callable[[str], None]) -> None:
        video_id = folder.removeprefix(prefix).rstrip("/")
        video = self.videos.get(video_id)
        if video:
            if video.updated_at < clock.stamp(before) and prefix == _VIDEOS:
                self._old_runs(video, note)
                self._replaced(video, before, note)
        elif self.receipts.get(video_id):
            self.deletion.empty(video_id)
            note("late_output_removed")
        else:
            note("unknown_output")

    def _old_runs(self, video: Video, note: Callable[[str], None]) -> None:
        """What earlier runs of a ready video made: nothing points to it any more.

        Before that it stays: where the record was lost and the source is encoded anew, it may be all there is to watch.
        """
        if video.status is not Status.READY:
            return
        current = keys.run_prefix(video.id, video.run or "")
        for folder in self.output.folders(keys.video_prefix(video.id)):
            if folder != current:
                self.output.delete_all(folder)
                note("old_run_removed")

    def _replaced(self, video: Video, before: datetime, note: Callable[[str], None]) -> None:
        """Tracks of renditions that were made anew, once nobody can be watching them any more."""
        gone = {each for each in video.replaced if each.since and clock.parse(each.since) < before - WATCHED}
        if not gone:
            return
        for each in gone:
            self.output.delete_all(f"{keys.run_prefix(video.id, video.run or '')}{each.track}/")
            note("old_track_removed")
        amend(
            self.videos,
            video,
            lambda fresh: replace(fresh, replaced=tuple(each for each in fresh.replaced if each not in gone)),
        )


def is_repair(kind: str) -> bool:
    """Whether what was noted is mended; else somebody has to look at it."""
    return kind not in ("unknown_source", "unknown_output")
