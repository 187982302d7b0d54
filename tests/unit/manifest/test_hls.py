from dataclasses import replace

import m3u8

from tests import samples
from vod.manifest import hls
from vod.manifest.catalog import Catalog, VideoEntry, catalog, peak_bandwidth
from vod.manifest.files import files
from vod.manifest.hls import Kind
from vod.manifest.tracks import assemble
from vod.source.probe import AudioTrack

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

    playlist = m3u8.loads(hls.media(track, 4))

    assert abs(sum(segment.duration for segment in playlist.segments) - track.seconds) < 1e-5
    assert playlist.is_endlist
    assert playlist.target_duration >= max(round(segment.duration) for segment in playlist.segments)
    assert playlist.segment_map[0].uri == "init.mp4"


def test_every_picture_is_said_to_be_sdr_and_without_captions() -> None:
    text = hls.multivariant(CATALOG)

    variants = [line for line in text.splitlines() if line.startswith("#EXT-X-STREAM-INF")]
    assert len(variants) == 4
    assert all(",VIDEO-RANGE=SDR,CLOSED-CAPTIONS=NONE" in line for line in variants)
    assert "TYPE=CLOSED-CAPTIONS" not in text


def with_rates(rates: dict[str, int], profile: str = "default") -> Catalog:
    """The catalog where renditions have so many bits a second."""
    plan = samples.plan(profile=profile)
    made = samples.report(plan)
    listed = catalog(plan, assemble(plan, [made]))

    def heavy(entry: VideoEntry) -> VideoEntry:
        a_tick = rates.get(entry.rendition.name, 10_000) / 8 / entry.track.timescale
        sizes = ((segment, round(segment.ticks * a_tick)) for segment in entry.track.segments)
        segments = [segment.model_copy(update={"bytes": size}) for segment, size in sizes]
        return replace(entry, track=entry.track.model_copy(update={"segments": tuple(segments)}))

    return replace(listed, video=tuple(map(heavy, listed.video)))


def names(listed: Catalog) -> list[str]:
    return [each.uri.split("/")[0] for each in m3u8.loads(hls.multivariant(listed)).playlists]


def test_players_begin_with_the_tallest_h264_that_most_connections_carry() -> None:
    heavy = with_rates({"v720": 4_000_000, "v540": 2_000_000})

    assert names(heavy) == ["v540", "v720", "v360", "v240"]
    first, *others = m3u8.loads(hls.multivariant(heavy)).playlists
    assert first.stream_info.bandwidth <= hls.BEGIN_AT_MOST < others[0].stream_info.bandwidth


def test_the_order_stays_where_no_variant_or_every_one_is_light_enough() -> None:
    tallest_first = ["v720", "v540", "v360", "v240"]

    assert names(CATALOG) == tallest_first
    assert names(with_rates(dict.fromkeys(tallest_first, 8_000_000))) == tallest_first


def test_players_never_begin_with_a_codec_that_not_all_of_them_have() -> None:
    assert names(with_rates({"v720": 8_000_000, "v540": 8_000_000}, "av1"))[0] == "v360"


def test_every_rendition_has_its_keyframes_in_a_playlist_of_their_own() -> None:
    found = m3u8.loads(hls.multivariant(CATALOG)).iframe_playlists

    assert [(each.uri, each.iframe_stream_info.resolution) for each in found] == [
        ("v720/iframes.m3u8", (1280, 720)),
        ("v540/iframes.m3u8", (960, 540)),
        ("v360/iframes.m3u8", (640, 360)),
        ("v240/iframes.m3u8", (426, 240)),
    ]
    for each in found:
        told = each.iframe_stream_info
        assert (told.codecs, told.video_range) == ("avc1.640028", "SDR")
        assert told.bandwidth >= told.average_bandwidth == 960  # 3 x 400 bytes in 10 s


def test_a_playlist_of_keyframes_names_the_beginning_of_every_segment() -> None:
    track = CATALOG.video[0].track

    text = hls.keyframes(track, 4)

    playlist = m3u8.loads(text)
    assert playlist.is_i_frames_only
    assert playlist.is_endlist
    assert [(each.uri, each.byterange) for each in playlist.segments] == [
        (f"{number:05d}.m4s", "400@0") for number in range(3)
    ]
    played = m3u8.loads(hls.media(track, 4))
    assert [each.duration for each in playlist.segments] == [each.duration for each in played.segments]
    assert (playlist.target_duration, playlist.segment_map[0].uri) == (played.target_duration, "init.mp4")
    assert "#EXT-X-ENDLIST" not in hls.keyframes(track, 4, Kind.EVENT, is_growing=True)


def test_a_rendition_of_a_release_that_knew_no_keyframes_has_no_such_playlist() -> None:
    report = samples.report(PLAN)
    old = report.video[1]
    segments = (old.segments[0], *(each.model_copy(update={"key_bytes": 0}) for each in old.segments[1:]))
    video = (report.video[0], old.model_copy(update={"segments": segments}), *report.video[2:])
    mixed = catalog(PLAN, assemble(PLAN, [report.model_copy(update={"video": video})]))

    names = [name for name, _ in files(mixed, Kind.VOD)]

    listed = ["v720/iframes.m3u8", "v360/iframes.m3u8", "v240/iframes.m3u8"]
    assert [name for name in names if "iframes" in name] == listed
    assert [each.uri for each in m3u8.loads(hls.multivariant(mixed)).iframe_playlists] == listed


def test_surround_is_offered_as_a_group_of_its_own() -> None:
    wide = samples.probe().model_copy(
        update={"audio": (AudioTrack(index=1, codec="ac3", channels=6, sample_rate=48000, title='"Cinema"\n'),)}
    )
    plan = samples.plan(wide)

    playlist = m3u8.loads(hls.multivariant(catalog(plan, assemble(plan, [samples.report(plan)]))))

    assert [(m.group_id, m.channels, m.default, m.name) for m in playlist.media] == [
        ("stereo", "2", "YES", "Cinema"),
        ("surround", "6", "YES", "Cinema"),
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
        ("a1/index.m3u8", "surround"),
    ]
    assert {p.stream_info.codecs for p in playlist.playlists} == {"mp4a.40.2"}
    assert {p.stream_info.resolution for p in playlist.playlists} == {None}
    assert [(m.group_id, m.language, m.uri) for m in playlist.media] == [
        ("stereo", "en", "a0/index.m3u8"),
        ("stereo", "de", None),
        ("surround", "en", "a0s/index.m3u8"),
        ("surround", "de", None),
    ]
