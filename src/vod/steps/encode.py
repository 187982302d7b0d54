"""Encode: one chunk of a plan, all rungs in one FFmpeg, each segment stored as soon as it is finished."""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from vod import keys
from vod.encoder import limits, scratch
from vod.encoder.attempt import Attempt
from vod.encoder.early_report import SoFar
from vod.encoder.extras import Extras
from vod.encoder.journal import Journal, seal_of
from vod.encoder.listen import Heard, Listening
from vod.encoder.measure import Measuring
from vod.encoder.refusal import refusal
from vod.encoder.report import ChunkReport, SheetReport, TextReport
from vod.encoder.store import InitChanged, Store
from vod.errors import EncodeInterrupted
from vod.ffmpeg.runner import Finished
from vod.plan.chunks import Chunk
from vod.plan.plan import Plan
from vod.ports.buckets import Made, SourceFiles
from vod.source.arriving import ArrivingFile

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Encoder:
    """What an encode needs: the FFmpeg binary, scratch, the buckets, whom to tell, and the disk for copies of sources.

    `on_frames` hears how many frames of the chunk (seconds, where there is no picture) are encoded, and whether more of
    it can be played than before; it answers False when the video is no longer wanted. `stop` is set when the task must
    end; `unconfined_allowed` is for kernels that offer no sandbox; `token` is what only tasks of this run know;
    `in_function` is where an encode is so short that its report comes before anybody asks how far it is.
    """

    binary: str
    scratch: Path
    sources: SourceFiles
    output: Made
    on_frames: Callable[[int, bool], bool]
    stop: threading.Event
    unconfined_allowed: bool = False
    disk: Path | None = None
    token: bytes = b""
    in_function: bool = False

    @property
    def copies(self) -> Path:
        """Where sources are copied to: the task's own disk, scratch where it has none."""
        return self.disk or self.scratch


def encode(encoder: Encoder, plan: Plan, chunk: Chunk) -> ChunkReport:
    """Encode a chunk, going on where an earlier try ended, and store the report; EncodeInterrupted when stopped."""
    place = scratch.take(scratch.place_of(encoder.scratch, plan, chunk))
    journal = Journal(place, seal_of(encoder.token, plan.run, chunk.index))
    copy = scratch.take(scratch.place_of(encoder.copies, plan, chunk))
    with _arriving(encoder, plan, chunk, copy / "source") as source:
        try:
            report = _Chunk(encoder, plan, chunk, journal, source).run()
        except InitChanged:
            logger.warning("the init segment differs from the last attempt: starting again")
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
    """One try at a chunk, and what is made beside its tracks."""

    def __init__(self, encoder: Encoder, plan: Plan, chunk: Chunk, journal: Journal, source: ArrivingFile) -> None:
        self._on_frames = encoder.on_frames
        self._plan = plan
        self._chunk = chunk
        self._extras = Extras(
            encoder.binary, plan, chunk, source, encoder.output, limits.cores(), encoder.unconfined_allowed
        )
        self._listening = Listening(
            binary=encoder.binary,
            plan=plan,
            chunk=chunk,
            source=source,
            stop=encoder.stop,
            is_wanted=lambda: encoder.on_frames(self._done, False),
            unconfined_allowed=encoder.unconfined_allowed,
        )
        self._so_far = None if encoder.in_function else SoFar(encoder.output, plan, chunk, journal)
        self._attempt = Attempt(
            binary=encoder.binary,
            plan=plan,
            chunk=chunk,
            journal=journal,
            source=source,
            store=Store(encoder.output, plan, journal, chunk.heard_segments or None),
            on_frames=self._told,
            stop=encoder.stop,
            unconfined_allowed=encoder.unconfined_allowed,
        )
        self._done = (self._attempt.resume_at - chunk.first_segment) * plan.segment_frames if chunk.video else 0

    def run(self) -> ChunkReport:
        attempt, heard = self._attempt, Heard()
        with ThreadPoolExecutor(1) as beside:
            once = beside.submit(self._made_once) if self._chunk.extras else None
            if self._listening.comes_first:
                heard = self._listening.listen()
                attempt.gains = heard.gains
            finished = attempt.run()
            texts, warnings, poster_bytes = once.result() if once else ((), (), 0)
            if not self._listening.comes_first and finished.exit_code == 0 and attempt.is_wanted:
                heard = self._listening.listen()
        if not attempt.is_wanted:
            return ChunkReport(chunk=self._chunk.index, outcome="cancelled")
        self._check_end(finished)
        if self._so_far:
            self._so_far.note(attempt.videos, attempt.audios, is_last=True)
        report = self._report(finished)
        if report.outcome == "refused":
            return report
        made = {"subtitles": texts, "poster_bytes": poster_bytes, "sheets": self._storyboard()}
        made |= {"loudness": heard.tracks, "warnings": (*report.warnings, *warnings, *heard.warnings)}
        return report.model_copy(update=made)

    def _made_once(self) -> tuple[tuple[TextReport, ...], tuple[str, ...], int]:
        texts, warnings = self._extras.store_subtitles()
        poster_bytes = self._extras.store_poster()
        if self._so_far:
            self._so_far.note_extras(texts, poster_bytes)
        return texts, warnings, poster_bytes

    def _told(self, done: int) -> bool:
        self._done = done
        is_more = self._so_far.note(self._attempt.videos, self._attempt.audios) if self._so_far else False
        return self._on_frames(done, is_more)

    def _storyboard(self) -> tuple[SheetReport, ...]:
        if not self._chunk.video:
            return ()
        sheets = self._attempt.sheets
        return self._extras.store_sheets(self._extras.drawn_alone() if sheets is None else sheets)

    def _check_end(self, finished: Finished) -> None:
        if self._attempt.stop.is_set():
            raise EncodeInterrupted(f"{self._attempt.first_missing()} segments are stored")
        for complaint in finished.complaints:
            logger.warning("ffmpeg: %s", complaint)
        if finished.is_interrupted:
            raise EncodeInterrupted(f"signal {-finished.exit_code} ended FFmpeg")

    def _report(self, finished: Finished) -> ChunkReport:
        attempt = self._attempt
        videos, audios = attempt.stored(attempt.videos), attempt.stored(attempt.audios)
        # A later chunk may be empty: whether frames are missing is judged over the whole video.
        is_empty = not videos and self._chunk.first_segment > 0
        is_nothing = not self._plan.renditions and not audios
        if is_nothing or finished.exit_code != 0 or (len(videos) < len(attempt.videos) and not is_empty):
            return ChunkReport(chunk=self._chunk.index, outcome="refused", refusal=refusal(finished))
        heard = {track.name for track in audios}
        missing = [
            track.label for track in self._plan.audio if track.name in attempt.audios and track.name not in heard
        ]
        return ChunkReport(
            chunk=self._chunk.index,
            outcome="encoded",
            video=videos,
            audio=audios,
            encode_seconds=finished.seconds,
            resumed_at=attempt.resume_at,
            complaints=len(finished.complaints),
            by_function=self._so_far is None,
            warnings=tuple(f"Sound track “{label}” could not be decoded and was left out." for label in missing),
        )
