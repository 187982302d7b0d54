"""Loudness by EBU R 128: measured of every sound track, brought to one value where the profile asks for that."""

import re
from pathlib import Path

import pytest

from tests.integration.encoder.test_encode import planned
from tests.integration.encoder.test_sounds import published
from tests.media.generate import ffmpeg
from vod.ffmpeg.loudness import TARGET_LUFS
from vod.profiles.profile import LoudnessChoice

X264 = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")
SECONDS = 8
TONE = "'{0}*sin(2*PI*1000*t)|{0}*sin(2*PI*1000*t)':d=8"
HISS = "anoisesrc=color=pink:amplitude={}:d=8:seed={}"


def measured(address: Path, track: int = 0) -> tuple[float, float]:
    """Integrated loudness (LUFS) and true peak (dBTP) of what comes out."""
    options = ("-map", f"0:a:{track}", "-af", "ebur128=peak=true", "-f", "null", "-")
    said = ffmpeg("-v", "info", "-i", str(address), *options)
    summary = said.rpartition("Summary:")[2]
    found = [re.search(rf"{name}: +(-?[\d.]+)", summary) for name in ("I", "Peak")]
    assert all(found)
    integrated, peak = (float(match.group(1)) for match in found if match)
    return integrated, peak


def film(path: Path, *sounds: str) -> Path:
    inputs = [word for sound in sounds for word in ("-f", "lavfi", "-i", sound)]
    maps = [word for number in range(len(sounds)) for word in ("-map", f"{number + 1}:a")]
    ffmpeg("-f", "lavfi", "-i", f"testsrc2=s=160x90:d={SECONDS}", *inputs, "-map", "0:v", *maps, *X264, str(path))
    return path


def test_every_track_is_measured_and_stays_as_loud_as_it_is(tmp_path: Path) -> None:
    silence = f"anullsrc=cl=stereo,atrim=duration={SECONDS}"
    source = film(tmp_path / "a.mkv", HISS.format(0.3, 1), HISS.format(0.02, 2), silence)

    video, out = published(tmp_path, source)

    loud, quiet, silent = (track["loudness"] for track in video.sound)
    assert silent is None
    for number, said in enumerate((loud, quiet)):
        integrated, peak = measured(source, number)
        assert said["integrated"] == pytest.approx(integrated, abs=0.3)
        assert said["peak"] == pytest.approx(peak, abs=1)
        assert said["gain"] == 0
    assert loud["integrated"] > quiet["integrated"] + 20
    assert measured(out / "index.m3u8")[0] == pytest.approx(loud["integrated"], abs=0.5)


@pytest.mark.parametrize(("amplitude", "is_raised"), [(0.9, False), (0.02, True)])
def test_a_profile_brings_sound_to_one_loudness(amplitude: float, is_raised: bool, tmp_path: Path) -> None:
    source = film(tmp_path / "a.mkv", f"aevalsrc={TONE.format(amplitude)}")
    plan = planned(source).model_copy(update={"loudness": LoudnessChoice.NORMALISE})

    video, out = published(tmp_path, source, plan)

    integrated, peak = measured(out / "index.m3u8")
    assert integrated == pytest.approx(TARGET_LUFS, abs=0.5)
    assert peak < 0
    said = video.sound[0]["loudness"]
    assert (said["gain"] > 0) == is_raised
    assert said["integrated"] + said["gain"] == pytest.approx(TARGET_LUFS, abs=0.2)


def test_what_is_raised_does_not_overload(tmp_path: Path) -> None:
    burst = "'if(lt(mod(t\\,1)\\,0.002)\\,0.5\\,0.02)*sin(2*PI*1000*t)':d=8"
    source = film(tmp_path / "a.mkv", f"aevalsrc={burst}")
    plan = planned(source).model_copy(update={"loudness": LoudnessChoice.NORMALISE})

    video, out = published(tmp_path, source, plan)

    assert video.sound[0]["loudness"]["gain"] > 10
    assert measured(out / "index.m3u8")[1] < 0


def test_sound_alone_has_a_loudness_too(tmp_path: Path) -> None:
    ffmpeg("-f", "lavfi", "-i", HISS.format(0.2, 1), "-c:a", "flac", str(tmp_path / "a.flac"))

    video, _ = published(tmp_path, tmp_path / "a.flac")

    assert video.sound[0]["loudness"]["integrated"] == pytest.approx(measured(tmp_path / "a.flac")[0], abs=0.3)


def test_sound_that_changes_its_channels_is_measured_beside_other_tracks(tmp_path: Path) -> None:
    parts = []
    for number, layout in enumerate(("stereo", "5.1", "stereo")):
        part = tmp_path / f"{number}.ts"
        coded = ("-c:a", "ac3", "-channel_layout", layout, "-output_ts_offset", str(2 * number))
        tone = ("-f", "lavfi", "-i", "sine=440:d=2,volume=0.5")
        picture = ("-f", "lavfi", "-i", "testsrc2=s=160x90:d=2")
        ffmpeg(*picture, *tone, *tone, "-map", "0", "-map", "1", "-map", "2", *X264, *coded, "-ac:a:1", "2", str(part))
        parts.append(part.read_bytes())
    (tmp_path / "a.ts").write_bytes(b"".join(parts))

    video, _ = published(tmp_path, tmp_path / "a.ts")

    assert all(track["loudness"] for track in video.sound)


def test_a_loud_mix_is_lowered_to_the_target(tmp_path: Path) -> None:
    tones = "|".join(f"0.9*sin(2*PI*{300 + 50 * channel}*t)" for channel in range(6))
    source = film(tmp_path / "a.mkv", f"aevalsrc={tones}:c=5.1:d={SECONDS}")
    plan = planned(source).model_copy(update={"loudness": LoudnessChoice.NORMALISE})

    video, out = published(tmp_path, source, plan)

    assert all(track["loudness"]["gain"] < 0 for track in video.sound)
    assert measured(out / "index.m3u8")[0] == pytest.approx(TARGET_LUFS, abs=2)


@pytest.mark.parametrize(
    "channels", ["0|0|0|0|0.3*sin(2*PI*1000*t)|0.3*sin(2*PI*1000*t)", "|".join(["0.1*sin(880*t)"] * 6)]
)
def test_a_mix_is_measured_as_it_is_heard(channels: str, tmp_path: Path) -> None:
    source = film(tmp_path / "a.mkv", f"aevalsrc={channels}:c=5.1:d={SECONDS}")

    video, out = published(tmp_path, source)

    assert video.sound[0]["loudness"]["integrated"] == pytest.approx(measured(out / "index.m3u8")[0], abs=0.4)
