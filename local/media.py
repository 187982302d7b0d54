"""FFmpeg for the demo: a sample to upload, and what a player would decode of a manifest."""

import re
import subprocess
from pathlib import Path

import imageio_ffmpeg

SAMPLE_SECONDS = 8
DECODE_TIMEOUT_SECONDS = 600


class MediaError(RuntimeError):
    """FFmpeg failed; the text is the end of what it said."""


def sample(path: Path, seconds: int = SAMPLE_SECONDS) -> Path:
    """Write a moving test picture (1280x720, 30 frames a second) with a tone to `path`."""
    picture = f"testsrc2=size=1280x720:rate=30:duration={seconds}"
    tone = f"sine=frequency=440:sample_rate=48000:duration={seconds}"
    encoding = ["-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p", "-c:a", "aac"]
    _run(["-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", tone, *encoding, "-y", str(path)])
    return path


def decoded_frames(source: str, stream: int = 0) -> int:
    """How many pictures the `stream`-th video of a file or manifest decodes to."""
    listing = _run(["-i", source, "-map", f"0:v:{stream}", "-f", "null", "-progress", "-", "-nostats", "-"])
    counts = re.findall(r"^frame=\s*(\d+)", listing, re.MULTILINE)
    if not counts:
        raise MediaError(f"FFmpeg decoded no frames of {source}")
    return int(counts[-1])


def _run(arguments: list[str]) -> str:
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-v", "error", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=DECODE_TIMEOUT_SECONDS)
    if done.returncode:
        raise MediaError(done.stderr.strip()[-500:] or f"FFmpeg ended with exit code {done.returncode}")
    return done.stdout
