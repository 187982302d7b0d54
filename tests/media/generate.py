"""Small real media files, made on the spot with FFmpeg."""

import re
import subprocess
from pathlib import Path

import imageio_ffmpeg

FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()


def ffmpeg(*arguments: str) -> str:
    """Run FFmpeg; what it wrote to standard output and error."""
    done = subprocess.run(
        [FFMPEG, "-v", "error", "-nostdin", "-y", *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def clip(
    target: Path,
    seconds: float = 2,
    size: str = "320x240",
    rate: str = "25",
    sound: bool = True,
    extra: tuple[str, ...] = (),
) -> Path:
    """A counting test picture and a tone in the container that the file name asks for."""
    picture = ["-f", "lavfi", "-i", f"testsrc2=size={size}:rate={rate}"]
    tone = ["-f", "lavfi", "-i", "sine=440"] if sound else []
    ffmpeg(*picture, *tone, "-t", str(seconds), "-pix_fmt", "yuv420p", "-preset", "ultrafast", *extra, str(target))
    return target


def decoded_frames(address: str, stream: str = "0:v:0") -> int:
    """How many pictures come out of a file or manifest."""
    told = ffmpeg("-progress", "-", "-nostats", "-i", address, "-map", stream, "-f", "null", "-")
    return int(re.findall(r"^frame=\s*(\d+)", told, re.M)[-1])


def start_times(address: str, picture: str = "0:v:0") -> tuple[float, float]:
    """First picture's and first sound's presentation time in seconds, as FFmpeg's showinfo filters tell."""
    return _first_time(address, picture, "-vf", "showinfo"), _first_time(address, "0:a:0", "-af", "ashowinfo")


def _first_time(address: str, stream: str, *shown: str) -> float:
    command = [FFMPEG, "-nostdin", "-copyts", "-i", address, "-map", stream, "-t", "1", *shown, "-f", "null", "-"]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    found = re.search(r"showinfo.*? n:\s*0 .*?pts_time:(\S+)", told)
    assert found, told[-500:]
    return float(found.group(1))
