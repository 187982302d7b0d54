"""Sources with a picture now and then, as slides have: each is shown, the last one too, and none is taken for damage."""

from pathlib import Path

import pytest

from tests.integration.encoder.test_encode import planned
from tests.integration.encoder.test_sounds import published
from tests.media.generate import decoded_frames, ffmpeg

X264 = ("-c:v", "libx264", "-preset", "ultrafast", "-bf", "0", "-fps_mode", "vfr")
REORDERED = ("-c:v", "libx264", "-preset", "ultrafast", "-bf", "2", "-fps_mode", "vfr")


def slides(path: Path, *chosen: int, coded: tuple[str, ...] = X264) -> Path:
    """Some frames of seven seconds at 25 a second."""
    kept = "+".join(rf"eq(n\,{frame})" for frame in chosen)
    ffmpeg("-f", "lavfi", "-i", f"testsrc2=s=320x180:r=25:d=7,select='{kept}'", *coded, str(path))
    return path


@pytest.mark.parametrize(
    ("name", "chosen", "seconds"),
    [("a.mkv", (0, 20, 150), 7), ("a.mp4", (0, 20, 150), 7), ("a.flv", (0, 88), 5), ("b.mkv", (0, 20, 40, 60, 140), 6)],
)
def test_every_slide_is_shown_and_the_last_one_too(
    name: str, chosen: tuple[int, ...], seconds: int, tmp_path: Path
) -> None:
    source = slides(tmp_path / name, *chosen)

    video, out = published(tmp_path, source)

    plan = planned(source)
    assert plan.rate.fraction <= 10
    assert video.duration == pytest.approx(seconds, abs=1)
    assert decoded_frames(str(out / "index.m3u8")) == plan.frames
    assert video.warnings == ()


@pytest.mark.parametrize("chunks", [1, 4])
@pytest.mark.parametrize("suffix", ["mp4", "mkv", "avi"])
@pytest.mark.parametrize(
    ("rate", "shown"),
    [
        (30, "lt(mod(t,20),2)"),
        (30, "lt(mod(t,10),1)"),
        (1, "not(mod(t,10))"),
        (1, "eq(t,0)+eq(t,10)+eq(t,20)+eq(t,40)+eq(t,42)"),
        (5, "eq(n,0)+eq(n,40)+eq(n,41)"),
    ],
    ids=["activity every 20 s", "activity every 10 s", "a slide every 10 s", "uneven slides", "two quick slides"],
)
def test_a_narrated_screen_is_as_long_as_its_sound(
    rate: int, shown: str, suffix: str, chunks: int, tmp_path: Path
) -> None:
    source, kept = tmp_path / f"a.{suffix}", shown.replace(",", r"\,")
    picture = ("-f", "lavfi", "-i", f"testsrc2=s=160x90:r={rate}:d=60,select='{kept}'")
    sound = ("-f", "lavfi", "-t", "60", "-i", "sine=440")
    ffmpeg(*picture, *sound, *X264, "-c:a", "aac", str(source))

    plan = planned(source, chunks)
    video, _ = published(tmp_path, source, plan)

    assert video.duration == pytest.approx(60, abs=0.2)
    assert [each["frames"] for each in video.renditions] == [plan.frames] * len(video.renditions)
    assert video.warnings == ()


@pytest.mark.parametrize("chunks", [1, 4])
@pytest.mark.parametrize(("name", "rate"), [("a.mp4", 12), ("a.mp4", 25), ("a.mov", 30), ("a.mkv", 25)])
@pytest.mark.parametrize("sound", ["", "30"])
def test_a_pause_before_reordered_pictures_is_no_part_of_the_last(
    name: str, rate: int, sound: str, chunks: int, tmp_path: Path
) -> None:
    picture = ("-f", "lavfi", "-i", rf"testsrc2=s=160x90:r={rate}:d=22,select='lt(mod(t\,4)\,1)'")
    heard = ("-f", "lavfi", "-t", sound, "-i", "sine=440") if sound else ()
    ffmpeg(*picture, *heard, *REORDERED, "-c:a", "aac", str(tmp_path / name))

    plan = planned(tmp_path / name, chunks)
    video, _ = published(tmp_path, tmp_path / name, plan)

    assert video.duration == pytest.approx(float(sound or 21), abs=0.3)
    assert [each["frames"] for each in video.renditions] == [plan.frames] * len(video.renditions)
    assert video.warnings == ()


def test_two_pictures_in_seven_seconds_are_seven_seconds(tmp_path: Path) -> None:
    flv = ("-c:v", "flv", "-fps_mode", "vfr")
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=320x180:r=2/7:d=7", *flv, str(tmp_path / "a.flv"))

    video, out = published(tmp_path, tmp_path / "a.flv")

    assert (video.duration, decoded_frames(str(out / "index.m3u8")), video.warnings) == (7, 7, ())
