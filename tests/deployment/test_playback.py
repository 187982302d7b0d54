"""What a player asks for first."""

import pytest

from deployment.playback import check_dash, check_hls, dash_addresses, hls_addresses

HOST = "https://video.example.com"
FILES = {
    f"{HOST}/m/index.m3u8?s=1": '#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,URI="a/index.m3u8?s=1"\n#EXT-X-STREAM-INF:\nv/index.m3u8?s=1\n',
    f"{HOST}/m/a/index.m3u8?s=1": '#EXTM3U\n#EXT-X-MAP:URI="/a/init.mp4?s=2"\n#EXTINF:4\n/a/00000.m4s?s=2\n/a/00001.m4s?s=2\n',
    f"{HOST}/m/v/index.m3u8?s=1": '#EXTM3U\n#EXT-X-MAP:URI="/v/init.mp4?s=2"\n#EXTINF:4\n/v/00000.m4s?s=2\n',
    f"{HOST}/m/index.mpd": (
        '<MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><Period><AdaptationSet>'
        '<SegmentTemplate startNumber="0" initialization="/$RepresentationID$/init.mp4" media="/$RepresentationID$/$Number%05d$.m4s"/>'
        '<Representation id="v"/><Representation id="w"/></AdaptationSet></Period></MPD>'
    ),
    **{f"{HOST}/{track}/{name}": "media" for track in "vw" for name in ("init.mp4", "00000.m4s")},
    **{f"{HOST}/{track}/{name}?s=2": "media" for track in "av" for name in ("init.mp4", "00000.m4s")},
}


def fetch(address: str) -> bytes:
    try:
        return FILES[address].encode()
    except KeyError:
        raise OSError(f"404 {address}") from None


def test_hls_plays_when_each_track_begins() -> None:
    assert check_hls(f"{HOST}/m/index.m3u8?s=1", fetch) == 4


def test_dash_plays_when_each_representation_begins() -> None:
    assert check_dash(f"{HOST}/m/index.mpd", fetch) == 4


@pytest.mark.parametrize("missing", [f"{HOST}/v/00000.m4s", f"{HOST}/w/init.mp4", f"{HOST}/m/index.mpd"])
def test_dash_with_a_missing_file_does_not_play(missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(FILES, missing)

    with pytest.raises(OSError, match="404"):
        check_dash(f"{HOST}/m/index.mpd", fetch)


def test_a_playlist_without_segments_does_not_play(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(FILES, f"{HOST}/m/v/index.m3u8?s=1", "#EXTM3U\n")

    with pytest.raises(ValueError, match="has no segment"):
        check_hls(f"{HOST}/m/index.m3u8?s=1", fetch)


def test_an_empty_segment_does_not_play(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(FILES, f"{HOST}/a/00000.m4s?s=2", "")

    with pytest.raises(ValueError, match="is empty"):
        check_hls(f"{HOST}/m/index.m3u8?s=1", fetch)


def test_addresses_are_relative_to_their_manifest() -> None:
    assert hls_addresses('#EXT-X-MAP:URI="i.mp4"\n#EXTINF:4\n0.m4s\n', f"{HOST}/m/v/index.m3u8") == [
        f"{HOST}/m/v/i.mp4",
        f"{HOST}/m/v/0.m4s",
    ]
    assert f"{HOST}/v/00000.m4s" in dash_addresses(FILES[f"{HOST}/m/index.mpd"], f"{HOST}/m/index.mpd")


def test_a_manifest_that_names_nothing_does_not_play() -> None:
    with pytest.raises(ValueError, match="lists no media"):
        check_hls(f"{HOST}/empty", lambda _: b"#EXTM3U\n")
