"""What x264's presets cost and give at our ladder: CPU, bits and VMAF."""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

from benchmarks.bench import Bench
from benchmarks.clips import Shape
from benchmarks.markdown import table
from benchmarks.meter import Spent, spent_by
from benchmarks.plans import FFMPEG, command, planned, with_preset
from vod.plan.plan import Plan

PRESETS = ("superfast", "veryfast", "faster", "fast", "medium")
JUDGED = (1080, 720, 540)
CLIP = Shape(1920, 1080, 25, 6)
_EVERY = 5


@dataclass(frozen=True, slots=True)
class Preset:
    """One row: what the whole ladder took; kbit/s and VMAF of the judged rungs."""

    name: str
    spent: Spent
    kbps: tuple[float, ...]
    vmaf: tuple[float, ...]


def measure(bench: Bench) -> str:
    """One run a preset: CPU seconds of different presets are compared, so a quiet machine matters here."""
    source = bench.clips.mix(CLIP)
    plan = planned(source)
    made = [_tried(bench, plan, source, name) for name in PRESETS]
    base = next(preset.spent.cpu_seconds for preset in made if preset.name == "faster")
    rungs = [f"{side}p kbit/s @ VMAF" for side in JUDGED]
    return table(("preset", "CPU s", "of `faster`", *rungs), [_row(preset, base) for preset in made])


def _tried(bench: Bench, plan: Plan, source: Path, name: str) -> Preset:
    with bench.scratch() as folder:
        spent = spent_by(command(with_preset(plan, name), source, folder))
        files = [folder / f"v{side}.mp4" for side in JUDGED]
        kbps = tuple(file.stat().st_size * 8 / 1000 / CLIP.seconds for file in files)
        return Preset(name, bench.told(name, spent), kbps, tuple(_vmaf(file, source, folder) for file in files))


def _vmaf(rendition: Path, source: Path, folder: Path) -> float:
    """Mean VMAF (default model) of every fifth frame, enlarged to the source's size."""
    log = folder / "vmaf.json"
    # Both say the same of their colours: otherwise FFmpeg converts one of them, and equal pictures score 62.
    said = "setparams=colorspace=bt709:color_primaries=bt709:color_trc=bt709:range=tv"
    size = f"scale={CLIP.width}:{CLIP.height}:flags=bicubic"
    scored = f"libvmaf=n_subsample={_EVERY}:n_threads=2:log_fmt=json:log_path={log}"
    judged = f"[0:v]{said},{size}[made];[1:v]{said}[meant];[made][meant]{scored}"
    command = [
        FFMPEG,
        "-v",
        "error",
        "-nostdin",
        "-i",
        str(rendition),
        "-i",
        str(source),
        "-lavfi",
        judged,
        "-f",
        "null",
        "-",
    ]
    subprocess.run(command, check=True)
    return float(json.loads(log.read_text())["pooled_metrics"]["vmaf"]["mean"])


def _row(preset: Preset, base: float) -> tuple[str, ...]:
    rungs = [f"{kbps:.0f} @ {vmaf:.1f}" for kbps, vmaf in zip(preset.kbps, preset.vmaf, strict=True)]
    return preset.name, f"{preset.spent.cpu_seconds:.1f}", f"{preset.spent.cpu_seconds / base:.2f}", *rungs
