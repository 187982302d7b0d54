"""The subtitles that a video's manifests name, for whoever writes these anew: owners may have changed them."""

from dataclasses import replace

from vod import keys
from vod.encoder import wvtt
from vod.encoder.report import TrackReport
from vod.manifest import captions
from vod.manifest.catalog import Catalog
from vod.manifest.tracks import Tracks
from vod.media import webvtt
from vod.plan.subtitles import SubtitleRendition, vtt_name
from vod.ports.buckets import Output


def listed(output: Output, prefix: str) -> tuple[SubtitleRendition, ...]:
    """Those that the HLS playlist of a run names."""
    return captions.listed(output.get(prefix + keys.HLS_NAME).decode())


def only(tracks: Tracks, kept: tuple[SubtitleRendition, ...]) -> Tracks:
    """A run's tracks without the subtitles that are not named any more, whose files may be gone."""
    names = {each.name for each in kept}
    return replace(tracks, subtitles=tuple(each for each in tracks.subtitles if each.name in names))


def with_them(catalog: Catalog, kept: tuple[SubtitleRendition, ...], output: Output, prefix: str) -> Catalog:
    """What manifests are written from, with these subtitles and no others."""
    known = {rendition.name: track for rendition, track in catalog.subtitles}
    tracks = ((each, known.get(each.name) or track(output, prefix, each.name, catalog.seconds)) for each in kept)
    return replace(catalog, subtitles=tuple(tracks))


def track(output: Output, prefix: str, name: str, seconds: float) -> TrackReport:
    """The report on a stored text as a track of so many seconds."""
    cues = webvtt.parse(output.get(prefix + vtt_name(name)).decode())
    return wvtt.packaged(name, cues, seconds)[0]
