"""The encoder's report on one chunk: what it made, in exact numbers, or why it made nothing."""

from typing import Literal

from vod.ffmpeg.loudness import Loudness
from vod.ffmpeg.quality import QualityReport
from vod.frozen import Frozen


class SegmentReport(Frozen):
    """One stored segment: its number, size in bytes, frames (or audio samples' blocks), start and length in ticks, and
    how much later than decoded its first frame is shown. `key_bytes` of its beginning hold its first frame and what a
    decoder needs for that; 0 when that is not known (sound, and reports of releases before)."""

    number: int
    bytes: int
    frames: int
    start: int
    ticks: int
    offset: int = 0
    key_bytes: int = 0


class TrackReport(Frozen):
    """One track of a chunk: RFC 6381 codec string, ticks per second, its init segment's size and SHA-256, and the tick
    at which presentation begins by its edit list, None when that does more than cut the beginning."""

    name: str
    codec: str
    timescale: int
    init_bytes: int
    init_sha256: str
    edit: int | None = 0
    segments: tuple[SegmentReport, ...]

    @property
    def frames(self) -> int:
        """Frames in all segments."""
        return sum(segment.frames for segment in self.segments)

    @property
    def bytes(self) -> int:
        """Size of the init segment and all others."""
        return self.init_bytes + sum(segment.bytes for segment in self.segments)

    @property
    def seconds(self) -> float:
        """Length of all segments."""
        return sum(segment.ticks for segment in self.segments) / self.timescale


class TextReport(Frozen):
    """One subtitle rendition: its name, the size in bytes of its WebVTT file, and the same as a CMAF track."""

    name: str
    bytes: int
    track: TrackReport


class SheetReport(Frozen):
    """One stored sheet of the storyboard: its object name within the run and its size in bytes."""

    name: str
    bytes: int


class Refusal(Frozen):
    """Why the chunk cannot be encoded however often it is tried."""

    code: str
    message: str


class ChunkReport(Frozen):
    """What one encoder did; `encode_seconds` is FFmpeg's own wall time, `complaints` how many errors it logged (a
    damaged source); `by_function` tells what a function made from what a task did. `encoding` is a report on what is
    stored so far, by a task that is still at work; until `has_extras` its subtitles and poster are not known."""

    chunk: int
    outcome: Literal["encoding", "encoded", "refused", "cancelled"]
    refusal: Refusal | None = None
    video: tuple[TrackReport, ...] = ()
    audio: tuple[TrackReport, ...] = ()
    subtitles: tuple[TextReport, ...] = ()
    poster_bytes: int = 0
    has_extras: bool = True
    sheets: tuple[SheetReport, ...] = ()
    quality: tuple[QualityReport, ...] = ()
    loudness: tuple[Loudness, ...] = ()
    encode_seconds: float = 0.0
    resumed_at: int = 0
    complaints: int = 0
    warnings: tuple[str, ...] = ()
    by_function: bool = False


def merged(base: ChunkReport, made: ChunkReport, replaced: str) -> ChunkReport:
    """A chunk's report with one of its tracks in the place of another; `made` as it is when it made nothing."""
    if made.outcome != "encoded":
        return made
    kept = tuple(track for track in base.video if track.name != replaced)
    measured = tuple(each for each in base.quality if each.name != replaced)
    return base.model_copy(
        update={
            "video": (*kept, *made.video),
            "quality": (*measured, *made.quality),
            "complaints": max(base.complaints, made.complaints),
            "encode_seconds": made.encode_seconds,
            "by_function": made.by_function,
            "warnings": tuple(dict.fromkeys((*base.warnings, *made.warnings))),
        }
    )
