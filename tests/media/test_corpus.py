"""Every real file ends as its manifest says: published, with every frame in both manifests, or refused for a reason."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import m3u8
import pytest
from mpegdash.parser import MPEGDASHParser

from tests.hostile.traps import traps
from tests.media import decoded
from tests.media.choice import chosen
from tests.media.corpus import MediaFile, corpus_file, listed
from tests.media.generate import ffmpeg
from tests.media.in_process import Ended, quick, transcoded
from vod.errors import REFUSALS
from vod.source.sealed_probe import ProbeProcess

FILES = [*listed("corpus"), *listed("clips")]
GRID = {
    "mp4_120fps_60s.mp4": 3600,  # 120 frames a second: every other one
    "mkv_pgs.mkv": 3,  # 30 frames within 30 ms
    "mp4_elst_shift.mp4": 300,  # an empty edit of 1 s: the first picture stands still
    "mp4_streamcopy_trim.mp4": 871,  # steady after 9 s of a still
    "mp4_vfr_screen_3026x1386.mp4": 419,  # variable: the lowest rate that shows 95 % of the frames
    "mp4_android_slowmo_vfr.mp4": 16,
    "webm_sar_32_17.webm": 61,  # steady with pauses, which a steady grid fills
    "webm_vp8_vorbis.webm": 196,
    "ts_hls_segment_start_19s.ts": 303,  # the sound begins 0.6 s before the first picture that can be decoded
    "mp4_2video_2audio_movtext.mp4": 390,  # the manifest counts the first track, the larger one is shown
}
"""Frames on the output's grid where these are not as many as in the source; the rule stands in src/vod/media/rate.py."""
CHOSEN = {
    *("avi_xvid_mp3.avi", "disguised_jpeg.mp4", "fmp4_h264_aac_sidx.mp4", "hls_ssrf_http_loopback.mp4", "mkv_srt.mkv"),
    *("mov_iphone_rot90_gps.mov", "mp4_elst_shift.mp4", "mp4_encrypted_clearkey.mp4", "mp4_hlg_hevc.mp4"),
    *("mp4_mdat_too_long.mp4", "mp4_opus_audio_only.mp4", "mp4_resize_midstream.mp4", "mp4_streamcopy_trim.mp4"),
    *("mp4_zero_timescale.mp4", "ogv_theora_vorbis.ogv", "ts_hls_segment_start_19s.ts", "ts_mpeg2_480i_bff.ts"),
    *("webm_odd_161x121.webm", "webm_sar_32_17.webm", "webm_vp9_opus.webm", "manifest.csv"),
}
"""What `make test` looks at; `make test-all` takes every file."""
LARGE = {
    "mp4_4k_h264_10bit_hlg.mp4",
    "mp4_vfr_screen_3026x1386.mp4",
    "bbb_1080p24_30s_h264_aac51.mp4",
    "bbb_1080p60_30s_h264_aac51.mp4",
    "sintel_trailer_720p24_52s.mp4",
    "svt_natural_1080p25_10s_422_10bit.mp4",
}
"""Files that get their two lowest rungs only, for the time it takes."""
TRACK_SHOWN = {"mp4_2video_2audio_movtext.mp4": Fraction(16, 9)}


@pytest.fixture(scope="module")
def prober() -> Iterator[ProbeProcess]:
    process = ProbeProcess(reader="tests.hostile.walled:read_probe")
    yield process
    process.close()


@pytest.mark.parametrize("file", chosen(FILES, CHOSEN))
def test_every_file_ends_as_its_manifest_says(file: MediaFile, tmp_path: Path, prober: ProbeProcess) -> None:
    profile = quick(sides=(360, 240)) if file.name in LARGE else quick()

    ended = transcoded(file.path, tmp_path, prober, profile)

    assert ended.outcome in file.outcomes, ended.error
    if ended.outcome == "refused":
        assert_explained(ended)
    else:
        assert_playable(ended)
        assert_whole(file, ended)


def assert_explained(ended: Ended) -> None:
    assert ended.error is not None
    assert ended.error["code"] in {*REFUSALS, "encode_failed"}
    assert len(ended.error["message"]) > 20


def assert_playable(ended: Ended) -> None:
    """Both manifests parse and decode to the same frames of every rendition, each at its time on the grid."""
    assert ended.plan is not None
    hls = decoded.tracks(ended.folder / "index.m3u8")
    dash = [track.once for track in decoded.tracks(ended.folder / "index.mpd")]
    pictures = [track for track in hls if track.kind == "video"]
    shown = [(rendition["width"], rendition["height"]) for rendition in ended.video.renditions]
    assert sorted(track.size for track in pictures) == sorted(shown)
    for track in pictures:
        step = 1 / ended.plan.rate.fraction
        assert track.times == tuple(number * step for number in range(len(track.times)))
        assert track in dash
        assert not any(length % 2 for length in track.size)
    sounds = [track for track in hls if track.kind == "audio"]
    assert len(sounds) == len(ended.plan.audio) == len([track for track in dash if track.kind == "audio"])
    assert all(track.times for track in sounds)
    assert_listed(ended, len(pictures), len(sounds))


def assert_listed(ended: Ended, renditions: int, sounds: int) -> None:
    playlist = m3u8.load(str(ended.folder / "index.m3u8"))
    assert len({entry.uri for entry in playlist.playlists}) == (renditions or sounds)
    for entry in playlist.playlists:
        assert all(is_known(codec) for codec in str(entry.stream_info.codecs).split(","))
        media = m3u8.load(str(ended.folder / entry.uri))
        assert media.is_endlist
        assert all((ended.folder / entry.uri).with_name(segment.uri).exists() for segment in media.segments)
    sets = MPEGDASHParser.parse((ended.folder / "index.mpd").read_text()).periods[0].adaptation_sets
    assert sum(len(found.representations) for found in sets if found.content_type == "video") == renditions


def is_known(codec: str) -> bool:
    """Whether browsers that play H.264 know a codec by this name: High profile, levels 1 to 5.2."""
    name, _, rest = codec.partition(".")
    return codec == "mp4a.40.2" or (name == "avc1" and rest[:4] == "6400" and 10 <= int(rest[4:], 16) <= 52)


def assert_whole(file: MediaFile, ended: Ended) -> None:
    """As many frames as the source, in its shape, with its sound and a poster; only sound where that is all there is."""
    renditions = ended.video.renditions
    assert (ended.folder / "poster.jpg").read_bytes()[:2] == b"\xff\xd8"
    assert ended.video.has_poster
    if file.facts["expected"].startswith("audio only"):
        assert renditions == ()
        assert ended.plan
        assert ended.plan.audio
        return
    assert ended.plan is not None
    frames = GRID.get(file.name, int(file.facts["frames"])) + ended.plan.held
    assert all(abs(rendition["frames"] - frames) <= 2 for rendition in renditions)
    shape = TRACK_SHOWN.get(file.name, file.upright)
    assert all(abs(rendition["width"] - rendition["height"] * shape) <= 2 * max(1, shape) for rendition in renditions)


def test_every_file_of_the_corpus_is_in_its_manifest() -> None:
    for folder in ("corpus", "clips"):
        files = {file.name: file for file in listed(folder)}
        present = {path.name for path in next(iter(files.values())).path.parent.iterdir()} - {"manifest.csv"}

        assert set(files) == present


def test_the_first_second_of_a_4k_hdr_source_gets_every_rung(tmp_path: Path, prober: ProbeProcess) -> None:
    source = tmp_path / "second.mp4"
    ffmpeg("-i", str(corpus_file("mp4_4k_h264_10bit_hlg.mp4")), "-c", "copy", "-frames:v", "12", str(source))

    ended = transcoded(source, tmp_path, prober, quick())

    assert_playable(ended)
    assert ended.video.renditions[0]["name"] == "v2160"
    assert len(ended.video.renditions) == 7


@pytest.mark.parametrize("name", ["hls_ssrf_http_loopback.mp4", "hls_playlist_local.mp4"])
def test_the_playlists_of_the_corpus_reach_nothing(name: str, tmp_path: Path, prober: ProbeProcess) -> None:
    with traps(tmp_path) as set_up:
        text = corpus_file(name).read_text()
        text = text.replace("http://127.0.0.1:9/latest/meta-data/probe.ts", set_up.address)
        upload = tmp_path / "upload.mp4"
        upload.write_text(text.replace("640x480_seg0.ts", str(set_up.canary)))

        ended = transcoded(upload, tmp_path, prober, quick())

        assert ended.error is not None
        assert ended.error["code"] == "indirect_source"
        assert set_up.address in upload.read_text() or str(set_up.canary) in upload.read_text()
        assert not set_up.touched
