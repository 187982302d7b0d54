import m3u8

from tests import samples
from vod.manifest import hls
from vod.manifest.rendition import catalog, peak_bandwidth
from vod.probe import AudioTrack
from vod.tracks import assemble

PLAN = samples.plan()
CATALOG = catalog(PLAN, assemble(PLAN, [samples.report(PLAN)]))


def test_the_multivariant_playlist_lists_every_rendition_tallest_first() -> None:
    playlist = m3u8.loads(hls.multivariant(CATALOG))

    assert [p.uri for p in playlist.playlists] == [
        "v720/index.m3u8",
        "v540/index.m3u8",
        "v360/index.m3u8",
        "v240/index.m3u8",
    ]
    assert playlist.playlists[0].stream_info.resolution == (1280, 720)
    assert playlist.playlists[0].stream_info.codecs == "avc1.640028,mp4a.40.2"
    assert playlist.playlists[0].stream_info.frame_rate == 25.0
    assert playlist.media[0].uri == "a0/index.m3u8"


def test_peak_bandwidth_is_never_below_the_average() -> None:
    for variant in m3u8.loads(hls.multivariant(CATALOG)).playlists:
        assert variant.stream_info.bandwidth >= variant.stream_info.average_bandwidth > 0


def test_a_media_playlist_lasts_as_long_as_its_track() -> None:
    track = CATALOG.video[0].track

    playlist = m3u8.loads(hls.media(track))

    assert abs(sum(segment.duration for segment in playlist.segments) - track.seconds) < 1e-5
    assert playlist.is_endlist
    assert playlist.target_duration >= max(round(segment.duration) for segment in playlist.segments)
    assert playlist.segment_map[0].uri == "init.mp4"


def test_surround_is_offered_as_a_group_of_its_own() -> None:
    wide = samples.probe().model_copy(
        update={"audio": (AudioTrack(index=1, codec="ac3", channels=6, sample_rate=48000, title='"Cinema"\n'),)}
    )
    plan = samples.plan(wide)

    playlist = m3u8.loads(hls.multivariant(catalog(plan, assemble(plan, [samples.report(plan)]))))

    assert [(m.group_id, m.channels, m.default, m.name) for m in playlist.media] == [
        ("stereo", "2", "YES", " Cinema "),
        ("surround", "6", "YES", " Cinema "),
    ]
    assert [p.stream_info.audio for p in playlist.playlists] == ["stereo"] * 4 + ["surround"] * 4


def test_a_video_without_sound_names_no_audio_group() -> None:
    silent = samples.plan(samples.probe(audio=False))
    text = hls.multivariant(catalog(silent, assemble(silent, [samples.report(silent)])))

    assert "AUDIO" not in text
    assert "mp4a" not in text


def test_a_tiny_last_segment_does_not_make_a_rung_look_expensive() -> None:
    track = samples.track("v720", [100, 100, 1], 1000, 25000)
    heavy = [
        segment.model_copy(update={"bytes": size})
        for segment, size in zip(track.segments, (2_000_000, 2_000_000, 150_000), strict=True)
    ]

    peak = peak_bandwidth(track.model_copy(update={"segments": tuple(heavy)}))

    assert 4_000_000 <= peak < 4_500_000


def test_sound_without_picture_is_a_variant_a_group() -> None:
    tracks = [
        AudioTrack(index=0, codec="ac3", channels=6, sample_rate=48000, language="eng"),
        AudioTrack(index=1, codec="ac3", channels=2, sample_rate=48000, language="deu", is_default=True),
    ]
    plan = samples.plan(samples.sound_probe().model_copy(update={"audio": tuple(tracks)}))

    playlist = m3u8.loads(hls.multivariant(catalog(plan, assemble(plan, [samples.report(plan)]))))

    assert [(p.uri, p.stream_info.audio) for p in playlist.playlists] == [
        ("a1/index.m3u8", "stereo"),
        ("a0s/index.m3u8", "surround"),
    ]
    assert {p.stream_info.codecs for p in playlist.playlists} == {"mp4a.40.2"}
    assert {p.stream_info.resolution for p in playlist.playlists} == {None}
    assert [(m.group_id, m.language, m.uri) for m in playlist.media] == [
        ("stereo", "en", "a0/index.m3u8"),
        ("stereo", "de", None),
        ("surround", "en", None),
    ]
