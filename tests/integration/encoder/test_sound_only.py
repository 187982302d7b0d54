"""Sources without picture: sound in every container becomes sound renditions, with a poster."""

import re
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from tests.fakes import FakeOutput
from tests.integration.encoder.test_encode import encoder, planned
from tests.integration.encoder.test_sounds import heard, published
from tests.integration.ffmpeg.test_waveform import grid, size
from tests.integration.source.test_libav import probe
from tests.media.corpus import corpus_file
from tests.media.generate import FFMPEG, ffmpeg
from vod.errors import SourceRefused
from vod.steps.encode import encode


def tone(target: Path, seconds: float = 6, extra: tuple[str, ...] = ()) -> Path:
    ffmpeg("-f", "lavfi", "-i", f"sine=440:duration={seconds}", "-ac", "2", *extra, str(target))
    return target


def with_cover(tmp_path: Path, name: str) -> Path:
    """A tone with a red cover picture, attached as the container that the name asks for does it."""
    cover, target = tmp_path / "cover.jpg", tmp_path / name
    ffmpeg("-f", "lavfi", "-i", "color=red:size=600x600", "-frames:v", "1", str(cover))
    attached = ("-map", "0", "-map", "1", "-c", "copy", "-disposition:v", "attached_pic")
    ffmpeg("-i", str(tone(tmp_path / f"plain-{name}")), "-i", str(cover), *attached, str(target))
    return target


def seconds_of(address: Path) -> float:
    """How long what comes out of a manifest is, sample by sample."""
    command = [
        FFMPEG,
        "-v",
        "error",
        "-i",
        str(address),
        "-map",
        "0:a:0",
        "-ac",
        "1",
        "-ar",
        "48000",
        "-f",
        "s16le",
        "-",
    ]
    return len(subprocess.run(command, capture_output=True, check=True).stdout) / 2 / 48000


def kinds(address: Path) -> list[str]:
    """What kinds of streams a manifest offers."""
    told = subprocess.run([FFMPEG, "-hide_banner", "-i", str(address)], capture_output=True, text=True, check=False)
    return re.findall(r"Stream #\S+ *(?:\(\w+\))?: (\w+)", told.stderr)


@pytest.mark.parametrize(
    ("name", "extra"),
    [
        ("a.mp3", ("-metadata", "title=Tone")),
        ("bare.mp3", ("-id3v2_version", "0", "-write_xing", "0")),
        ("a.flac", ()),
        ("a.wav", ()),
        ("rf64.wav", ("-rf64", "always")),
        ("a.aac", ()),
        ("a.m4a", ()),
        ("a.ogg", ("-c:a", "libopus")),
        ("a.mka", ("-c:a", "flac")),
        ("a.wma", ()),
        ("a.ts", ()),
    ],
)
def test_sound_in_every_container_plays_from_both_manifests(tmp_path: Path, name: str, extra: tuple[str, ...]) -> None:
    video, out = published(tmp_path, tone(tmp_path / name, extra=extra))

    assert (video.renditions, video.warnings) == ((), ())
    assert video.duration == pytest.approx(6, abs=0.1)
    for manifest in ("index.m3u8", "index.mpd"):
        assert kinds(out / manifest) == ["Audio"]
        assert seconds_of(out / manifest) == pytest.approx(6, abs=0.1)
        assert {round(pitch / 10) for pitch, _ in heard(out / manifest)[1:-1]} == {44}
    assert size((out / "poster.jpg").read_bytes()) == (1280, 720)


@pytest.mark.parametrize("name", ["a.mp3", "a.m4a", "a.flac"])
def test_the_cover_is_the_poster_and_no_video(tmp_path: Path, name: str) -> None:
    source = with_cover(tmp_path, name)

    video, out = published(tmp_path, source)

    assert probe(source).video is None
    assert video.has_poster
    assert size((out / "poster.jpg").read_bytes()) == (600, 600)
    assert all(60 < brightness < 100 for brightness in grid((out / "poster.jpg").read_bytes(), 2, 2))  # red


def test_a_cover_beyond_the_limit_of_pixels_is_not_decoded(tmp_path: Path) -> None:
    source, limits = with_cover(tmp_path, "a.mp3"), probe.__defaults__[0]  # type: ignore[index]

    assert probe(source, limits).cover == 1
    assert probe(source, limits.model_copy(update={"max_pixels": 100_000})).cover is None


def test_a_broken_cover_gives_way_to_the_waveform(tmp_path: Path) -> None:
    source = with_cover(tmp_path, "a.mp3")
    data = bytearray(source.read_bytes())
    start = data.index(b"\xff\xd8\xff")
    data[start : start + 2000] = bytes(2000)
    source.write_bytes(data)

    _, out = published(tmp_path, source)

    assert size((out / "poster.jpg").read_bytes()) == (1280, 720)


@pytest.mark.parametrize(
    ("name", "seconds"),
    [
        ("mp3_cover_chapters.mp3", 2.808),
        ("wav_pcm.wav", 1.0),
        ("mp4_opus_audio_only.mp4", 1.003),
        ("mxf_pcm_audio_only.mxf", 0.734),
        ("mp4_audio_47ms.mp4", 0.047),
        ("mp4_negative_start_aac51.mp4", 5.077),
        ("ogg_variable_samplerate.ogg", 1.0),
    ],
)
def test_real_sound_files_keep_their_length(tmp_path: Path, name: str, seconds: float) -> None:
    video, out = published(tmp_path, corpus_file(name))

    assert video.has_poster
    assert seconds_of(out / "index.m3u8") == pytest.approx(seconds, abs=0.1)


def test_a_source_that_breaks_off_on_the_way_says_so() -> None:
    found = probe(corpus_file("ogg_variable_samplerate.ogg"))

    assert found.warnings == ("The source can be read only in part; what follows the first fault was left out.",)


def test_sound_that_nothing_decodes_is_refused() -> None:
    with pytest.raises(SourceRefused) as refused:
        probe(corpus_file("mp4_ac4_unsupported.mp4"))

    assert refused.value.code == "unsupported_codec"


def test_sound_that_spoils_after_the_probe_is_refused_by_the_encoder(tmp_path: Path) -> None:
    source = tone(tmp_path / "a.m4a")
    plan = planned(source)
    data = source.read_bytes()
    source.write_bytes(data[:100] + bytes(len(data) - 100))

    report = encode(encoder(tmp_path, source, FakeOutput()), plan, plan.chunks[0])

    assert report.refusal is not None
    assert report.refusal.code == "encode_failed"


def test_progress_is_told_in_seconds_and_an_unwanted_video_ends_it(tmp_path: Path) -> None:
    source, told = tone(tmp_path / "a.wav", seconds=500, extra=("-ar", "8000")), []
    plan = planned(source)

    def wanted(seconds: int, _: bool) -> bool:
        told.append(seconds)
        return seconds < 60

    report = encode(replace(encoder(tmp_path, source, FakeOutput()), on_frames=wanted), plan, plan.chunks[0])

    assert report.outcome == "cancelled"
    assert told[-1] >= 60
    assert told == sorted(told)


@pytest.mark.parametrize(
    ("name", "knows_end"), [("a.wav", True), ("a.m4a", True), ("a.mka", True), ("a.mp3", False), ("a.flac", False)]
)
def test_of_a_large_source_the_length_is_known_without_reading_it_all(
    tmp_path: Path, name: str, knows_end: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tone(tmp_path / name, seconds=120)
    monkeypatch.setattr("vod.source.scan.SCAN_BYTES", source.stat().st_size // 4)

    found = probe(source)

    assert found.duration == pytest.approx(120, abs=0.1)
    (sound,) = found.audio
    assert sound.end == pytest.approx(120, abs=0.1) if knows_end else sound.end is None
