"""The fixed ladder against ours: the bits for the same VMAF, over excerpts of real clips.

Run: .venv/bin/python -m benchmarks.equal_quality [profile]      (clips: VOD_MEDIA or ../shared; about 20 minutes)
"""

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import exp, log
from pathlib import Path
from statistics import fmean

import imageio_ffmpeg

from benchmarks.ladder import FIXED, SEEN, Match, Point, bd_rate, hull, matches
from vod import ffmpeg, profiles
from vod.libav import read_probe
from vod.plan import Plan, Rendition, SourceObject, make_plan
from vod.probe import Limits
from vod.profile import DEFAULT, Codec

FFMPEG: str = imageio_ffmpeg.get_ffmpeg_exe()
KEPT = Path(tempfile.gettempdir()) / "vod-equal-quality"
"""Measured points, each in a file named by what went into it: encodes that were seen are not made again."""
EXCERPT_SECONDS = 4
_TAGGED = "setparams=colorspace=bt709:color_primaries=bt709:color_trc=bt709:range=tv"
_LIMITS = Limits(max_bytes=2**40, max_seconds=86400)


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A few seconds of a clip, from `at` seconds on (a multiple of 2, where a keyframe lies)."""

    clip: str
    at: int

    @property
    def name(self) -> str:
        """For tables."""
        return f"{self.clip.rsplit('_', 1)[0]} @{self.at} s"


EXCERPTS = (
    Excerpt("bbb_1080p24_30s_h264_aac51.mp4", 10),
    Excerpt("bbb_1080p24_30s_h264_aac51.mp4", 22),
    Excerpt("bbb_1080p60_30s_h264_aac51.mp4", 12),
    Excerpt("svt_natural_1080p25_10s_422_10bit.mp4", 2),
    Excerpt("sintel_trailer_720p24_52s.mp4", 20),
    Excerpt("sintel_trailer_720p24_52s.mp4", 36),
    Excerpt("vertical_576x1024_16s.mp4", 4),
)


@dataclass(frozen=True, slots=True)
class Measured:
    """Both ladders over one excerpt."""

    excerpt: Excerpt
    fixed: tuple[Point, ...]
    ours: tuple[Point, ...]


def measure(clips: Path, excerpt: Excerpt, profile: str) -> Measured:
    """Encode and judge both ladders over an excerpt; ours is the H.264 part of a profile."""
    source = clips / excerpt.clip
    plan = _planned(source, profile)
    first = round(excerpt.at * plan.rate.fraction)
    end = round((excerpt.at + EXCERPT_SECONDS) * plan.rate.fraction)
    ours = [rendition for rendition in plan.renditions if rendition.codec is Codec.H264]
    fixed = fixed_renditions(plan)
    return Measured(
        excerpt,
        _Encode(source, _with(plan, fixed), first, end, fixed_rates=True).points(),
        _Encode(source, _with(plan, ours), first, end, fixed_rates=False).points(),
    )


def fixed_renditions(plan: Plan) -> list[Rendition]:
    """The fixed ladder for a plan's source, in its shape and at the preset of its first rendition, never above it.

    The peak is twice the average, the most that Apple allows.
    """
    top = plan.renditions[0]
    short = min(top.width, top.height)
    made = []
    for rung in (rung for rung in FIXED if rung.short_side <= short):
        width, height = (2 * round(side * rung.short_side / short / 2) for side in (top.width, top.height))
        changes = {"name": rung.name, "width": width, "height": height, "crf": 0, "peak_kbps": 2 * rung.kbps}
        made.append(top.model_copy(update=changes))
    return made


def at_fixed_rates(command: Sequence[str], turn: int) -> list[str]:
    """An FFmpeg command with, for every `-crf`, the average rate that is half the peak behind it; `turn` 1 or 2.

    Two passes, so that the fixed ladder is at its best: in one, x264 spoils the first second of a short excerpt.
    """
    made: list[str] = []
    words = iter(enumerate(command))
    for at, word in words:
        if word != "-crf":
            made.append(word)
            continue
        next(words)
        peak = int(command[at + 3].removesuffix("k"))
        made += ["-b:v", f"{peak // 2}k", "-pass", str(turn), "-passlogfile", f"turn-{at}"]
    return made


class _Encode:
    """Some renditions of grid frames [first, end) of a source."""

    def __init__(self, source: Path, plan: Plan, first: int, end: int, fixed_rates: bool) -> None:
        self._source = source
        self._plan = plan
        self._first = first
        self._end = end
        self._fixed_rates = fixed_rates

    def points(self) -> tuple[Point, ...]:
        """Rate and VMAF of every rendition, from what is kept if they were measured before."""
        names = [rendition.name for rendition in self._plan.renditions]
        key = [_ffmpeg_version(), _digest(self._source), self._commands("source", {n: n for n in names})]
        kept = KEPT / f"{hashlib.sha256(json.dumps(key).encode()).hexdigest()}.json"
        if not kept.exists():
            points = [(point.kbps, point.vmaf) for point in self._measured(names)]
            KEPT.mkdir(parents=True, exist_ok=True)
            kept.write_text(json.dumps(points))
        return tuple(Point(*pair) for pair in json.loads(kept.read_text()))

    def _commands(self, source: str, outputs: dict[str, str]) -> list[list[str]]:
        made = ffmpeg.encode_command("ffmpeg", source, self._plan, self._first, self._end, outputs, "/dev/null")
        return [at_fixed_rates(made, turn) for turn in (1, 2)] if self._fixed_rates else [made]

    def _measured(self, names: list[str]) -> list[Point]:
        with tempfile.TemporaryDirectory() as folder:
            outputs = {name: str(Path(folder) / f"{name}.mp4") for name in names}
            for command in self._commands(str(self._source.resolve()), outputs):
                subprocess.run([FFMPEG, *command[1:]], check=True, cwd=folder)
            return [Point(self._kbps(Path(file)), self._vmaf(file, folder)) for file in outputs.values()]

    def _kbps(self, file: Path) -> float:
        return file.stat().st_size * 8 / 1000 / float((self._end - self._first) / self._plan.rate.fraction)

    def _vmaf(self, file: str, folder: str) -> float:
        """At the top rendition's size, every fifth frame, as the platform's viewers get it: enlarged bicubic."""
        top = self._plan.renditions[0]
        grid = ffmpeg.filter_graph(self._plan, [top], self._first, self._end)
        # _TAGGED: where only one side says its colours, FFmpeg converts the other, and a perfect copy gets VMAF 87.
        shown = f"scale={top.width}:{top.height}:flags=bicubic,format=yuv420p,setsar=1"
        graph = (
            f"{grid};[{top.name}]settb=1/1000,setpts=N,{_TAGGED}[source];"
            f"[1:v]settb=1/1000,setpts=N,{shown},{_TAGGED}[made];"
            "[made][source]libvmaf=n_subsample=5:n_threads=2:log_fmt=json:log_path=vmaf.json"
        )
        opened = ffmpeg.opened(str(self._source.resolve()), self._plan, self._first / float(self._plan.rate.fraction))
        said = ["-v", "fatal", "-nostdin", "-y"]
        command = [FFMPEG, *said, *opened, "-i", file, "-filter_complex", graph, "-f", "null", "-"]
        subprocess.run(command, check=True, cwd=folder)
        told = json.loads((Path(folder) / "vmaf.json").read_text())
        return float(told["pooled_metrics"]["vmaf"]["mean"])


def report(measured: Sequence[Measured]) -> str:
    """The comparison in Markdown: a table of excerpts, the whole, then each fixed rung with what ours takes for it."""
    rows = [_row(one) for one in measured]
    every = [match for one in measured for match in matches(one.fixed, one.ours)]
    head = "| excerpt | matched rungs: fixed -> ours, sum of kbit/s | saved | BD-rate | top rung, VMAF: fixed / ours |"
    return "\n".join([head, "|---|---|---|---|---|", *rows, f"| all | {_sums(every)} | {_mean_bd(measured)} | |"])


def rungs(measured: Measured) -> str:
    """One line for each rung of both ladders, dearest first."""
    pairs = matches(measured.fixed, measured.ours)
    lines = [
        f"  fixed {match.fixed.kbps:7.0f} kbit/s VMAF {match.fixed.vmaf:5.1f}   ours for it "
        + ("(above our top rung)" if match.ours_kbps is None else f"{match.ours_kbps:.0f}")
        for match in pairs
    ]
    worth = hull(measured.ours)
    for point in sorted(measured.ours, key=lambda point: -point.kbps):
        note = "" if point in worth else "   not worth its bits"
        lines.append(f"  ours  {point.kbps:7.0f} kbit/s VMAF {point.vmaf:5.1f}{note}")
    return "\n".join([measured.excerpt.name, *lines])


def _row(one: Measured) -> str:
    tops = f"{max(p.vmaf for p in one.fixed):.1f} / {max(p.vmaf for p in one.ours):.1f}"
    rate = bd_rate(one.fixed, one.ours)
    return f"| {one.excerpt.name} | {_sums(matches(one.fixed, one.ours))} | {_percent(rate)} | {tops} |"


def _sums(every: Sequence[Match]) -> str:
    """What both ladders take for the quality of the fixed rungs that ours reaches."""
    pairs = [(match.fixed.kbps, match.ours_kbps) for match in every if match.ours_kbps is not None]
    fixed, ours = (sum(side) for side in zip(*pairs, strict=True))
    return f"{len(pairs)} of {len(every)}: {fixed:.0f} -> {ours:.0f} | {_percent(ours / fixed)}"


def _mean_bd(measured: Sequence[Measured]) -> str:
    found = [rate for one in measured if (rate := bd_rate(one.fixed, one.ours)) is not None]
    return f"{_percent(exp(fmean(log(rate) for rate in found)))} (mean of {len(found)})"


def _percent(ratio: float | None) -> str:
    return "-" if ratio is None else f"{100 * (ratio - 1):+.1f} %"


def _with(plan: Plan, renditions: Sequence[Rendition]) -> Plan:
    return plan.model_copy(update={"renditions": tuple(renditions), "storyboard": None})


def _planned(source: Path, profile: str) -> Plan:
    size = source.stat().st_size
    stored = SourceObject(bucket="source", key="source", version=None, size=size)
    with source.open("rb") as opened:
        probe = read_probe(opened, "mov", size, _LIMITS)
    return make_plan("0" * 20, "0" * 12, stored, probe, profile=profiles.named(profile))


@cache
def _digest(source: Path) -> str:
    with source.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


@cache
def _ffmpeg_version() -> str:
    return subprocess.run([FFMPEG, "-version"], capture_output=True, text=True, check=True).stdout.splitlines()[0]


def main(profile: str) -> None:
    """Measure every excerpt; print its rungs as they come and the tables at the end."""
    clips = Path(os.environ.get("VOD_MEDIA", "../shared")) / "clips"
    measured = []
    for excerpt in EXCERPTS:
        measured.append(measure(clips, excerpt, profile))
        print(rungs(measured[-1]), flush=True)
    print(f"\nProfile {profile}; VMAF above {SEEN:g} counts as {SEEN:g} in matched rungs, not in BD-rate.\n")
    print(report(measured))


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else DEFAULT)
