"""Film that was made video of 30 interlaced pictures a second comes out as film: 24 whole pictures a second."""

import re
from pathlib import Path

import pytest

from tests.integration.encoder.test_encode import made
from tests.integration.source.test_libav import probe
from tests.media.generate import decoded_frames, ffmpeg
from vod.media.rate import FILM_RATE, VIDEO_RATE

SECONDS = 8
GRAIN = "noise=alls=6:allf=t"
X264 = (
    "-c:v",
    "libx264",
    "-preset",
    "ultrafast",
    "-crf",
    "16",
    "-g",
    "15",
    "-flags",
    "+ildct+ilme",
    "-x264-params",
    "tff=1",
)
MPEG2 = ("-c:v", "mpeg2video", "-b:v", "4M", "-flags", "+ildct+ilme")


def moving(rate: object) -> str:
    return f"testsrc2=s=352x240:r={rate}:d={SECONDS},{GRAIN}"


def film(folder: Path) -> Path:
    path = folder / "film.mkv"
    ffmpeg("-f", "lavfi", "-i", moving(FILM_RATE), "-c:v", "ffv1", str(path))
    return path


@pytest.mark.parametrize(
    ("name", "first", "coded"), [("a.mkv", "bottom", X264), ("a.ts", "top", MPEG2), ("a.mpg", "bottom", MPEG2)]
)
def test_telecined_film_is_film_again(name: str, first: str, coded: tuple[str, ...], tmp_path: Path) -> None:
    original, source = film(tmp_path), tmp_path / name
    ffmpeg("-i", str(original), "-vf", f"telecine=first_field={first}", *coded, str(source))

    plan, _, out = made(tmp_path, source)

    assert (plan.telecined, plan.rate.fraction) == (True, FILM_RATE)
    assert decoded_frames(str(out / "index.m3u8")) == plan.frames == pytest.approx(SECONDS * FILM_RATE, abs=1)
    alike = likeness(out / "index.m3u8", original)[2:-2]
    assert sum(value > 30 for value in alike) > 0.95 * len(alike)


def likeness(one: Path, other: Path) -> list[float]:
    """How like (PSNR, dB) pictures are that have the same number."""
    numbered = "[0:v]setpts=N/24/TB[a];[1:v]setpts=N/24/TB[b];[a][b]psnr=stats_file=-"
    said = ffmpeg("-i", str(one), "-i", str(other), "-lavfi", numbered, "-f", "null", "-")
    return [float(value) for value in re.findall(r"psnr_avg:([\d.]+)", said)]


@pytest.mark.parametrize(
    ("pictures", "filters"),
    [(60000, "interlace"), (30000, "null"), (60000, "interlace,select='lt(n\\,90)',loop=150:1:89")],
)
def test_what_was_video_from_the_beginning_stays_video(pictures: int, filters: str, tmp_path: Path) -> None:
    ffmpeg("-f", "lavfi", "-i", moving(f"{pictures}/1001"), "-vf", filters, *X264, str(tmp_path / "a.mkv"))

    track = probe(tmp_path / "a.mkv").video

    assert track is not None
    assert (track.telecined, track.rate.fraction) == (False, VIDEO_RATE)
