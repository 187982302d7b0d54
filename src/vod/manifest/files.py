"""Every manifest of a run as a file: its name relative to the run, and its text."""

from collections.abc import Iterator

from vod import keys
from vod.manifest import dash, hls, subtitles
from vod.manifest.catalog import Catalog, target_duration
from vod.manifest.hls import Kind


def files(listed: Catalog, kind: Kind) -> Iterator[tuple[str, str]]:
    """Names and texts of the manifests in the order in which they are stored: what names others comes after them.

    One at a time: of a video of 48 hours they are 40 MB.
    """
    is_growing = listed.growing is not None
    tracks = (*(entry.track for entry in listed.video), *(entry.track for entry in listed.audio))
    target = target_duration(tracks)
    for track in tracks:
        yield keys.playlist_name(track.name), hls.media(track, target, kind, is_growing)
    for entry in listed.video:
        if entry.has_keys:
            yield keys.trick_playlist_name(entry.track.name), hls.keyframes(entry.track, target, kind, is_growing)
    for rendition, _ in listed.subtitles:
        yield keys.playlist_name(rendition.name), subtitles.hls_playlist(rendition, listed.seconds)
    yield keys.DASH_NAME, dash.mpd(listed)
    yield keys.HLS_NAME, hls.multivariant(listed)
