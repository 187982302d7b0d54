"""What both manifests say about a rendition, computed once."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from math import floor

from vod.encoder.report import SegmentReport, TrackReport
from vod.manifest.tracks import Tracks
from vod.plan.plan import Plan
from vod.plan.renditions import Rendition
from vod.plan.sound import AudioRendition
from vod.plan.subtitles import SubtitleRendition


@dataclass(frozen=True, slots=True)
class Growing:
    """A presentation whose end is not encoded yet: how long it will be (s), a moment before its first segment was
    stored, and when its manifests are written (both UTC)."""

    seconds: float
    zero: datetime
    written: datetime


@dataclass(frozen=True, slots=True)
class VideoEntry:
    """A video rendition and its track; `promised_peak` in bit/s where more of it is still to come."""

    rendition: Rendition
    track: TrackReport
    rate: Fraction
    promised_peak: int = 0

    @property
    def peak_bandwidth(self) -> int:
        """Bits per second of its most expensive stretch."""
        return max(self.promised_peak, peak_bandwidth(self.track))

    @property
    def has_keys(self) -> bool:
        """Whether it is known of every segment where its first picture ends."""
        return all(segment.key_bytes for segment in self.track.segments)


@dataclass(frozen=True, slots=True)
class AudioEntry:
    """A sound rendition and its track."""

    rendition: AudioRendition
    track: TrackReport


@dataclass(frozen=True, slots=True)
class Catalog:
    """Everything the manifests list, tallest video first; `seconds` is its length when nothing is missing."""

    video: tuple[VideoEntry, ...]
    audio: tuple[AudioEntry, ...]
    subtitles: tuple[tuple[SubtitleRendition, TrackReport], ...]
    seconds: float
    growing: Growing | None = None


def catalog(plan: Plan, tracks: Tracks, growing: Growing | None = None) -> Catalog:
    """The renditions of a run that have a track."""
    videos = {track.name: track for track in tracks.video}
    audios = {track.name: track for track in tracks.audio}
    texts = {text.name: text.track for text in tracks.subtitles}
    rate = plan.rate.fraction
    return Catalog(
        video=tuple(
            VideoEntry(r, videos[r.name], rate, 1000 * r.peak_kbps if growing else 0)
            for r in plan.renditions
            if r.name in videos
        ),
        audio=tuple(AudioEntry(r, audios[r.name]) for r in plan.audio if r.name in audios),
        subtitles=tuple((r, texts[r.name]) for r in plan.subtitles if r.name in texts),
        seconds=growing.seconds if growing else tracks.seconds,
        growing=growing,
    )


def target_duration(tracks: Iterable[TrackReport]) -> int:
    """EXT-X-TARGETDURATION (s) of playlists that are played together: no segment, rounded, is longer (RFC 8216,
    4.3.3.1), and Apple wants the same of sound and picture."""
    longest = max(segment.ticks / track.timescale for track in tracks for segment in track.segments)
    return max(1, floor(longest + 0.5))


def whole(segment: SegmentReport) -> int:
    """What a player fetches of a segment to play it."""
    return segment.bytes


def key_only(segment: SegmentReport) -> int:
    """What a player fetches of a segment to show its first picture alone."""
    return segment.key_bytes


def peak_bandwidth(track: TrackReport, size_of: Callable[[SegmentReport], int] = whole) -> int:
    """Bits per second of the most expensive stretch of 0.5 to 1.5 target durations (RFC 8216, 4.1).

    A stretch, not a segment: the last segment may be one keyframe long.
    """
    segments = track.segments
    target = max(segment.ticks for segment in segments)
    rates = [average_bandwidth(track, size_of)]
    for first in range(len(segments)):
        size = ticks = 0
        for at in range(first, len(segments)):  # a slice for each of 43,200 segments would copy a billion
            segment = segments[at]
            size, ticks = size + size_of(segment), ticks + segment.ticks
            if ticks * 2 > target * 3:
                break
            if ticks * 2 >= target:
                rates.append(round(size * 8 * track.timescale / ticks))
    return max(rates)


def average_bandwidth(track: TrackReport, size_of: Callable[[SegmentReport], int] = whole) -> int:
    """Bits per second over the whole track."""
    return round(sum(map(size_of, track.segments)) * 8 / track.seconds)
