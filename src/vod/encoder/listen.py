"""Listen: how loud the sound of a source is, and the gain that a profile wants for it. It never fails a video."""

import logging
import shlex
import threading
from collections.abc import Mapping
from dataclasses import dataclass

from vod.encoder import limits
from vod.ffmpeg import loudness, runner
from vod.ffmpeg.commands import Command
from vod.ffmpeg.loudness import Loudness
from vod.plan.chunks import Chunk
from vod.plan.plan import Plan
from vod.profiles.profile import LoudnessChoice
from vod.sandbox.sandbox import Sandbox
from vod.source.arriving import ArrivingFile

logger = logging.getLogger(__name__)
_LINES_PER_TRACK = 40
"""Enough of FFmpeg's last words to hold the summary of each track."""


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
    """What listening to a chunk's source needs; `stop` is set when the task must end."""

    binary: str
    plan: Plan
    chunk: Chunk
    source: ArrivingFile
    stop: threading.Event
    unconfined_allowed: bool = False

    @property
    def comes_first(self) -> bool:
        """Whether sound can be encoded only when its loudness is known."""
        return self.plan.loudness is LoudnessChoice.NORMALISE and bool(self.plan.audio) and self.chunk.extras

    def listen(self) -> Heard:
        """The loudness of every sound track, with the gain that it gets."""
        if not self.plan.audio:
            return Heard()
        self.source.wait()
        names = [track.name for track in self.plan.audio]
        budget = limits.of_chunk(self.plan, self.chunk, limits.cores())
        finished = runner.run(
            lambda _, progress: self._command(progress),
            (),
            lambda name, pipe: None,
            lambda frames, seconds: True,
            self.stop,
            Sandbox(budget, (str(self.source.path),), self.unconfined_allowed),
            _LINES_PER_TRACK * len(names),
        )
        if finished.exit_code != 0:
            logger.warning("the loudness is not measured: FFmpeg exit %d", finished.exit_code)
            return Heard(warnings=self._unknown())
        found = loudness.read(finished.complaints, names)
        if self.comes_first:
            found = tuple(each.model_copy(update={"gain": loudness.normalising(each)}) for each in found)
        return Heard(found)

    def _unknown(self) -> tuple[str, ...]:
        said = "The loudness of the sound could not be measured, so it was kept as it is."
        return (said,) if self.comes_first else ()

    def _command(self, progress: str) -> Command:
        command = loudness.command(self.binary, str(self.source.path), self.plan, self.plan.audio, progress)
        logger.info(shlex.join(command))
        return command
