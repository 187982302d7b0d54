"""Rules of docs/streaming-rules.md that manifests keep, on samples: each test is named there."""

from dataclasses import replace
from fractions import Fraction
from itertools import accumulate
from xml.etree.ElementTree import Element, fromstring

import m3u8
import pytest

from tests import samples
from vod import keys
from vod.manifest import dash, hls
from vod.manifest.catalog import Catalog, catalog, peak_bandwidth
from vod.manifest.files import files
from vod.manifest.hls import Kind
from vod.manifest.tracks import assemble
from vod.plan.plan import Plan
from vod.source.probe import AudioTrack, Probe, Rate, SubtitleTrack

NTSC = Rate(num=30000, den=1001)
MPD = {"d": "urn:mpeg:dash:schema:mpd:2011"}


def listed(source: Probe | None = None, profile: str = "default") -> Catalog:
    plan = samples.plan(source, profile)
    return catalog(plan, assemble(plan, [samples.report(plan)]))


def texts(made: Catalog) -> dict[str, str]:
    return dict(files(made, Kind.VOD))


def two_languages() -> Probe:
    """English in stereo, German (the default) in 5.1, and one track of which nothing is known."""
    english = AudioTrack(index=1, codec="aac", channels=2, sample_rate=48000, language="eng", end=10.0)
    german = english.model_copy(update={"index": 2, "channels": 6, "language": "deu", "is_default": True})
    unknown = english.model_copy(update={"index": 3, "language": None})
    return samples.probe().model_copy(update={"audio": (english, german, unknown)})


@pytest.mark.parametrize("profile", ["default", "hevc", "av1"])
def test_every_variant_says_codecs_size_rate_and_both_bandwidths(profile: str) -> None:
    playlist = m3u8.loads(texts(listed(samples.probe(rate=NTSC), profile))[keys.HLS_NAME])

    assert playlist.is_independent_segments
    for variant in playlist.playlists:
        told = variant.stream_info
        assert told.codecs == "avc1.640028,mp4a.40.2"
        assert told.resolution
        assert told.frame_rate == 29.97
        assert 0 < told.average_bandwidth <= told.bandwidth


def test_the_bandwidths_are_those_of_the_segments_with_the_heaviest_sound() -> None:
    made = listed(two_languages())

    stereo = m3u8.loads(hls.multivariant(made)).playlists[0].stream_info

    picture = made.video[0].track
    plain = [entry.track for entry in made.audio if entry.rendition.channels <= 2]
    bits = sum(segment.bytes for segment in picture.segments) * 8 / picture.seconds
    sound = max(sum(segment.bytes for segment in track.segments) * 8 / track.seconds for track in plain)
    assert stereo.average_bandwidth == pytest.approx(bits + sound, rel=0.1)
    assert stereo.bandwidth == peak_bandwidth(picture) + max(map(peak_bandwidth, plain))


@pytest.mark.parametrize("seconds", [0.4, 1.0, 2.5, 9.7, 60.0])
def test_playlists_of_picture_and_sound_have_one_target_duration_that_no_segment_exceeds(seconds: float) -> None:
    made = listed(samples.probe(seconds=seconds, rate=NTSC))

    played = [m3u8.loads(text) for name, text in texts(made).items() if name.endswith(".m3u8") and "/" in name]
    targets = {playlist.target_duration for playlist in played}
    lengths = [segment.duration for playlist in played for segment in playlist.segments]
    assert len(targets) == 1
    assert all(int(length + 0.5) <= min(targets) for length in lengths)


def test_a_segment_of_two_and_a_half_seconds_counts_as_three() -> None:
    """Rounded to the nearest whole number it must not exceed the target duration (RFC 8216, 4.3.3.1)."""
    made = listed(samples.probe(seconds=2.5, rate=Rate(num=50, den=1), audio=False))

    assert m3u8.loads(texts(made)["v720/index.m3u8"]).target_duration == 3


@pytest.mark.parametrize("rate", [NTSC, Rate(num=24000, den=1001), Rate(num=25, den=1)])
def test_lengths_of_any_segments_in_a_row_add_up_within_a_frame(rate: Rate) -> None:
    plan = samples.plan(samples.probe(seconds=7200.0, rate=rate))
    track = samples.track("v720", [plan.segment_frames] * plan.segments, plan.frame_ticks, plan.timescale)

    told = accumulate(segment.duration for segment in m3u8.loads(hls.media(track, 4)).segments)

    meant = accumulate(Fraction(segment.ticks, track.timescale) for segment in track.segments)
    drift = [float(Fraction(one) - other) for one, other in zip(told, meant, strict=True)]
    assert max(drift) - min(drift) < 1 / float(rate.fraction)


def test_every_playlist_of_media_is_on_demand_ends_and_names_its_header() -> None:
    played = {
        name: m3u8.loads(text) for name, text in texts(listed()).items() if name.endswith(".m3u8") and "/" in name
    }

    assert len(played) == 9  # four renditions, their keyframes, the sound
    for playlist in played.values():
        assert (playlist.playlist_type, playlist.is_endlist, playlist.media_sequence) == ("vod", True, 0)
        assert playlist.segment_map[0].uri == "init.mp4"
        assert playlist.segments


def test_groups_of_sound_have_the_same_members_but_for_address_and_channels() -> None:
    media = m3u8.loads(hls.multivariant(listed(two_languages()))).media

    members = {
        group: [(each.name, each.language, each.default, each.autoselect) for each in media if each.group_id == group]
        for group in ("stereo", "surround")
    }
    assert members["stereo"] == members["surround"] == [
        ("English", "en", "NO", "YES"), ("Deutsch", "de", "YES", "YES"), ("Audio", "und", "NO", "YES")
    ]  # fmt: skip
    assert [(each.channels, each.uri) for each in media if each.group_id == "surround"] == [
        ("2", "a0/index.m3u8"),
        ("6", "a1s/index.m3u8"),
        ("2", "a2/index.m3u8"),
    ]


def test_stereo_in_aac_is_always_there() -> None:
    playlist = m3u8.loads(hls.multivariant(listed(two_languages())))

    assert playlist.playlists[0].stream_info.audio == "stereo"
    assert {each.channels for each in playlist.media if each.group_id == "stereo"} == {"2"}
    assert all("mp4a.40.2" in each.stream_info.codecs for each in playlist.playlists)


def test_a_video_with_sound_has_no_variant_without_picture() -> None:
    assert all(each.stream_info.resolution for each in m3u8.loads(hls.multivariant(listed(two_languages()))).playlists)


def with_subtitles() -> Plan:
    tracks = (
        SubtitleTrack(index=2, codec="srt", language="eng", is_hearing_impaired=True),
        SubtitleTrack(index=3, codec="srt", is_forced=True),
    )
    return samples.plan(samples.probe().model_copy(update={"subtitles": tracks}))


def test_every_rendition_has_a_language_a_unique_name_and_may_be_selected() -> None:
    plan = with_subtitles()
    track = samples.track("s0", [1], 10_000, 1000, "wvtt")
    made = replace(listed(), subtitles=tuple((rendition, track) for rendition in plan.subtitles))

    lines = [line for line in hls.multivariant(made).splitlines() if "TYPE=SUBTITLES" in line]

    media = m3u8.loads("\n".join(["#EXTM3U", *lines])).media
    assert [(each.language, each.autoselect, each.forced) for each in media] == [
        ("en", "YES", "NO"),
        ("und", "YES", "YES"),
    ]
    assert "transcribes-spoken-dialog" in lines[0]
    assert len({each.name for each in media}) == 2


def sets(kind: str, made: Catalog) -> list[Element]:
    return fromstring(dash.mpd(made)).findall(f".//d:AdaptationSet[@contentType='{kind}']", MPD)


def test_an_mpd_names_its_profile_and_its_only_period_lasts_as_long_as_all_of_it() -> None:
    root = fromstring(dash.mpd(listed()))

    (period,) = root.findall("d:Period", MPD)
    assert root.get("profiles") == "urn:mpeg:dash:profile:isoff-live:2011"
    assert root.get("minBufferTime")
    assert (period.get("start"), period.get("duration")) == ("PT0S", root.get("mediaPresentationDuration"))


@pytest.mark.parametrize(("size", "par"), [((1280, 720), "16:9"), ((720, 1280), "9:16"), ((320, 240), "4:3")])
def test_a_video_set_is_aligned_begins_segments_with_keyframes_and_says_its_shape(
    size: tuple[int, int], par: str
) -> None:
    (video,) = sets("video", listed(samples.probe(*size)))

    assert {"segmentAlignment": "true", "startWithSAP": "1", "par": par, "mimeType": "video/mp4"}.items() <= (
        video.attrib.items()
    )
    for each in video.findall("d:Representation", MPD):
        assert {"width", "height", "frameRate", "sar", "codecs", "bandwidth"} <= set(each.attrib)


def test_a_sound_set_has_a_language_a_sampling_rate_and_its_channels() -> None:
    found = sets("audio", listed(two_languages()))

    assert [each.get("lang") for each in found] == ["en", "de", "und", "de"]
    for each in found:
        (representation,) = each.findall("d:Representation", MPD)
        assert representation.get("audioSamplingRate") == "48000"
        assert representation.find("d:AudioChannelConfiguration", MPD) is not None
        assert each.find("d:Role", MPD) is not None


def test_segments_are_numbered_by_a_timeline_without_gaps_and_without_a_nominal_length() -> None:
    for template in fromstring(dash.mpd(listed())).iterfind(".//d:SegmentTemplate", MPD):
        assert template.get("startNumber") == "0"
        assert template.get("timescale")
        assert template.get("duration") is None
        entries = template.findall("d:SegmentTimeline/d:S", MPD)
        assert [entry.get("t") for entry in entries] == ["0", *([None] * (len(entries) - 1))]
        assert all(int(entry.get("r", 0)) >= 0 for entry in entries)


def test_no_time_of_the_longest_video_is_too_large_for_a_player() -> None:
    """Numbers above 2^53 are not exact in browsers."""
    for rate in (NTSC, Rate(num=60000, den=1001), Rate(num=60, den=1)):
        plan = samples.plan(samples.probe(3840, 2160, 48 * 3600.0, rate))

        assert plan.frames * plan.frame_ticks < 2**53
