"""How close renditions come to their source: the command that compares them, and what to make of its scores."""

import math
import re
from collections.abc import Iterable, Mapping
from typing import Literal

from vod.ffmpeg import commands
from vod.frozen import Frozen
from vod.media import color
from vod.plan.plan import Plan
from vod.plan.renditions import Rendition

Metric = Literal["vmaf", "xpsnr"]
FILTERS: dict[Metric, str] = {"vmaf": "libvmaf", "xpsnr": "xpsnr"}
"""Each metric with FFmpeg's filter for it, the better one first."""
MODEL = "vmaf_v0.6.1"
"""VMAF's default model: 1080 lines on a television, seen from three times its height."""
EVERY = 7
"""VMAF scores each seventh frame: 7 divides no usual keyframe distance, so that keyframes are not overcounted."""
IDENTICAL_DB = 100.0
"""XPSNR of equal pictures is infinite, which is no number in JSON."""
LEAST_SIDE = 32
"""Pixels; libvmaf 3 crashes on pictures of 16."""
_PRINTED: dict[Metric, str] = {"vmaf": r"VMAF score: (\S+)", "xpsnr": r"XPSNR +y: +(\S+)"}


class QualityReport(Frozen):
    """One rung of one chunk beside the source: mean score over so many frames (VMAF 0 to 100; XPSNR of luma in dB)."""

    name: str
    metric: Metric
    mean: float
    frames: int


class Quality(Frozen):
    """A rung's score over the whole video, and that of its worst chunk."""

    metric: Metric
    mean: float
    worst: float


def metric_of(filters: str) -> Metric | None:
    """The best metric that an FFmpeg can measure, from what its `-filters` prints; None when it knows none."""
    names = {words[1] for line in filters.splitlines() if len(words := line.split()) > 1}
    return next((metric for metric, name in FILTERS.items() if name in names), None)


def largest(plan: Plan) -> Rendition:
    """The rendition at whose size all are compared."""
    return max(plan.renditions, key=lambda rendition: rendition.width * rendition.height)


def command(
    binary: str,
    source: str,
    plan: Plan,
    first_frame: int,
    end_frame: int | None,
    renditions: Mapping[str, str],
    metric: Metric,
    every: int,
    progress: str,
) -> commands.Command:
    """Compare files of grid frames [first_frame, end_frame) (rendition name -> file) with those frames of the source.

    The source is opened and cut as the encoder does it. VMAF scores frames 0, `every`, 2 * `every` ... of them, XPSNR
    all; the scores come on standard error.
    """
    compared = [rendition for rendition in plan.renditions if rendition.name in renditions]
    opened = commands.opened(source, plan, plan.entry(first_frame))
    files = [word for rendition in compared for word in _opened(renditions[rendition.name])]
    graph = _graph(plan, compared, first_frame, end_frame, metric, every)
    mapped = [word for rendition in compared for word in ("-map", f"[{rendition.name}]")]
    # passthrough: no frame may be doubled or dropped for the sake of a rate, since they are counted.
    nowhere = ["-map_metadata", "-1", "-fps_mode", "passthrough", "-f", "null", "-"]
    return [binary, *commands.telling(progress), *opened, *files, "-filter_complex", graph, *mapped, *nowhere]


def _opened(file: str) -> commands.Command:
    # It was written by what had read hostile bytes: it may do no more than a source.
    hostile = ["-protocol_whitelist", "file", "-format_whitelist", "mov", "-max_pixels", str(commands.MAX_PIXELS)]
    # threads 1: each more would hold a few pictures of each rung, and there are rungs enough to keep the cores busy.
    return [*hostile, "-threads", "1", "-f", "mov", "-i", file]


def _graph(
    plan: Plan, compared: list[Rendition], first_frame: int, end_frame: int | None, metric: Metric, every: int
) -> str:
    """The encoder's grid picture at the largest size, one copy for each rendition, which is enlarged to it."""
    top = largest(plan)
    grid = commands.grid(plan, first_frame, end_frame)
    # Frame n meets frame n by its number, not by its time.
    steps = f"{_looked_at(metric, every)}settb={plan.rate.den}/{plan.rate.num},setpts=N"
    enlarged = f"scale={top.width}:{top.height}:flags=bicubic,format=yuv420p,setsar=1"
    copies = "".join(f"[source{number}]" for number in range(len(compared)))
    converted = f"{color.filters(plan.color, top.width, top.height)},setsar=1"
    chains = [f"{grid},{steps},{converted},split={len(compared)}{copies}"]
    for number, rendition in enumerate(compared):
        chains.append(f"[{number + 1}:v:0]{steps},{enlarged}[made{number}]")
        chains.append(f"[made{number}][source{number}]{_comparison(metric, every, rendition.name)}[{rendition.name}]")
    return ";".join(chains)


def _looked_at(metric: Metric, every: int) -> str:
    """VMAF's motion needs each scored frame's two neighbours; those in between need not even be scaled."""
    return f"select='lt(mod(n+1,{every}),3)'," if metric == "vmaf" and every > 3 else ""


def _comparison(metric: Metric, every: int, name: str) -> str:
    # Without these a last frame would be compared again and again where one side is short.
    ends = "shortest=1:repeatlast=0"
    if metric == "xpsnr":
        return f"xpsnr@{name}={ends}"
    # n_threads 1: a thread for each rung; every further one takes 60 MB of 1080p buffers.
    return f"libvmaf@{name}=model=version={MODEL}:n_subsample={_subsample(every)}:n_threads=1:{ends}"


def _subsample(every: int) -> int:
    return min(every, 3)


def frames_looked_at(frames: int, metric: Metric, every: int) -> int:
    """How many of so many frames the command lets through to the comparison."""
    if not _looked_at(metric, every):
        return frames
    return sum((number + 1) % every < 3 for number in range(frames))


def reports(
    lines: Iterable[str], names: Iterable[str], metric: Metric, every: int, frames: int
) -> tuple[QualityReport, ...]:
    """The scores of the named renditions, of so many frames each, in what FFmpeg logged; () when one is missing."""
    said = list(lines)
    scored = math.ceil(frames / every) if metric == "vmaf" else frames
    scores = [(name, _score(said, name, metric)) for name in names]
    found = [QualityReport(name=n, metric=metric, mean=s, frames=scored) for n, s in scores if s is not None]
    return tuple(found) if len(found) == len(scores) else ()


def _score(lines: list[str], name: str, metric: Metric) -> float | None:
    # The last one counts: filters tell theirs at the end, what strangers wrote into metadata is logged before.
    line = re.compile(rf"\[{FILTERS[metric]}@{re.escape(name)} @ \w+\] {_PRINTED[metric]}")
    found = [match.group(1) for text in lines if (match := line.match(text))]
    score = _number(found[-1]) if found else math.nan
    return None if math.isnan(score) else round(min(score, IDENTICAL_DB), 3)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def pooled(parts: Iterable[QualityReport]) -> dict[str, Quality]:
    """Each rung's score over all chunks, weighted by their frames; none for a rung that two metrics measured."""
    by_name: dict[str, list[QualityReport]] = {}
    for part in parts:
        by_name.setdefault(part.name, []).append(part)
    return {name: _pooled(found) for name, found in by_name.items() if len({part.metric for part in found}) == 1}


def _pooled(parts: list[QualityReport]) -> Quality:
    metric, worst = parts[0].metric, min(part.mean for part in parts)
    mean = _mean_of_decibels(parts) if metric == "xpsnr" else _mean((part.mean, part.frames) for part in parts)
    return Quality(metric=metric, mean=round(mean, 2), worst=round(worst, 2))


def _mean_of_decibels(parts: list[QualityReport]) -> float:
    """Through the root of the squared error, as FFmpeg's vf_xpsnr.c makes the mean over frames (get_avg_xpsnr)."""
    return -20 * math.log10(_mean((10 ** (-part.mean / 20), part.frames) for part in parts))


def _mean(weighted: Iterable[tuple[float, int]]) -> float:
    values = list(weighted)
    return sum(value * frames for value, frames in values) / sum(frames for _, frames in values)
