"""The poster with the real FFmpeg: which frame is found, and what the JPEG shows."""

import subprocess
from pathlib import Path

import pytest

from tests.media.generate import FFMPEG, ffmpeg
from vod.ffmpeg import poster
from vod.ffmpeg.poster import Window
from vod.media.color import Color

PLAIN = ["-pix_fmt", "yuv420p", "-preset", "ultrafast"]


def opened(source: Path) -> list[str]:
    return ["-copyts", "-i", str(source)]


def made(folder: Path, picture: str, *options: str) -> Path:
    ffmpeg("-f", "lavfi", "-i", picture, *PLAIN, *options, str(folder / "p.mp4"))
    return folder / "p.mp4"


def found(source: Path, seconds: float) -> float:
    def look(window: Window) -> str:
        command = poster.survey(FFMPEG, opened(source), 0, Color(), window)
        return subprocess.run(command, capture_output=True, check=True, text=True).stdout

    return poster.find(seconds, look)


def jpeg(source: Path, at: float, size: tuple[int, int] = (320, 240)) -> bytes:
    command = poster.command(FFMPEG, opened(source), 0, Color(), at, *size)
    return subprocess.run(command, capture_output=True, check=True).stdout


def rgb(picture: bytes) -> tuple[float, float, float]:
    """The mean colour of a JPEG as a browser sees it."""
    command = [FFMPEG, "-v", "error", "-f", "mjpeg", "-i", "pipe:0", "-vf", "scale=1:1:flags=area,format=rgb24"]
    red, green, blue = subprocess.run(
        [*command, "-f", "rawvideo", "pipe:1"], input=picture, capture_output=True, check=True
    ).stdout
    return red, green, blue


@pytest.mark.parametrize("keyframes_every", ["12", "600"])
def test_a_clip_that_fades_in_from_black_is_shown_when_it_is_lit(tmp_path: Path, keyframes_every: str) -> None:
    source = made(tmp_path, "testsrc2=size=320x240:rate=25:duration=8,fade=in:st=2:d=2", "-g", keyframes_every)

    at = found(source, 8)

    assert at >= 3.5
    assert sum(rgb(jpeg(source, at))) > 250


def test_blurred_and_white_parts_are_passed_over(tmp_path: Path) -> None:
    blurred = "gblur=sigma=12:enable='lt(t,3)'"
    white = "drawbox=color=white:t=fill:enable='between(t,3,5)'"
    source = made(tmp_path, f"testsrc2=size=320x240:rate=25:duration=8,{blurred},{white}", "-g", "12")

    assert found(source, 8) >= 5


def test_all_black_still_yields_a_poster(tmp_path: Path) -> None:
    source = made(tmp_path, "color=black:size=320x240:rate=25:duration=2")

    picture = jpeg(source, found(source, 2))

    assert picture.startswith(b"\xff\xd8")
    assert sum(rgb(picture)) < 10


def test_the_poster_shows_the_frame_of_its_time_in_its_own_colours(tmp_path: Path) -> None:
    tagged = "scale=out_color_matrix=bt709:out_range=tv,format=yuv420p"
    colours = "color=0x20A040:size=64x64:rate=25:duration=2"
    late = "drawbox=color=0xC02020:t=fill:enable='gte(t,1)'"
    source = made(tmp_path, f"{colours},format=gbrp,{late},{tagged}", "-colorspace", "bt709")

    before, after = rgb(jpeg(source, 0.96, (64, 64))), rgb(jpeg(source, 1.0, (64, 64)))

    assert before == pytest.approx((0x20, 0xA0, 0x40), abs=6)
    assert after == pytest.approx((0xC0, 0x20, 0x20), abs=6)
