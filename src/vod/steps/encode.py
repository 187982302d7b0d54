"""Encode: one chunk of a plan, all rungs in one FFmpeg, each segment stored as soon as it is finished."""

import logging
import os
import shlex
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import BinaryIO

from vod import keys
from vod.encoder import limits, scratch
from vod.encoder.extras import Extras
from vod.encoder.journal import Journal
from vod.encoder.measure import Measuring
from vod.encoder.refusal import refusal
from vod.encoder.report import ChunkReport, SheetReport, TextReport
from vod.encoder.so_far import SoFar
from vod.encoder.store import InitChanged, Store
from vod.errors import EncodeInterrupted
from vod.ffmpeg import commands, runner
from vod.plan.chunks import Chunk
from vod.plan.plan import Plan
from vod.ports.buckets import Output, SourceFiles
from vod.sandbox.limits import Budget
from vod.sandbox.sandbox import Sandbox
from vod.source.arriving import ArrivingFile

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Encoder:
    """What an encode needs: the FFmpeg binary, scratch, the buckets, whom to tell, and the disk for copies of sources.

    `on_frames` hears how many frames of the chunk (seconds, where there is no picture) are encoded, and whether more of
    it can be played than before; it answers False when the video is no longer wanted. `stop` is set when the task must
    end; `unconfined_allowed` is for kernels that offer no sandbox.
    """

    binary: str
    scratch: Path
    sources: SourceFiles
    output: Output
    on_frames: Callable[[int, bool], bool]
    stop: threading.Event
    unconfined_allowed: bool = False
    disk: Path | None = None

    @property
    def copies(self) -> Path:
        """Where sources are copied to: the task's own disk, scratch where it has none."""
        return self.disk or self.scratch


def encode(encoder: Encoder, plan: Plan, chunk: Chunk) -> ChunkReport:
    """Encode a chunk, going on where an earlier try ended, and store the report; EncodeInterrupted when stopped."""
    place = scratch.take(scratch.place_of(encoder.scratch, plan, chunk))
    journal = Journal(place)
    copy = scratch.take(scratch.place_of(encoder.copies, plan, chunk))
    with _arriving(encoder, plan, chunk, copy / "source") as source:
        try:
            report = _Chunk(encoder, plan, chunk, journal, source).run()
        except InitChanged:
            logger.warning("init segment changed since the last try: starting over")
            journal.forget()
            report = _Chunk(encoder, plan, chunk, journal, source).run()
        report = _measured(encoder, plan, chunk, report, source)
    journal.check()
    key = keys.report_key(plan.video_id, plan.run, chunk.index)
    encoder.output.put(key, report.model_dump_json().encode())
    scratch.clear(encoder.copies, copy)
    scratch.clear(encoder.scratch, place)
    return report


def _arriving(encoder: Encoder, plan: Plan, chunk: Chunk, path: Path) -> ArrivingFile:
    """The source, of which a chunk may need only a part."""
    ranges = ((0, plan.source.size),) if chunk.ranges is None else chunk.ranges
    return ArrivingFile(path, plan.source.size, ranges, partial(encoder.sources.read, plan.source))


def _measured(encoder: Encoder, plan: Plan, chunk: Chunk, report: ChunkReport, source: ArrivingFile) -> ChunkReport:
    if not (plan.measure_quality and report.video):
        return report
    source.wait()
    frames = report.video[0].frames
    measuring = Measuring(
        binary=encoder.binary,
        output=encoder.output,
        is_wanted=lambda: encoder.on_frames(frames, False),
        stop=encoder.stop,
        unconfined_allowed=encoder.unconfined_allowed,
    )
    found = measuring.measure(plan, chunk, report.video, source.path)
    return report.model_copy(update={"quality": found.reports, "warnings": (*report.warnings, *found.warnings)})


class _Chunk:
    """One try at a chunk."""

    def __init__(self, encoder: Encoder, plan: Plan, chunk: Chunk, journal: Journal, source: ArrivingFile) -> None:
        self._encoder = encoder
        self._plan = plan
        self._chunk = chunk
        self._journal = journal
        self._source = source
        self._extras = Extras(encoder.binary, plan, chunk, source, encoder.output, _cores(), encoder.unconfined_allowed)
        self._so_far = SoFar(encoder.output, plan, chunk, journal)
        self._jpegs: bytes | None = None
        self._wanted = True
        self._videos = [rendition.name for rendition in plan.renditions] if chunk.video else []
        self._audios = [track.name for track in plan.audio] if chunk.extras else []
        self._resume_at = self._first_missing()
        self._store = Store(encoder.output, plan, journal)

    def _first_missing(self) -> int:
        """The first segment that some rung lacks; every rung is encoded again from there."""
        stored = min((self._journal.segments_stored(name) for name in self._videos), default=0)
        return self._chunk.first_segment + stored

    def run(self) -> ChunkReport:
        with ThreadPoolExecutor(1) as beside:
            once = beside.submit(self._made_once) if self._chunk.extras else None
            finished = self._encode()
            texts, poster_bytes = once.result() if once else ((), 0)
        if not self._wanted:
            return ChunkReport(chunk=self._chunk.index, outcome="cancelled")
        self._check_end(finished)
        self._so_far.note(self._videos, self._audios, is_last=True)
        report = self._report(finished)
        if report.outcome == "refused":
            return report
        made = {"subtitles": texts, "poster_bytes": poster_bytes, "sheets": self._storyboard()}
        return report.model_copy(update=made)

    def _made_once(self) -> tuple[tuple[TextReport, ...], int]:
        made = self._extras.store_subtitles(), self._extras.store_poster()
        self._so_far.note_extras(*made)
        return made

    def _storyboard(self) -> tuple[SheetReport, ...]:
        if not self._chunk.video:
            return ()
        return self._extras.store_sheets(self._extras.drawn_alone() if self._jpegs is None else self._jpegs)

    def _encode(self) -> runner.Finished:
        sounds = [name for name in self._audios if not self._journal.is_finished(name)]
        finished = self._tracks([*self._pictures(), *sounds])
        return self._apart(sounds) if sounds and self._gave_up(finished) else finished

    def _apart(self, sounds: list[str]) -> runner.Finished:
        """FFmpeg ends with the first sound track that it cannot go on with: one by one, none takes another along."""
        self._resume_at, self._jpegs = self._first_missing(), None
        finished = self._tracks(self._pictures())
        for name in sounds:
            if finished.exit_code != 0:
                break
            heard = self._tracks([name])
            if self._gave_up(heard):
                with suppress(ValueError):  # what came before it gave up is kept, but for an unfinished piece
                    self._store.finish()
                heard = replace(heard, exit_code=0)
            complaints = (*finished.complaints, *heard.complaints)
            finished = replace(heard, complaints=complaints, seconds=finished.seconds + heard.seconds)
        return finished

    def _gave_up(self, finished: runner.Finished) -> bool:
        """Whether FFmpeg itself ended a try, which nobody stopped, before its end."""
        is_stopped = finished.is_interrupted or finished.exceeded or self._encoder.stop.is_set() or not self._wanted
        return finished.exit_code != 0 and not is_stopped

    def _tracks(self, todo: list[str]) -> runner.Finished:
        if not todo:
            return runner.Finished(0, (), 0.0)
        self._store.begin()
        finished = runner.run(
            self._command,
            todo,
            self._take,
            self._on_progress,
            self._encoder.stop,
            self._sandbox(limits.of_chunk(self._plan, self._chunk, _cores())),
        )
        self._source.check()
        if finished.exit_code == 0 and self._wanted and not self._encoder.stop.is_set():
            self._store.finish()
        return finished

    def _pictures(self) -> list[str]:
        """The rungs, unless all are stored, and the storyboard, unless an earlier try decoded its first frames."""
        if all(self._journal.is_finished(name) for name in self._videos):
            return []
        is_whole = self._resume_at == self._chunk.first_segment
        is_drawn = is_whole and commands.sheets(self._plan, *self._plan.frames_of(self._chunk))
        return [*self._videos, *([commands.SHEETS] if is_drawn else [])]

    def _sandbox(self, spend: Budget) -> Sandbox:
        return Sandbox(spend, (str(self._source.path),), self._encoder.unconfined_allowed, self._source)

    def _command(self, outputs: Mapping[str, str], progress: str) -> commands.Command:
        first, (_, end) = self._resume_at * self._plan.segment_frames, self._plan.frames_of(self._chunk)
        opened = str(self._source.path)
        command = commands.encode_command(self._encoder.binary, opened, self._plan, first, end, outputs, progress)
        logger.info(shlex.join(command))
        return command

    def _on_progress(self, frames: int, seconds: float) -> bool:
        before = (self._resume_at - self._chunk.first_segment) * self._plan.segment_frames
        done = before + frames if self._plan.renditions else int(seconds)
        is_more = self._so_far.note(self._videos, self._audios)
        self._wanted = self._encoder.on_frames(done, is_more)
        return self._wanted

    def _take(self, name: str, pipe: BinaryIO) -> None:
        if name == commands.SHEETS:
            self._jpegs = pipe.read()
        else:
            self._store.take(name, pipe, self._resume_at if name in self._videos else 0)

    def _check_end(self, finished: runner.Finished) -> None:
        if self._encoder.stop.is_set():
            raise EncodeInterrupted(f"{self._first_missing()} segments are stored")
        for complaint in finished.complaints:
            logger.warning("ffmpeg: %s", complaint)
        if finished.is_interrupted:
            raise EncodeInterrupted(f"FFmpeg was ended by signal {-finished.exit_code}")

    def _report(self, finished: runner.Finished) -> ChunkReport:
        videos = [track for name in self._videos if (track := self._journal.track(name)) and track.segments]
        audios = [track for name in self._audios if (track := self._journal.track(name)) and track.segments]
        # A later chunk may be empty: whether frames are missing is judged over the whole video.
        is_empty = not videos and self._chunk.first_segment > 0
        is_nothing = not self._plan.renditions and not audios
        if is_nothing or finished.exit_code != 0 or (len(videos) < len(self._videos) and not is_empty):
            return ChunkReport(chunk=self._chunk.index, outcome="refused", refusal=refusal(finished))
        heard = {track.name for track in audios}
        missing = [track.label for track in self._plan.audio if track.name in self._audios and track.name not in heard]
        return ChunkReport(
            chunk=self._chunk.index,
            outcome="encoded",
            video=tuple(videos),
            audio=tuple(audios),
            encode_seconds=finished.seconds,
            resumed_at=self._resume_at,
            complaints=len(finished.complaints),
            warnings=tuple(f"Sound track {label} could not be decoded and was left out." for label in missing),
        )


def _cores() -> int:
    return os.process_cpu_count() or 1
