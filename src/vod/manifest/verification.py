"""Verification: whole tracks against the plan and against what is stored, before anybody is told `ready`."""

from collections.abc import Mapping, Sequence

from vod import keys
from vod.encoder.report import ChunkReport, TrackReport
from vod.errors import VerificationFailed
from vod.manifest.tracks import Tracks, heard
from vod.plan import sound
from vod.plan.plan import Plan
from vod.plan.subtitles import vtt_name

FRAME_TOLERANCE = 2
"""The end of the last frame is rounded by containers: so many frames more or less are no loss."""
SOUND_TOLERANCE_SECONDS = 0.1 + sound.PRIMING / sound.SAMPLE_RATE
"""Containers round, and codecs count silence at the end or not: so much more or less sound is no loss."""


def verify(plan: Plan, reports: Sequence[ChunkReport], tracks: Tracks, stored: Mapping[str, int]) -> tuple[str, ...]:
    """Warnings about what is short for a known reason; VerificationFailed when anything is not as it must be.

    `stored` maps the keys under the run's prefix to their sizes in bytes.
    """
    for track in tracks.video:
        _check_grid(plan, track, tracks.video[0])
    for track in tracks.audio:
        _check_continuous(track)
        _check_zero(track, sound.PRIMING)
    texts = tuple(text.track for text in tracks.subtitles)
    for track in texts:
        _check_continuous(track)
        _check_zero(track, 0)
    prefix = plan.prefix
    for track in (*tracks.video, *tracks.audio, *texts):
        _check_stored(track, prefix, stored)
    files = {vtt_name(text.name): text.bytes for text in tracks.subtitles}
    files |= {sheet.name: sheet.bytes for report in reports for sheet in report.sheets}
    _check_files(files, prefix, stored)
    is_damaged = any(report.complaints for report in reports)
    sounds = (_check_sound(plan, track, is_damaged) for track in tracks.audio)
    return (
        *(_check_length(plan, tracks.video[0].frames, is_damaged) if tracks.video else ()),
        *(warning for warning in dict.fromkeys(sounds) if warning),
    )


def _check_grid(plan: Plan, track: TrackReport, top: TrackReport) -> None:
    _check_continuous(track)
    _check_zero(track, 0)
    if track.timescale != plan.timescale:
        raise VerificationFailed(
            "timescale_mismatch", f"{track.name} has {track.timescale} ticks a second, not {plan.timescale}"
        )
    if [segment.frames for segment in track.segments] != [segment.frames for segment in top.segments]:
        raise VerificationFailed("rungs_misaligned", f"{track.name} and {top.name} are cut differently")
    for segment in track.segments:
        if segment.ticks != segment.frames * plan.frame_ticks:
            raise VerificationFailed("uneven_frames", f"segment {segment.number} of {track.name} is off the frame grid")
    if any(segment.frames != plan.segment_frames for segment in track.segments[:-1]):
        raise VerificationFailed(
            "uneven_segments", f"a segment of {track.name} is not {plan.segment_frames} frames long"
        )


def _check_continuous(track: TrackReport) -> None:
    at = 0
    for number, segment in enumerate(track.segments):
        if segment.number != number or segment.start != at:
            raise VerificationFailed("gap", f"{track.name} has a gap before segment {number}")
        at = segment.start + segment.ticks


def _check_zero(track: TrackReport, cut: int) -> None:
    """The track is shown from the plan's zero on, after so many ticks that only its decoder needs."""
    if track.edit is None or track.segments[0].start + track.segments[0].offset + cut != track.edit:
        raise VerificationFailed("track_shifted", f"{track.name} does not begin where the video does")


def _check_stored(track: TrackReport, prefix: str, stored: Mapping[str, int]) -> None:
    pieces = {keys.segment_name(track.name, segment.number): segment.bytes for segment in track.segments}
    _check_files({keys.init_name(track.name): track.init_bytes} | pieces, prefix, stored)


def _check_files(sizes: Mapping[str, int], prefix: str, stored: Mapping[str, int]) -> None:
    for name, size in sizes.items():
        if stored.get(prefix + name) != size:
            raise VerificationFailed("object_missing", f"{name} is not stored with its {size} bytes")


def _check_length(plan: Plan, frames: int, is_damaged: bool) -> tuple[str, ...]:
    missing = plan.frames - frames
    if abs(missing) <= FRAME_TOLERANCE:
        return ()
    if not is_damaged:
        raise VerificationFailed("frames_mismatch", f"{frames} frames came out of a source of {plan.frames}")
    return (f"The source is damaged: {frames} of about {plan.frames} frames could be decoded.",)


def _check_sound(plan: Plan, track: TrackReport, is_damaged: bool) -> str | None:
    """A warning when a sound track is shorter or longer than its source, which only damage explains."""
    rendition = next(rendition for rendition in plan.audio if rendition.name == track.name)
    seconds = heard(track)
    meant = rendition.length
    if meant is None or abs(seconds - meant) <= SOUND_TOLERANCE_SECONDS:
        return None
    if not is_damaged:
        raise VerificationFailed("sound_mismatch", f"{track.name} is {seconds:.3f} s long, not {meant:.3f} s")
    there = f"{max(0.0, seconds - rendition.silence):.1f} of {rendition.end:.1f} s"
    return f"The source is damaged: {there} of sound track {rendition.label} are there."
