"""Every manifest of a run as a file: its name relative to the run, and its text."""

from vod import keys
from vod.manifest import dash, hls, subtitles
from vod.manifest.hls import Kind
from vod.manifest.rendition import Catalog


def files(listed: Catalog, kind: Kind) -> dict[str, str]:
    """The manifests in the order in which they are stored: what names others comes after them."""
    is_growing = listed.growing is not None
    tracks = (*(entry.track for entry in listed.video), *(entry.track for entry in listed.audio))
    played = {keys.playlist_name(track.name): hls.media(track, kind, is_growing) for track in tracks}
    texts = {keys.playlist_name(r.name): subtitles.hls_playlist(r, listed.seconds) for r, _ in listed.subtitles}
    return {**played, **texts, keys.DASH_NAME: dash.mpd(listed), keys.HLS_NAME: hls.multivariant(listed)}
