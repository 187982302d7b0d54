"""Every manifest of a run as a file: its name relative to the run, and its text."""

from collections.abc import Callable, Iterable, Iterator

from vod import keys
from vod.manifest import dash, hls, subtitles
from vod.manifest.catalog import Catalog, target_duration
from vod.manifest.hls import Kind
from vod.parallel import AT_A_TIME, in_order


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


def store_all(
    manifests: Iterable[tuple[str, str]], store: Callable[[str, bytes], bool], at_a_time: int = AT_A_TIME
) -> bool:
    """Store manifests, so many beside each other, and those that name others when these are there.

    Whether `store` said so of every one; after a no, nothing more is begun.
    """
    naming: list[tuple[str, str]] = []

    def named() -> Iterator[tuple[str, str]]:
        for name, text in manifests:
            if name in (keys.DASH_NAME, keys.HLS_NAME):
                naming.append((name, text))
            else:
                yield name, text

    def stored(each: tuple[str, str]) -> bool:
        return store(each[0], each[1].encode())

    return all(in_order(stored, named(), at_a_time)) and all(map(stored, naming))
