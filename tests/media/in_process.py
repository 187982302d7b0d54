"""The steps from probe to publish in one process: a file becomes a published video, or a refusal."""

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from tests import samples
from tests.fakes import FakeEvents, FakeMetrics, FakeSourceFiles, FakeVideos, FolderOutput
from tests.media.generate import FFMPEG
from vod import keys, profiles
from vod.frozen import Document
from vod.plan.make_plan import make_plan
from vod.plan.plan import Plan, SourceObject
from vod.profiles.profile import CodecLadder, Profile
from vod.record.status import Status
from vod.record.video import Video
from vod.source.probe import Limits, Probe
from vod.steps.encode import Encoder, encode
from vod.steps.probe import ReadProbe, probe
from vod.steps.publish import Publishing

LIMITS = Limits(max_bytes=50 * 2**30, max_seconds=12 * 3600)
PRESETS = {"h264": "superfast", "hevc": "ultrafast", "av1": "12"}
"""The fastest that still reorder frames."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a file ended: its record, `error` when it was refused, else its plan and the folder of its manifests."""

    video: Video
    folder: Path
    error: Document | None = None
    plan: Plan | None = None

    @property
    def outcome(self) -> str:
        """`ready` or `refused`."""
        return "ready" if self.error is None else "refused"


def quick(name: str = "default", sides: Iterable[int] | None = None) -> Profile:
    """A profile of the installation with fast presets, and only the rungs of these sides where they are given."""
    profile = profiles.named(name)
    kept = None if sides is None else set(sides)

    def lighter(ladder: CodecLadder) -> CodecLadder:
        rungs = tuple(rung for rung in ladder.rungs if kept is None or rung.short_side in kept)
        return ladder.model_copy(update={"preset": PRESETS[ladder.codec], "rungs": rungs})

    return profile.model_copy(update={"ladders": tuple(lighter(ladder) for ladder in profile.ladders)})


def transcoded(file: Path, folder: Path, read: ReadProbe, profile: Profile) -> Ended:
    """Probe in the sandboxed child, plan, encode and publish, leaving everything in `folder`."""
    source = SourceObject(bucket="b", key=keys.source_key(samples.VIDEO_ID), version=None, size=file.stat().st_size)
    admitted = _probed(file, source, read)
    if admitted["outcome"] == "refused":
        return Ended(samples.video(), folder, admitted["error"])
    described = Probe.model_validate_json(Probe.model_validate(admitted["probe"]).model_dump_json())
    plan = make_plan(samples.VIDEO_ID, samples.RUN, source, described, profile=profile)
    encoded(plan, file, folder)
    return published(plan, folder)


def _probed(file: Path, source: SourceObject, read: ReadProbe) -> Document:
    opened: list[BinaryIO] = []

    def open_source(_: SourceObject) -> BinaryIO:
        opened.append(file.open("rb"))
        return opened[0]

    try:
        return probe(source, source.size, LIMITS, open_source, read)
    finally:
        for handle in opened:
            handle.close()


def encoder(file: Path, folder: Path, on_frames: Callable[[int, bool], bool] = lambda *_: True) -> Encoder:
    """An encoder of a file that keeps its scratch and its output in `folder`."""
    return Encoder(
        FFMPEG, folder / "scratch", FakeSourceFiles(file), FolderOutput(folder), on_frames, threading.Event()
    )


def encoded(plan: Plan, file: Path, folder: Path) -> None:
    """Every chunk, two at a time, as tasks run beside each other."""
    folder.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(2) as tasks:
        list(tasks.map(lambda chunk: encode(encoder(file, folder), plan, chunk), plan.chunks))


def published(plan: Plan, folder: Path) -> Ended:
    """The publish step over what the encoders left in `folder`."""
    output, videos = FolderOutput(folder), FakeVideos({plan.video_id: samples.video(Status.TRANSCODING)})
    output.put(keys.plan_key(plan.video_id, plan.run), plan.model_dump_json().encode())
    answer = Publishing(videos, output, FakeEvents(), FakeMetrics()).publish(plan.video_id, plan.run)
    served = folder / keys.run_prefix(plan.video_id, plan.run)
    return Ended(videos.records[plan.video_id], served, answer.get("error"), plan)
