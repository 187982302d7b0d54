"""Extras: what a task makes of a source beside its tracks - subtitles, poster, storyboard."""

import logging
from dataclasses import dataclass

from vod import keys
from vod.encoder import limits, wvtt
from vod.encoder.report import SheetReport, TextReport
from vod.ffmpeg import commands, poster, runner, waveform
from vod.media import webvtt
from vod.media.charset import UTF_8, charset_of, repaired
from vod.plan import storyboard, subtitles
from vod.plan.chunks import Chunk
from vod.plan.plan import Plan
from vod.plan.subtitles import SubtitleRendition
from vod.ports.buckets import Made
from vod.sandbox.limits import Budget
from vod.sandbox.sandbox import Sandbox
from vod.source.arriving import ArrivingFile

logger = logging.getLogger(__name__)
_STILL_SECONDS = 60
_WAVEFORM_SECONDS_PER_SECOND = 0.05
"""A waveform decodes all of a sound track: 20 times what that takes."""


@dataclass(frozen=True, slots=True)
class Extras:
    """Makes and stores the extras of one chunk's source, which still arrives; `cores` is what the task has."""

    binary: str
    plan: Plan
    chunk: Chunk
    source: ArrivingFile
    output: Made
    cores: int
    unconfined_allowed: bool = False

    def store_subtitles(self) -> tuple[tuple[TextReport, ...], tuple[str, ...]]:
        """Those that hold a word, which is known at their end, and warnings about those that were left out."""
        if self.plan.subtitles:
            self.source.wait()
        made = {rendition: self._subtitle(rendition) for rendition in self.plan.subtitles}
        missing = (each for each, report in made.items() if not report and each.codec not in subtitles.MAYBE_EMPTY)
        warnings = tuple(
            f"Subtitle track “{each.label}” holds no text that can be read and was left out." for each in missing
        )
        return tuple(filter(None, made.values())), warnings

    def _subtitle(self, rendition: SubtitleRendition) -> TextReport | None:
        try:
            text = subtitles.sanitised(self._text(rendition), self.plan.seconds)
            if text is None:
                return None
            track, files = wvtt.packaged(rendition.name, webvtt.parse(text), self.plan.seconds)
        except (ValueError, ArithmeticError, LookupError):  # a stranger's text costs its own track, never the video
            logger.exception("subtitles %s cannot be read", rendition.name)
            return None
        data = text.encode()
        for name, content in {**files, subtitles.vtt_name(rendition.name): data}.items():
            self._store(name, content)
        return TextReport(name=rendition.name, bytes=len(data), track=track)

    def _text(self, rendition: SubtitleRendition) -> str:
        """One track as WebVTT or SubRip, in whatever character set it is written; empty when it cannot be read."""
        opened, charset = self._opened(0.0), None
        if rendition.codec in subtitles.IN_ANY_CHARSET:
            raw = self._still(subtitles.stored_command(self.binary, opened, rendition, "data"))
            charset = charset_of(raw, rendition.language)
            if charset not in (UTF_8, None) and rendition.codec in subtitles.SUBRIP:
                raw = self._still(subtitles.stored_command(self.binary, opened, rendition, "srt"))
                return repaired(raw, rendition.language) or ""
            if charset is None:
                return ""
        known = None if charset == UTF_8 else charset
        told = self._still(subtitles.command(self.binary, opened, rendition, known))
        return told.decode(errors="replace")

    def store_poster(self) -> int:
        """Store the poster; its size in bytes, 0 when no picture could be had."""
        picture = self._cover() if self.plan.video_index is None else self._frame(self.plan.video_index)
        if picture:
            self._store(keys.POSTER_NAME, picture)
        return len(picture)

    def _frame(self, track: int) -> bytes:
        at = poster.find(self.plan.picture_seconds, lambda window: self._look(track, window))
        size = min(self.plan.renditions, key=lambda rendition: abs(min(rendition.width, rendition.height) - 720))
        shape = track, self.plan.color, at, size.width, size.height, commands.whole_pictures(self.plan)
        return self._still(poster.command(self.binary, self._opened(at), *shape))

    def _look(self, track: int, window: poster.Window) -> str:
        meant = self.plan.color
        return self._still(poster.survey(self.binary, self._opened(window.start), track, meant, window)).decode()

    def _cover(self) -> bytes:
        """What stands for sound: the picture that the source carries, else its waveform."""
        opened, seconds = self._opened(0.0), self.plan.seconds
        if self.plan.cover is not None:
            picture = self._still(waveform.cover_command(self.binary, opened, self.plan.cover))
            if picture:
                return picture
        track = next((sound for sound in self.plan.audio if sound.is_default), self.plan.audio[0])
        self.source.wait()
        drawn = waveform.waveform_command(self.binary, opened, track.source_index, seconds)
        return self._still(drawn, round(seconds * _WAVEFORM_SECONDS_PER_SECOND))

    def store_sheets(self, jpegs: bytes) -> tuple[SheetReport, ...]:
        """Store the storyboard's sheets of this chunk, which FFmpeg wrote one after another."""
        meant = commands.sheets(self.plan, *self.plan.frames_of(self.chunk))
        # A damaged source ends before its length says.
        drawn = list(zip(meant, storyboard.split(jpegs), strict=False))
        for sheet, picture in drawn:
            self._store(sheet.name, picture)
        return tuple(SheetReport(name=sheet.name, bytes=len(picture)) for sheet, picture in drawn)

    def drawn_alone(self) -> bytes:
        """This chunk's sheets by themselves: for a resumed encode, which no longer sees its first frames."""
        first, end = self.plan.frames_of(self.chunk)
        board, drawn = self.plan.storyboard, commands.sheets(self.plan, first, end)
        if board is None or not drawn:
            return b""
        pictures = commands.grid(self.plan, first, storyboard.end_frame(board, drawn))
        opened = self._opened(self.plan.entry(first))
        command = storyboard.command(self.binary, opened, pictures, board, self.plan.color, drawn)
        return self._captured(command, limits.of_chunk(self.plan, self.chunk, self.cores))

    def _opened(self, at: float) -> commands.Command:
        return commands.opened(str(self.source.path), self.plan, at)

    def _still(self, command: commands.Command, more_seconds: int = 0) -> bytes:
        seconds = _STILL_SECONDS + more_seconds
        return self._captured(command, limits.of_still(self.plan, self.chunk, self.cores, seconds))

    def _captured(self, command: commands.Command, spend: Budget) -> bytes:
        confined = Sandbox(spend, (str(self.source.path),), self.unconfined_allowed, self.source)
        output = runner.capture(command, confined)
        self.source.check()
        return output

    def _store(self, name: str, data: bytes) -> None:
        self.output.put(self.plan.prefix + name, data)
