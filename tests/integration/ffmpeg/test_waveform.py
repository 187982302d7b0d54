"""Posters of sound with the real FFmpeg."""

import subprocess
from pathlib import Path

import pytest

from tests.media.corpus import corpus_file
from tests.media.generate import FFMPEG, ffmpeg
from vod.ffmpeg import waveform


def made(command: list[str]) -> bytes:
    return subprocess.run(command, capture_output=True, check=True).stdout


def grid(jpeg: bytes, columns: int, rows: int) -> list[int]:
    """Mean brightness of a picture's parts, row by row."""
    look = f"scale={columns}:{rows}:flags=area,format=gray"
    command = [FFMPEG, "-v", "error", "-f", "mjpeg", "-i", "pipe:0", "-vf", look, "-f", "rawvideo", "pipe:1"]
    return list(subprocess.run(command, input=jpeg, capture_output=True, check=True).stdout)


def size(jpeg: bytes) -> tuple[int, int]:
    start = jpeg.index(b"\xff\xc0") + 5
    return int.from_bytes(jpeg[start + 2 : start + 4]), int.from_bytes(jpeg[start : start + 2])


@pytest.mark.parametrize(("name", "options"), [("a.m4a", ()), ("a.flac", ("-ac", "6")), ("a.ogg", ("-ar", "8000"))])
def test_the_waveform_is_high_where_the_sound_is_loud(tmp_path: Path, name: str, options: tuple[str, ...]) -> None:
    sound = "sine=440:duration=4,volume='if(lt(t,2),0.02,4)':eval=frame"
    ffmpeg("-f", "lavfi", "-i", sound, *options, "-strict", "-2", str(tmp_path / name))

    picture = made(waveform.waveform_command(FFMPEG, ["-i", str(tmp_path / name)], 0, 4))

    assert size(picture) == (1280, 720)
    quiet, loud = grid(picture, 2, 1)
    assert loud > 2 * quiet
    assert grid(picture, 1, 4)[0] < 5  # above the waveform there is nothing


@pytest.mark.parametrize("seconds", [1, 0.01])
def test_silence_has_a_poster_too_however_short(tmp_path: Path, seconds: float) -> None:
    ffmpeg("-f", "lavfi", "-i", f"anullsrc=duration={seconds}", str(tmp_path / "a.wav"))

    assert size(made(waveform.waveform_command(FFMPEG, ["-i", str(tmp_path / "a.wav")], 0, seconds))) == (1280, 720)


def test_a_cover_keeps_its_shape_and_is_never_enlarged(tmp_path: Path) -> None:
    ffmpeg("-f", "lavfi", "-i", "color=0xC04020:size=601x401", "-frames:v", "1", str(tmp_path / "cover.png"))
    sound = ["-f", "lavfi", "-i", "sine=440:duration=1", "-i", str(tmp_path / "cover.png")]
    attached = ["-map", "0", "-map", "1", "-c:v", "copy", "-disposition:v", "attached_pic"]
    ffmpeg(*sound, *attached, str(tmp_path / "a.m4a"))

    picture = made(waveform.cover_command(FFMPEG, ["-i", str(tmp_path / "a.m4a")], 1))

    assert size(picture) == (600, 400)


def test_the_cover_of_a_real_file_is_scaled_down() -> None:
    source = corpus_file("mp3_cover_chapters.mp3")

    picture = made(waveform.cover_command(FFMPEG, ["-copyts", "-f", "mp3", "-i", str(source)], 1))

    assert size(picture) == (1280, 1280)
