"""Flashes and beeps: sources that have both at the same moments, and when they come out of a manifest."""

import subprocess
from array import array
from itertools import pairwise
from pathlib import Path

from tests.media.generate import FFMPEG, ffmpeg

RATE = 25
CYCLE = 4.8
STARTS = (0.4, 1.6, 3.2)
"""Seconds of a cycle at which a flash begins, at unequal distances: one cannot be taken for another."""
LENGTH = 0.08
_HZ = 8000
_SILENCE_SECONDS = 0.3
_LOUD = 0.05


def moments(seconds: float) -> list[float]:
    """When (s) a source of this length flashes and beeps."""
    cycles = range(int(seconds / CYCLE) + 1)
    return [at for cycle in cycles for start in STARTS if (at := cycle * CYCLE + start) < seconds - LENGTH]


def _is_on(begin: float) -> str:
    return "+".join(f"between(mod(t+{begin}\\,{CYCLE})\\,{start}\\,{start + LENGTH - 0.001})" for start in STARTS)


def flashing(
    target: Path,
    seconds: float,
    *output: str,
    begin: float = 0.0,
    size: str = "192x108",
    rate: int = RATE,
    sound_from: float = 0.0,
    sound: bool = True,
) -> Path:
    """The part of an endless film of flashes and beeps that begins at `begin` (s); its sound is missing at first."""
    on = _is_on(begin)
    base = f"color=0x203040:s={size}:r={rate}:d={seconds}"
    picture = f"{base},drawbox=color=white:t=fill:enable='{on}'"
    tone = f"aevalsrc='0.5*sin(2*PI*1000*t)*({_is_on(begin + sound_from)})':s=48000:d={seconds - sound_from}"
    inputs = ["-f", "lavfi", "-i", picture]
    inputs += ["-itsoffset", str(sound_from), "-f", "lavfi", "-i", tone] if sound else []
    coded = ["-pix_fmt", "yuv420p", "-g", "25", *(output or ("-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac"))]
    ffmpeg(*inputs, *coded, str(target))
    return target


def flashes(address: str) -> list[float]:
    """When (s) flashes begin in the first picture track."""
    shape = "scale=1:1:flags=area,format=gray"  # every picture counts as one of the grid: FFmpeg's own would round
    told = _decoded(address, "-map", "0:v:0", "-fps_mode", "passthrough", "-vf", shape, "-f", "rawvideo")
    return [number / RATE for number, (before, now) in enumerate(pairwise(told), start=1) if before < 128 <= now] + (
        [0.0] if told and told[0] >= 128 else []
    )


def beeps(address: str) -> list[float]:
    """When (s) beeps begin in the first sound track."""
    samples = array("f")
    steady = f"aresample={_HZ}:async=1:first_pts=0"  # by its times, as players do
    raw = _decoded(address, "-map", "0:a:0", "-ac", "1", "-af", steady, "-f", "f32le")
    samples.frombytes(raw[: len(raw) // 4 * 4])
    found, quiet = [], _HZ
    for number, sample in enumerate(samples):
        if abs(sample) < _LOUD:
            quiet += 1
            continue
        if quiet > _SILENCE_SECONDS * _HZ:
            found.append(number / _HZ)
        quiet = 0
    return found


def whole(track: Path) -> str:
    """The address of a stored track as one file: FFmpeg's readers of manifests lose a block of AAC at each segment."""
    joined = track / "whole.mp4"
    joined.write_bytes(b"".join(piece.read_bytes() for piece in (track / "init.mp4", *sorted(track.glob("*.m4s")))))
    return str(joined)


def _decoded(address: str, *output: str) -> bytes:
    command = [FFMPEG, "-v", "error", "-nostdin", "-i", address, *output, "-"]
    return subprocess.run(command, capture_output=True, check=True).stdout


def apart(seen: list[float], heard: list[float]) -> list[float]:
    """For each beep: how much later (s) it is heard than the flash nearest to it is seen."""
    return [beep - min(seen, key=lambda flash: abs(flash - beep)) for beep in heard]
