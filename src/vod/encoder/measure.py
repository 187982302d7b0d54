"""Measure: how close what is stored of a chunk comes to its source. It adds to a video and never fails one."""

import logging
import shlex
import shutil
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from vod import keys
from vod.encoder import limits
from vod.encoder.report import TrackReport
from vod.errors import EncodeInterrupted
from vod.ffmpeg import quality, runner
from vod.ffmpeg.commands import Command
from vod.ffmpeg.quality import Metric, QualityReport
from vod.plan.chunks import Chunk
from vod.plan.plan import Plan
from vod.ports.buckets import Made
from vod.sandbox.sandbox import Sandbox

logger = logging.getLogger(__name__)
_KEPT_LINES = 200
"""Enough of FFmpeg's last words to hold a line for each rung."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A chunk's scores, one a rung; or none, and a sentence that says why."""

    reports: tuple[QualityReport, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Measuring:
    """What measuring needs; VMAF scores each `every`-th frame.

    `is_wanted` is asked now and then and ends the work by False; `stop` is set when the task must end.
    """

    binary: str
    output: Made
    is_wanted: Callable[[], bool]
    stop: threading.Event
    every: int = quality.EVERY
    unconfined_allowed: bool = False

    def measure(self, plan: Plan, chunk: Chunk, tracks: tuple[TrackReport, ...], source: Path) -> Measured:
        """Compare what is stored of these tracks of a chunk with its source; EncodeInterrupted when stopped."""
        if not tracks:
            return Measured()
        place = source.parent / "measured"
        try:
            return Measured(_Comparison(self, plan, chunk, tracks, source, place).run())
        except (_Unmeasurable, OSError) as why:
            logger.warning("chunk %d is not measured: %s", chunk.index, why)
            return Measured(warnings=(f"The picture quality of chunk {chunk.index} could not be measured: {why}.",))
        finally:
            shutil.rmtree(place, ignore_errors=True)


class _Unmeasurable(Exception):
    """Why there are no scores, in words for the record."""


class _Comparison:
    """One chunk's tracks beside its source; `place` is a folder of its own."""

    def __init__(
        self,
        measuring: Measuring,
        plan: Plan,
        chunk: Chunk,
        tracks: tuple[TrackReport, ...],
        source: Path,
        place: Path,
    ) -> None:
        self._measuring = measuring
        self._plan = plan
        self._chunk = chunk
        self._tracks = tracks
        self._source = str(source)
        self._place = place
        self._budget = limits.of_measuring(plan, chunk, limits.cores())
        self._seen = 0

    def run(self) -> tuple[QualityReport, ...]:
        top = quality.largest(self._plan)
        if min(top.width, top.height) < quality.LEAST_SIDE:
            raise _Unmeasurable(f"it is under {quality.LEAST_SIDE} pixels wide or high")
        metric = self._metric()
        files = self._fetched()
        finished = runner.run(
            lambda _, progress: self._command(files, metric, progress),
            (),
            lambda name, pipe: None,
            self._on_frame,
            self._measuring.stop,
            self._sandbox(self._source, *files.values()),
            _KEPT_LINES,
        )
        self._check_stop()
        return self._reports(finished, metric) if self._measuring.is_wanted() else ()

    def _sandbox(self, *reads: str) -> Sandbox:
        return Sandbox(self._budget, reads, self._measuring.unconfined_allowed)

    def _metric(self) -> Metric:
        known = runner.capture([self._measuring.binary, "-v", "error", "-filters"], self._sandbox())
        metric = quality.metric_of(known.decode(errors="replace"))
        if metric is None:
            raise _Unmeasurable("this FFmpeg has neither libvmaf nor xpsnr")
        return metric

    def _fetched(self) -> dict[str, str]:
        """Each track as one file of what viewers get: track name -> path."""
        self._place.mkdir(parents=True, exist_ok=True)
        with ThreadPoolExecutor(len(self._tracks)) as beside:
            paths = list(beside.map(self._fetch, self._tracks))
        return {track.name: str(path) for track, path in zip(self._tracks, paths, strict=True)}

    def _fetch(self, track: TrackReport) -> Path:
        names = [keys.init_name(track.name), *(keys.segment_name(track.name, s.number) for s in track.segments)]
        target = self._place / f"{track.name}.mp4"
        with target.open("wb") as file:
            for name in names:
                self._check_stop()
                file.write(self._stored(name))
        return target

    def _stored(self, name: str) -> bytes:
        try:
            return self._measuring.output.get(self._plan.prefix + name)
        except KeyError as missing:
            raise _Unmeasurable(f"{name} is not stored") from missing

    def _check_stop(self) -> None:
        if self._measuring.stop.is_set():
            raise EncodeInterrupted("only the picture quality is not measured yet")

    def _command(self, files: dict[str, str], metric: Metric, progress: str) -> Command:
        first, end = self._plan.frames_of(self._chunk)
        binary, every = self._measuring.binary, self._measuring.every
        command = quality.command(binary, self._source, self._plan, first, end, files, metric, every, progress)
        logger.info(shlex.join(command))
        return command

    def _on_frame(self, frames: int, _: float) -> bool:
        self._seen = frames
        return self._measuring.is_wanted()

    def _reports(self, finished: runner.Finished, metric: Metric) -> tuple[QualityReport, ...]:
        if finished.exceeded:
            raise _Unmeasurable(f"it took more than {finished.exceeded}")
        if finished.exit_code != 0:
            raise _Unmeasurable(f"FFmpeg exit {finished.exit_code}")
        frames, every = self._tracks[0].frames, self._measuring.every
        expected = quality.frames_looked_at(frames, metric, every)
        if self._seen != expected:
            raise _Unmeasurable(f"{self._seen} frames met where {expected} should")
        names = [track.name for track in self._tracks]
        reports = quality.reports(finished.complaints, names, metric, every, frames)
        if not reports:
            raise _Unmeasurable("FFmpeg told no score")
        return reports
