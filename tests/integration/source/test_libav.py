"""The probe on real files of many kinds, made on the spot."""

import io
from fractions import Fraction
from pathlib import Path

import pytest

from tests.media.generate import clip, ffmpeg
from vod.errors import SourceRefused
from vod.source import scan
from vod.source.libav import read_probe
from vod.source.probe import Limits, Probe
from vod.source.sniff import demuxer_of

LIMITS = Limits(max_bytes=2**30, max_seconds=600, max_streams=8)


def probe(path: Path, limits: Limits = LIMITS) -> Probe:
    with path.open("rb") as file:
        return read_probe(file, demuxer_of(file), path.stat().st_size, limits)


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.mov", "a.ts", "a.avi", "a.flv", "a.mpg"])
def test_every_container_is_described_alike(tmp_path: Path, name: str) -> None:
    found = probe(clip(tmp_path / name))

    assert (found.video.width, found.video.height) == (320, 240)
    assert found.video.rate.fraction == 25
    assert found.video.frames == 50
    assert abs(found.video.end - 2) <= 0.12
    assert len(found.audio) == 1


@pytest.mark.parametrize("rate", ["24000/1001", "30000/1001", "12", "60"])
def test_the_rate_is_exact(tmp_path: Path, rate: str) -> None:
    assert probe(clip(tmp_path / "a.mkv", rate=rate, sound=False)).video.rate.fraction == Fraction(rate)


def test_a_rotated_video_is_described_upright(tmp_path: Path) -> None:
    ffmpeg("-display_rotation", "90", "-i", str(clip(tmp_path / "a.mp4")), "-c", "copy", str(tmp_path / "r.mp4"))

    found = probe(tmp_path / "r.mp4")

    assert (found.video.width, found.video.height, found.video.rotation) == (240, 320, 90)


def test_a_turn_that_is_no_quarter_leaves_the_size_as_it_is(tmp_path: Path) -> None:
    ffmpeg("-display_rotation", "60", "-i", str(clip(tmp_path / "a.mp4")), "-c", "copy", str(tmp_path / "r.mp4"))

    found = probe(tmp_path / "r.mp4")

    assert (found.video.width, found.video.height, found.video.rotation) == (320, 240, 0)


def test_pixel_shape_counts(tmp_path: Path) -> None:
    assert probe(clip(tmp_path / "a.mp4", extra=("-vf", "setsar=2"))).video.width == 640


def test_a_late_start_is_no_part_of_the_video(tmp_path: Path) -> None:
    found = probe(clip(tmp_path / "a.ts", extra=("-output_ts_offset", "3600")))

    assert abs(found.duration - 2) <= 0.12
    assert found.start > 3600


def test_a_truncated_file_is_described_as_far_as_it_goes(tmp_path: Path) -> None:
    path = clip(tmp_path / "a.ts", seconds=4, size="640x480")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])

    assert 1 < probe(path).duration < 3.5


@pytest.mark.parametrize(
    ("extra", "limits", "code"),
    [
        ((), Limits(max_bytes=1, max_seconds=1.5), "too_long"),
        ((), Limits(max_bytes=1, max_seconds=60, max_pixels=1000), "too_many_pixels"),
        ((), Limits(max_bytes=1, max_seconds=60, max_streams=1), "too_many_streams"),
        (("-vn",), Limits(max_bytes=1, max_seconds=1.5), "too_long"),
    ],
)
def test_a_source_beyond_a_limit_is_refused(tmp_path: Path, extra: tuple[str, ...], limits: Limits, code: str) -> None:
    path = clip(tmp_path / "a.mp4", extra=extra)

    with pytest.raises(SourceRefused) as refused:
        probe(path, limits)

    assert refused.value.code == code


def test_an_encrypted_video_is_refused_as_such(tmp_path: Path) -> None:
    key = ("-encryption_scheme", "cenc-aes-ctr", "-encryption_key", "0" * 32, "-encryption_kid", "1" * 32)
    path = clip(tmp_path / "a.mp4", extra=key)

    with pytest.raises(SourceRefused) as refused:
        probe(path)

    assert refused.value.code == "encrypted"


def test_garbage_in_a_video_container_is_corrupt(tmp_path: Path) -> None:
    path = clip(tmp_path / "a.mkv", sound=False)
    data = path.read_bytes()
    path.write_bytes(data[:600] + bytes(len(data) - 600))

    with pytest.raises(SourceRefused) as refused:
        probe(path)

    assert refused.value.code == "corrupt"


def test_sound_whose_header_its_decoder_refuses_is_left_out(tmp_path: Path) -> None:
    """Found by tests.fuzz: libav forgets the decoder then, and asking for its name broke the probe."""
    path = clip(tmp_path / "a.mkv", extra=("-c:a", "libvorbis"))
    path.write_bytes(path.read_bytes().replace(b"\x01vorbis", b"\x07vorbis", 1))

    found = probe(path)

    assert (found.video.frames, found.audio) == (50, ())
    assert found.warnings == ("Sound track 1 (vorbis) could not be decoded and was left out.",)


class Counted(io.BytesIO):
    """A file that counts what is read of it."""

    taken = 0

    def read(self, size: int | None = -1) -> bytes:
        data = super().read(size)
        self.taken += len(data)
        return data


@pytest.mark.parametrize(
    ("name", "extra"),
    [
        ("a.mp4", ()),
        ("a.mkv", ()),
        ("late.ts", ("-output_ts_offset", "30000")),
        ("a.flv", ()),
        ("a.avi", ("-c:v", "mpeg4")),
    ],
)
def test_of_a_large_source_the_end_is_known_without_reading_it_all(
    tmp_path: Path, name: str, extra: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = clip(tmp_path / name, seconds=120, size="640x480", extra=("-b:v", "2M", *extra))
    monkeypatch.setattr("vod.source.scan.SCAN_BYTES", 4 * 2**20)
    monkeypatch.setattr("vod.source.scan.CLOCK_SCAN_BYTES", 4 * 2**20)
    source = Counted(path.read_bytes())

    found = read_probe(source, demuxer_of(source), path.stat().st_size, LIMITS)

    assert abs(found.video.end - 120) <= 0.3
    assert source.taken < path.stat().st_size * 0.8


def test_the_decoder_itself_refuses_a_picture_that_is_too_large(tmp_path: Path) -> None:
    with pytest.raises(SourceRefused) as refused:
        probe(clip(tmp_path / "a.mkv"), Limits(max_bytes=1, max_seconds=60, max_pixels=1000))

    assert refused.value.code == "too_many_pixels"


def test_late_sound_of_a_large_source_is_found_without_reading_it_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = clip(tmp_path / "p.mkv", seconds=60, size="640x480", sound=False, extra=("-b:v", "2M"))
    tone = ("-itsoffset", "41", "-f", "lavfi", "-t", "19", "-i", "sine=440")
    ffmpeg("-i", str(picture), *tone, "-c:v", "copy", str(tmp_path / "late.mkv"))
    monkeypatch.setattr("vod.source.scan.SCAN_BYTES", 4 * 2**20)

    found = probe(tmp_path / "late.mkv")

    assert found.audio[0].begin == pytest.approx(41, abs=0.05)


def test_the_end_of_a_recording_that_tells_no_length_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = clip(tmp_path / "live.mkv", seconds=60, size="640x480", extra=("-b:v", "4M", "-live", "1"))
    monkeypatch.setattr("vod.source.scan.SCAN_BYTES", 4 * 2**20)
    monkeypatch.setattr("vod.source.matroska_tail.TAIL_BYTES", 4 * 2**20)

    found = probe(path)

    assert found.video.end == pytest.approx(60, abs=0.1)
    assert found.audio[0].end == pytest.approx(60, abs=0.1)


def test_a_copy_that_was_broken_off_says_how_much_is_missing(tmp_path: Path) -> None:
    whole = clip(tmp_path / "whole.mp4", seconds=5, extra=("-movflags", "+faststart")).read_bytes()
    (tmp_path / "a.mp4").write_bytes(whole[: len(whole) * 7 // 10])

    said = probe(tmp_path / "a.mp4").warnings

    assert len(said) == 1
    assert said[0].startswith("The source says that it is 5.0 s long; 3.")


def test_a_damaged_index_that_leaves_a_moment_says_so(tmp_path: Path) -> None:
    data = bytearray(clip(tmp_path / "whole.mp4", seconds=5).read_bytes())
    picture, sizes = data.index(b"trak"), data.rindex(b"stsz")
    data[picture : picture + 4] = b"free"
    data[sizes + 12 : sizes + 16] = (5).to_bytes(4)  # samples of sound
    (tmp_path / "a.mp4").write_bytes(data)

    assert probe(tmp_path / "a.mp4").warnings == ("The source says that it is 5.0 s long; 0.1 s of it can be read.",)


@pytest.mark.parametrize(("picture", "sound"), [("mjpeg", "libmp3lame"), ("ffv1", "pcm_s16le"), ("libvpx", "ac3")])
def test_a_recording_without_a_length_is_not_said_to_be_cut_short(picture: str, sound: str, tmp_path: Path) -> None:
    coded = ("-c:v", picture, "-c:a", sound, "-live", "1")

    assert probe(clip(tmp_path / "a.mkv", seconds=4, extra=coded)).warnings == ()


def test_a_longer_track_that_is_left_out_is_not_missing(tmp_path: Path) -> None:
    film, longer = clip(tmp_path / "film.mp4", 3), clip(tmp_path / "longer.mp4", 5, size="160x120", sound=False)
    ffmpeg("-i", str(film), "-i", str(longer), "-map", "0", "-map", "1", "-c", "copy", str(tmp_path / "a.mp4"))

    said = probe(tmp_path / "a.mp4").warnings

    assert len(said) == 1
    assert "was left out" in said[0]


@pytest.mark.parametrize("name", ["a.mkv", "a.mp4"])
def test_a_large_source_whose_sound_goes_on_has_pictures_as_long_as_they_are(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    film, sound = clip(tmp_path / "film.mp4", 10, sound=False, extra=("-g", "25")), tmp_path / "sound.m4a"
    ffmpeg("-f", "lavfi", "-t", "40", "-i", "sine=440", str(sound))
    ffmpeg("-i", str(film), "-i", str(sound), "-c", "copy", str(tmp_path / name))
    monkeypatch.setattr(scan, "SCAN_BYTES", film.stat().st_size * 2 // 3)

    track = probe(tmp_path / name).video

    assert track is not None
    assert track.end == pytest.approx(10, abs=0.05)


def test_a_length_of_zero_is_none(tmp_path: Path) -> None:
    source = clip(tmp_path / "a.mkv", seconds=4, extra=("-c:v", "mjpeg", "-c:a", "libmp3lame"))
    data = bytearray(source.read_bytes())
    at = data.index(b"\x44\x89\x88") + 3
    data[at : at + 8] = bytes(8)
    source.write_bytes(data)

    assert probe(source).warnings == ()
