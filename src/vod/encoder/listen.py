"""Listen: how loud the sound of a source is, and the gain that a profile wants for it. It never fails a video."""

import logging
import shlex
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from vod.encoder import limits
from vod.errors import EncodeInterrupted
from vod.ffmpeg import loudness, runner
from vod.ffmpeg.commands import Command
from vod.ffmpeg.loudness import Loudness
from vod.ffmpeg.runner import Finished
from vod.plan.chunks import Chunk
from vod.plan.plan import Plan
from vod.plan.sound import AudioRendition
from vod.profiles.profile import LoudnessChoice
from vod.sandbox.sandbox import Sandbox
from vod.source.arriving import ArrivingFile

logger = logging.getLogger(__name__)
_LINES = 40
"""Enough of FFmpeg's last words to hold its summary."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What was measured; the sentence says why it was not, where that changes what was to be made."""

    tracks: tuple[Loudness, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def gains(self) -> Mapping[str, float]:
        """The gain (dB) of each track that has one."""
        return {track.name: track.gain for track in self.tracks if track.gain}


@dataclass(frozen=True, slots=True)
class Listening:
    """What listening to a chunk's source needs; `stop` is set when the task must end, and `is_wanted` is asked now and
    then and ends the work by False."""

    binary: str
    plan: Plan
    chunk: Chunk
    source: ArrivingFile
    stop: threading.Event
    is_wanted: Callable[[], bool]
    unconfined_allowed: bool = False

    @property
    def comes_first(self) -> bool:
        """Whether sound can be encoded only when its loudness is known."""
        return self.plan.loudness is LoudnessChoice.NORMALISE and bool(self.plan.audio) and self.chunk.extras

    def listen(self) -> Heard:
        """The loudness of every sound track that the chunk makes, with the gain that it gets."""
        if not (self.plan.audio and self.chunk.extras):
            return Heard()
        self.source.wait()
        told = [(track, self._lines(track)) for track in self.plan.audio]
        found = [each for track, lines in told if lines and (each := loudness.read(lines, track.name))]
        if not self.comes_first:
            return Heard(tuple(found))
        unknown = (track for track, lines in told if lines is None)
        return Heard(
            tuple(each.model_copy(update={"gain": loudness.normalising(each)}) for each in found),
            tuple(f"The loudness of sound track “{track.label}” is not known; it was kept." for track in unknown),
        )

    def _lines(self, track: AudioRendition) -> tuple[str, ...] | None:
        """FFmpeg's last words on a track, None when it cannot read it; as in an encode, what changes on the way needs
        filters of its own."""
        for alone in (False, True):
            if self.stop.is_set() or not self.is_wanted():
                return None
            finished = self._run(track, alone)
            if finished.exit_code == 0:
                return finished.complaints
            if finished.is_interrupted and not self.stop.is_set() and self.is_wanted() and self.comes_first:
                raise EncodeInterrupted(f"signal {-finished.exit_code} ended the measuring of {track.name}")
            if finished.is_interrupted or finished.exceeded:
                break
        logger.warning("the loudness of %s is not measured: FFmpeg exit %d", track.name, finished.exit_code)
        return None

    def _run(self, track: AudioRendition, alone: bool) -> Finished:
        budget = limits.of_chunk(self.plan, self.chunk, limits.cores())
        confined = Sandbox(budget, (str(self.source.path),), self.unconfined_allowed)

        def command(_: Mapping[str, str], progress: str) -> Command:
            built = loudness.command(self.binary, str(self.source.path), self.plan, track, alone, progress)
            logger.info(shlex.join(built))
            return built

        return runner.run(
            command, (), lambda name, pipe: None, lambda frames, seconds: self.is_wanted(), self.stop, confined, _LINES
        )
