"""Runs: cancelling the one that encodes a video, and trying again with a new one from the same source."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from vod import clock, keys
from vod.access.caller import Caller
from vod.errors import Conflict
from vod.frozen import Document
from vod.ports.buckets import Sources
from vod.ports.services import Executions, Videos
from vod.record import changes, remakes, view
from vod.record.status import Status
from vod.record.video import Remake, Video
from vod.steps.amend import amend
from vod.steps.start import Starting

_RETRIED = (Status.FAILED, Status.CANCELLED)


@dataclass(frozen=True, slots=True)
class Runs:
    """Everything the step needs."""

    videos: Videos
    sources: Sources
    executions: Executions
    starting: Starting
    now: Callable[[], datetime] = clock.now

    def cancel(self, caller: Caller, video_id: str) -> Document:
        """Stop encoding and keep the source; safe to repeat, also after a crash half-way."""
        video = caller.allowed(self.videos.get(video_id))
        if video.remade_now:
            return self._keep(video, video.remade_now)
        if video.run is None:
            raise Conflict("wrong_status", f"Nothing is being encoded: the video is {video.status}.")
        video = amend(self.videos, video, self._cancelled)
        self.executions.stop(keys.execution_name(video.id, video.run or ""))
        return view.video(video, progress=0, playback=None)

    def _cancelled(self, video: Video) -> Video:
        if video.status is Status.CANCELLED:
            return video
        return changes.moved(video, Status.CANCELLED, clock.stamp(self.now()))

    def _keep(self, video: Video, remake: Remake) -> Document:
        """Make a rendition anew no longer, also when it is postponed to a later run meanwhile; what there is stays."""
        runs = {remake.run}

        def change(fresh: Video) -> Video:
            now = fresh.remade_now
            if not now or (now.rendition, now.queued_at) != (remake.rendition, remake.queued_at):
                return fresh
            if now.is_publishing:
                raise Conflict("busy", f"Rendition {remake.rendition} is being published. Wait a moment.")
            runs.add(now.run)
            return remakes.not_remade(fresh, None, clock.stamp(self.now()))

        video = amend(self.videos, video, change)
        for run in runs:
            self.executions.stop(keys.execution_name(video.id, run))
        return view.video(video, progress=100, playback=None)

    def remake(self, caller: Caller, video_id: str, rendition: str) -> Document:
        """Encode one rendition of a ready video again, beside the others; a repeat starts nothing twice."""
        video = caller.allowed(self.videos.get(video_id))
        self._check_source(video)

        def change(fresh: Video) -> Video:
            again = remakes.remaking(fresh, rendition, clock.stamp(self.now()))
            return _approved(again, again.remake.run) if caller.is_admin and again.remake else again

        video = amend(self.videos, video, change)
        self.starting.start(remakes.as_remade(video))
        return view.video(video, progress=100, playback=None)

    def retry(self, caller: Caller, video_id: str) -> Document:
        """Queue a failed or cancelled video in a new run; a repeat finds it queued and starts nothing twice.

        The run that an admin asks for is approved: the limits of its owner do not hold it up.
        """
        video = caller.allowed(self.videos.get(video_id))
        if video.status in _RETRIED:
            self._check_source(video)

        def change(fresh: Video) -> Video:
            again = self._requeued(fresh)
            return _approved(again, again.run) if caller.is_admin else again

        video = amend(self.videos, video, change)
        if not self.starting.start(video):
            video = self.videos.get(video_id) or video  # says what it waits for
        return view.video(video, progress=0, playback=None)

    def _requeued(self, video: Video) -> Video:
        if video.status is Status.QUEUED:
            return video
        if video.run is None or video.status not in _RETRIED:
            raise Conflict(
                "wrong_status", f"Only a failed or cancelled video can be encoded again; this one is {video.status}."
            )
        # The same for two callers at once: the second finds the run of the first.
        return changes.requeued(video, keys.next_run_id(video.run), clock.stamp(self.now()))

    def _check_source(self, video: Video) -> None:
        if self.sources.stored_size(video.source.key, video.source.version) is None:
            raise Conflict("source_missing", "The source no longer exists. Upload the video again.")


def _approved(video: Video, run: str | None) -> Video:
    return replace(video, approved_run=run)
