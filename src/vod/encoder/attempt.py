"""One try at the tracks of a chunk: FFmpeg from the first segment that is missing, each segment stored at once."""

import logging
import shlex
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import BinaryIO

from vod.encoder import limits
from vod.encoder.journal import Journal
from vod.encoder.report import TrackReport
from vod.encoder.store import Store
from vod.ffmpeg import commands, runner
from vod.ffmpeg.runner import Finished
from vod.plan.chunks import Chunk
from vod.plan.plan import SEGMENT_SECONDS, Plan
from vod.sandbox.sandbox import Sandbox
from vod.source.arriving import ArrivingFile

logger = logging.getLogger(__name__)
_HEARD_BEHIND = 2.0
"""So much sound (s) is made behind a head's last segment, which ends with a block that begins before its end."""


@dataclass(slots=True)
class Attempt:
    """What a try needs, and what it knows: `resume_at` is the segment it begins with.

    `on_frames` hears how many frames of the chunk (seconds, where there is no picture) are encoded, and answers False
    when the video is no longer wanted. `stop` is set when the task must end. `sheets` are the storyboard's pictures,
    None while they are not drawn; `gains` those of sound tracks, in dB.
    """

    binary: str
    plan: Plan
    chunk: Chunk
    journal: Journal
    source: ArrivingFile
    store: Store
    on_frames: Callable[[int], bool]
    stop: threading.Event
    unconfined_allowed: bool = False
    gains: Mapping[str, float] = field(default_factory=dict)
    resume_at: int = field(init=False)
    sheets: bytes | None = None
    is_wanted: bool = True

    def __post_init__(self) -> None:
        """Every rung is encoded again from the first segment that some rung lacks."""
        self.resume_at = self.first_missing()

    @property
    def videos(self) -> list[str]:
        """The picture tracks of this chunk."""
        return [rendition.name for rendition in self.plan.renditions] if self.chunk.video else []

    @property
    def audios(self) -> list[str]:
        """The sound tracks of this chunk."""
        is_heard = self.chunk.extras or self.chunk.heard_segments
        return [track.name for track in self.plan.audio] if is_heard else []

    def first_missing(self) -> int:
        """The first segment that some rung lacks."""
        stored = min((self.journal.segments_stored(name) for name in self.videos), default=0)
        return self.chunk.first_segment + stored

    def stored(self, names: list[str]) -> tuple[TrackReport, ...]:
        """Those of these tracks of which something is stored."""
        found = (self.journal.track(name) for name in names)
        return tuple(track for track in found if track and track.segments)

    def run(self) -> Finished:
        """All tracks in one FFmpeg; how it ended."""
        sounds = [name for name in self.audios if not self.journal.is_finished(name)]
        finished = self._tracks([*self._pictures(), *sounds])
        return self._apart(sounds) if sounds and self._gave_up(finished) else finished

    def _apart(self, sounds: list[str]) -> Finished:
        """FFmpeg ends with the first sound track that it cannot go on with: one by one, none takes another along."""
        self.resume_at, self.sheets = self.first_missing(), None
        finished = self._tracks(self._pictures())
        for name in sounds:
            if finished.exit_code != 0:
                break
            heard = self._tracks([name])
            if self._gave_up(heard):
                with suppress(ValueError):  # what came before it gave up is kept, but for an unfinished piece
                    self.store.finish()
                heard = replace(heard, exit_code=0)
            complaints = (*finished.complaints, *heard.complaints)
            finished = replace(heard, complaints=complaints, seconds=finished.seconds + heard.seconds)
        return finished

    def _gave_up(self, finished: Finished) -> bool:
        """Whether FFmpeg itself ended a try, which nobody stopped, before its end."""
        is_stopped = finished.is_interrupted or finished.exceeded or self.stop.is_set() or not self.is_wanted
        return finished.exit_code != 0 and not is_stopped

    def _pictures(self) -> list[str]:
        """The rungs, unless all are stored, and the storyboard, unless an earlier try decoded its first frames."""
        if all(self.journal.is_finished(name) for name in self.videos):
            return []
        is_whole = self.resume_at == self.chunk.first_segment
        is_drawn = is_whole and commands.sheets(self.plan, *self.plan.frames_of(self.chunk))
        return [*self.videos, *([commands.SHEETS] if is_drawn else [])]

    def _tracks(self, todo: list[str]) -> Finished:
        if not todo:
            return Finished(0, (), 0.0)
        self.store.begin()
        budget = limits.of_chunk(self.plan, self.chunk, limits.cores())
        confined = Sandbox(budget, (str(self.source.path),), self.unconfined_allowed, self.source)
        finished = runner.run(self._command, todo, self._take, self._on_progress, self.stop, confined)
        self.source.check()
        if finished.exit_code == 0 and self.is_wanted and not self.stop.is_set():
            self.store.finish()
        return finished

    def _command(self, outputs: Mapping[str, str], progress: str) -> commands.Command:
        first, (_, end) = self.resume_at * self.plan.segment_frames, self.plan.frames_of(self.chunk)
        opened = str(self.source.path)
        heard = self.chunk.heard_segments * SEGMENT_SECONDS + _HEARD_BEHIND if self.chunk.heard_segments else None
        command = commands.encode_command(
            self.binary, opened, self.plan, first, end, outputs, progress, self.gains, heard
        )
        logger.info(shlex.join(command))
        return command

    def _take(self, name: str, pipe: BinaryIO) -> None:
        if name == commands.SHEETS:
            self.sheets = pipe.read()
        else:
            self.store.take(name, pipe, self.resume_at if name in self.videos else 0)

    def _on_progress(self, frames: int, seconds: float) -> bool:
        before = (self.resume_at - self.chunk.first_segment) * self.plan.segment_frames
        self.is_wanted = self.on_frames(before + frames if self.plan.renditions else int(seconds))
        return self.is_wanted
