"""The fixed ladder against ours: the bits for the same VMAF, over excerpts of real clips.

Run: PYTHONPATH=src .venv/bin/python -m benchmarks.equal_quality [profile] [codec]    (15 minutes on two quiet cores)
"""

import hashlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import exp, log
from pathlib import Path
from statistics import fmean

from benchmarks import clips
from benchmarks.bench import Bench
from benchmarks.clips import KEPT
from benchmarks.ladder import FIXED, SEEN, Match, Point, bd_rate, hull, matches
from benchmarks.markdown import table
from benchmarks.plans import FFMPEG, planned, with_renditions
from vod.ffmpeg import commands
from vod.ffmpeg.encoders import QUIET
from vod.media import color
from vod.plan.plan import Plan
from vod.plan.renditions import Rendition
from vod.profiles.profile import DEFAULT, Codec

EXCERPT_SECONDS = 4
_TAGGED = "setparams=colorspace=bt709:color_primaries=bt709:color_trc=bt709:range=tv"


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


def measure(bench: Bench, profile: str = DEFAULT, codec: Codec = Codec.H264) -> str:
    """Both ladders over every excerpt, as Markdown; what was measured before is not encoded again."""
    media = bench.clips.media
    if media is None:
        return "Not measured: quality at equal bits says nothing about generated pictures."
    measured = []
    for excerpt in EXCERPTS:
        measured.append(_measured(bench, media / excerpt.clip, excerpt, profile, codec))
        bench.tell(rungs(measured[-1]))
    return report(measured)


def _measured(bench: Bench, source: Path, excerpt: Excerpt, profile: str, codec: Codec) -> Measured:
    plan = planned(source, profile).model_copy(update={"storyboard": None})
    ours = [rendition for rendition in plan.renditions if rendition.codec is codec]
    ladders = (fixed_renditions(plan), True), (ours, False)
    theirs, made = (
        Encode(bench.kept, source, with_renditions(plan, renditions), excerpt.at, fixed_rates=fixed).points()
        for renditions, fixed in ladders
    )
    return Measured(excerpt, theirs, made)


def fixed_renditions(plan: Plan) -> list[Rendition]:
    """The fixed ladder for a plan's source, in its shape and at the preset of its first rendition, never above it.

    The peak is twice the average, the most that Apple allows.
    """
    top = plan.renditions[0]
    assert top.codec is Codec.H264
    short = min(top.width, top.height)
    made = []
    for rung in (rung for rung in FIXED if rung.short_side <= short):
        width, height = (2 * round(side * rung.short_side / short / 2) for side in (top.width, top.height))
        changes = {"name": rung.name, "width": width, "height": height, "crf": 0, "peak_kbps": 2 * rung.kbps}
        made.append(top.model_copy(update=changes))
    return made


def at_fixed_rate(rendition: Rendition, gop_frames: int, turn: int) -> list[str]:
    """x264 as it comes, at an average rate of half the rendition's peak; `turn` is 1 or 2.

    Two passes, so that the fixed ladder is at its best: in one, x264 spoils the first second of a short excerpt.
    """
    peak, gop = rendition.peak_kbps, str(gop_frames)
    return [
        *("-c:v", "libx264", "-preset", rendition.preset, "-b:v", f"{peak // 2}k"),
        *("-maxrate", f"{peak}k", "-bufsize", f"{2 * peak}k"),
        *("-g", gop, "-keyint_min", gop, "-sc_threshold", "0", "-pass", str(turn), "-passlogfile", rendition.name),
        *(*color.TAGS, "-movflags", "+frag_keyframe+default_base_moof", "-f", "mp4"),
    ]


class Encode:
    """Some renditions of a few seconds of a source, from `at` seconds on."""

    def __init__(
        self, kept: Path, source: Path, plan: Plan, at: int, seconds: int = EXCERPT_SECONDS, fixed_rates: bool = False
    ) -> None:
        self._kept = kept / "equal-quality"
        self._source = source.resolve()
        self._plan = plan
        self._first = round(at * plan.rate.fraction)
        self._end = round((at + seconds) * plan.rate.fraction)
        self._fixed_rates = fixed_rates

    def points(self) -> tuple[Point, ...]:
        """Rate and VMAF of every rendition, kept under the name of all that went into them."""
        names = [rendition.name for rendition in self._plan.renditions]
        made_of = [_ffmpeg_version(), _digest(self._source), self._commands("source", {name: name for name in names})]
        kept = self._kept / f"{hashlib.sha256(json.dumps(made_of).encode()).hexdigest()}.json"
        if not kept.exists():
            points = [(point.kbps, point.vmaf) for point in self._made(names)]
            self._kept.mkdir(parents=True, exist_ok=True)
            kept.write_text(json.dumps(points))
        return tuple(Point(*pair) for pair in json.loads(kept.read_text()))

    def _commands(self, source: str, outputs: dict[str, str]) -> list[list[str]]:
        cut = self._plan, self._first, self._end
        if not self._fixed_rates:
            return [commands.encode_command("ffmpeg", source, *cut, outputs, "/dev/null")]
        graph = commands.filter_graph(self._plan, self._plan.renditions, self._first, self._end)
        began = ["ffmpeg", "-v", "error", "-nostdin", "-y", *self._opened(source), "-filter_complex", graph]
        return [[*began, *self._at_fixed_rates(outputs, turn)] for turn in (1, 2)]

    def _at_fixed_rates(self, outputs: dict[str, str], turn: int) -> list[str]:
        made = []
        for rendition in self._plan.renditions:
            made += ["-map", f"[{rendition.name}]", *at_fixed_rate(rendition, self._plan.gop_frames, turn)]
            made.append(outputs[rendition.name])
        return made

    def _opened(self, source: str) -> list[str]:
        return commands.opened(source, self._plan, self._first / float(self._plan.rate.fraction))

    def _made(self, names: list[str]) -> list[Point]:
        with tempfile.TemporaryDirectory() as folder:
            outputs = {name: str(Path(folder) / f"{name}.mp4") for name in names}
            for command in self._commands(str(self._source), outputs):
                subprocess.run([FFMPEG, *command[1:]], check=True, cwd=folder, env=QUIET)
            return [Point(self._kbps(Path(file)), self._vmaf(file, folder)) for file in outputs.values()]

    def _kbps(self, file: Path) -> float:
        return file.stat().st_size * 8 / 1000 / float((self._end - self._first) / self._plan.rate.fraction)

    def _vmaf(self, file: str, folder: str) -> float:
        """Mean of every fifth frame, enlarged (bicubic) to the source's size."""
        top = self._plan.renditions[0]
        grid = commands.filter_graph(self._plan, [top], self._first, self._end)
        # _TAGGED: where only one side says its colours, FFmpeg converts the other: 94 becomes 87.
        shown = f"scale={top.width}:{top.height}:flags=bicubic,format=yuv420p,setsar=1"
        graph = (
            f"{grid};[{top.name}]settb=1/1000,setpts=N,{_TAGGED}[source];"
            f"[1:v]settb=1/1000,setpts=N,{shown},{_TAGGED}[made];"
            "[made][source]libvmaf=n_subsample=5:n_threads=2:log_fmt=json:log_path=vmaf.json"
        )
        opened = [FFMPEG, "-v", "fatal", "-nostdin", *self._opened(str(self._source)), "-i", file]
        command = [*opened, "-filter_complex", graph, "-f", "null", "-"]
        subprocess.run(command, check=True, cwd=folder)
        told = json.loads((Path(folder) / "vmaf.json").read_text())
        return float(told["pooled_metrics"]["vmaf"]["mean"])


def report(measured: Sequence[Measured]) -> str:
    """The comparison in Markdown: a row for each excerpt, then all of them."""
    head = (
        "excerpt",
        "fixed rungs matched",
        "their kbit/s -> ours",
        "change",
        "BD-rate",
        "top rung: fixed kbit/s @ VMAF",
        "ours",
    )
    every = [match for one in measured for match in matches(one.fixed, one.ours)]
    rates = [rate for one in measured if (rate := bd_rate(one.fixed, one.ours)) is not None]
    mean = _percent(exp(fmean(log(rate) for rate in rates))) if rates else "-"
    return table(head, [*(_row(one) for one in measured), ("**all**", *_sums(every), mean, "", "")])


def rungs(measured: Measured) -> str:
    """One line for each rung of both ladders, dearest first."""
    lines = [
        f"fixed {match.fixed.kbps:7.0f} kbit/s VMAF {match.fixed.vmaf:5.1f}   ours for it "
        + ("(above our top rung)" if match.ours_kbps is None else f"{match.ours_kbps:.0f}")
        for match in matches(measured.fixed, measured.ours)
    ]
    worth = hull(measured.ours)
    for point in sorted(measured.ours, key=lambda point: -point.kbps):
        note = "" if point in worth else "   not worth its bits"
        lines.append(f"ours  {point.kbps:7.0f} kbit/s VMAF {point.vmaf:5.1f}{note}")
    return "\n    ".join([measured.excerpt.name, *lines])


def _row(one: Measured) -> tuple[str, ...]:
    rate = bd_rate(one.fixed, one.ours)
    tops = [max(points, key=lambda point: point.vmaf) for points in (one.fixed, one.ours)]
    told = [f"{top.kbps:.0f} @ {top.vmaf:.1f}" for top in tops]
    return one.excerpt.name, *_sums(matches(one.fixed, one.ours)), "-" if rate is None else _percent(rate), *told


def _sums(every: Sequence[Match]) -> tuple[str, str, str]:
    """What both ladders take for the quality of the fixed rungs that ours reaches."""
    pairs = [(match.fixed.kbps, match.ours_kbps) for match in every if match.ours_kbps is not None]
    fixed, ours = sum(pair[0] for pair in pairs), sum(pair[1] for pair in pairs)
    return f"{len(pairs)} of {len(every)}", f"{fixed:.0f} -> {ours:.0f}", _percent(ours / fixed) if pairs else "-"


def _percent(ratio: float) -> str:
    return f"{100 * (ratio - 1):+.1f} %"


@cache
def _digest(source: Path) -> str:
    with source.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


@cache
def _ffmpeg_version() -> str:
    return subprocess.run([FFMPEG, "-version"], capture_output=True, text=True, check=True).stdout.splitlines()[0]


def main(profile: str = DEFAULT, codec: str = Codec.H264) -> None:
    """Print the comparison of a profile's renditions of one codec."""
    print(f"Profile {profile}, {codec}. In matched rungs, not in BD-rate, VMAF above {SEEN:g} counts as {SEEN:g}.\n")
    print(measure(Bench(clips.found(KEPT / "clips"), KEPT), profile, Codec(codec)))


if __name__ == "__main__":
    main(*sys.argv[1:3])
