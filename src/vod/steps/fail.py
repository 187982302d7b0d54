"""Fail: the record says `failed` and why, and subscribers are told; the source is kept."""

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from vod import clock
from vod.encoder import scratch
from vod.errors import PlanGone, SourceTooLargeForTask, document, is_broken
from vod.frozen import Document
from vod.ports.services import Events, Metrics, Videos
from vod.record import changes, remakes
from vod.record.status import Status
from vod.record.video import Failure, Remake, Video
from vod.sandbox import sandbox
from vod.steps.amend import amend

logger = logging.getLogger(__name__)
_INTERNAL = Failure(
    "internal",
    "Transcoding failed because of the platform, not your file. Upload it again, then tell the operator.",
)


_NO_CAPACITY = Failure(
    "no_capacity", "AWS had no capacity for this video's tasks for hours. Nothing is lost. Try again later."
)
_SCRATCH_FULL = Failure(
    "scratch_full",
    "The platform's working storage was full several times. Nothing is lost. Tell the operator, then try again.",
)

# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html
_IMAGE_MISSING = Failure(
    "encoder_image_missing",
    "The platform has no encoder image yet. Your file is kept. Tell the operator to push the image, then try again.",
)


_SANDBOX_UNAVAILABLE = Failure(
    "sandbox_unavailable",
    "The platform has no sandbox for reading your file, so it did not read it. Tell the operator: encoder tasks need "
    "a kernel with seccomp filters.",
)
_OF_EXIT_CODES = {scratch.FULL_EXIT: _SCRATCH_FULL, sandbox.MISSING_EXIT: _SANDBOX_UNAVAILABLE}


def reason(error: Document) -> Failure:
    """Why an execution failed: our own code and sentence when a step gave one, else `internal`."""
    if "code" in error:
        return Failure(error["code"], error["message"])
    if error.get("Error") == "NoCapacity":
        return _NO_CAPACITY
    for told in (PlanGone(), SourceTooLargeForTask()):
        if error.get("Error") == type(told).__name__:
            return Failure(told.code, told.message)
    for code in _exit_codes(error.get("Cause")) & _OF_EXIT_CODES.keys():
        return _OF_EXIT_CODES[code]
    if _lacked_its_image(error.get("Cause")):
        return _IMAGE_MISSING
    logger.error("execution failed: %s", json.dumps(error | {"Cause": _without_overrides(error.get("Cause"))})[:2000])
    return _INTERNAL


def _without_overrides(cause: Any) -> Any:
    """A cause that describes a task, without what it was started with: that holds its run's token."""
    try:
        return {name: value for name, value in json.loads(cause).items() if name != "Overrides"}
    except (TypeError, ValueError, AttributeError):
        return cause


def _exit_codes(cause: Any) -> set[int]:
    """Of the containers of a task, which the cause of States.TaskFailed describes; empty for any other cause."""
    try:
        task = json.loads(cause)
        return {container["ExitCode"] for container in task["Containers"] if "ExitCode" in container}
    except (TypeError, ValueError, KeyError):
        return set()


def _lacked_its_image(cause: Any) -> bool:
    """Whether a task did not start because its image is not there, by ECS's own words; other pulls fail too."""
    try:
        task = json.loads(cause)
        code, why = str(task["StopCode"]), str(task["StoppedReason"])
    except (TypeError, ValueError, KeyError):
        return False
    return code == "TaskFailedToStart" and why.startswith("CannotPullContainerError") and "not found" in why


@dataclass(frozen=True, slots=True)
class Failing:
    """Everything the step needs."""

    videos: Videos
    events: Events
    metrics: Metrics
    now: Callable[[], datetime] = clock.now

    def fail(self, video_id: str, run: str, failure: Failure, repeated: bool = False) -> bool:
        """Record the failure of a run; False when the video is gone, over, or on another run.

        A failure that is recorded already is announced again, at least once being the rule, unless it was `repeated`
        by somebody who cannot know better (subscribers tell repeats by the event's id).
        """
        video = self.videos.get(video_id)
        if video and video.remade_now and video.remade_now.run == run:
            return self._not_remade(video, run, failure)
        if video and video.remake_failed and video.remake_failed.run == run:
            if not repeated:
                self._announce_remake(video, video.remake_failed)
            return False
        if video is None or video.run != run:
            return False
        if video.status is Status.FAILED and not repeated:
            self._announce(video)
        if not video.status.is_encoding:
            return False
        failed = amend(self.videos, video, lambda fresh: changes.failed(fresh, failure, clock.stamp(self.now())))
        self.metrics.put("Failures", 1, Code=failure.code)
        self.metrics.put("Broken", int(is_broken(failure.code)))
        self._announce(failed)
        return True

    def _not_remade(self, video: Video, run: str, failure: Failure) -> bool:
        """The video stays as it was, and watched. False when it was cancelled or published in the meantime."""

        def change(fresh: Video) -> Video:
            is_same = fresh.remade_now and fresh.remade_now.run == run
            return remakes.not_remade(fresh, failure, clock.stamp(self.now())) if is_same else fresh

        failed = amend(self.videos, video, change).remake_failed
        if failed is None or failed.run != run:
            return False
        self.metrics.put("Failures", 1, Code=failure.code)
        self._announce_remake(video, failed)
        return True

    def _announce_remake(self, video: Video, failed: Remake) -> None:
        assert failed.failure
        told = {"id": f"{video.id}-{failed.run}-failed", "videoId": video.id, "owner": video.owner, "run": failed.run}
        error = document(failed.failure.code, failed.failure.message)
        self.events.publish("RenditionFailed", {**told, "rendition": failed.rendition, "error": error})

    def _announce(self, video: Video) -> None:
        error = document(video.failure.code, video.failure.message) if video.failure else None
        told = {"id": f"{video.id}-{video.run}-failed", "videoId": video.id, "owner": video.owner, "run": video.run}
        self.events.publish("VideoFailed", {**told, "error": error})
