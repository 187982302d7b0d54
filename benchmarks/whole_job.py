"""A whole task (start, fetch, encode, extras, store, report) against the bare FFmpeg command inside it."""

from pathlib import Path
from statistics import median

from benchmarks import environment
from benchmarks.bench import FULL_HD, Bench, compared
from benchmarks.markdown import table
from benchmarks.meter import Spent, spent_by
from benchmarks.plans import FFMPEG, command, planned
from benchmarks.ratios import Comparison, Pair, in_turn
from benchmarks.task import ENCODER, PYTHON, Cloud, Ran, cloud
from vod.ffmpeg import commands, poster
from vod.media.color import Color
from vod.plan import storyboard, subtitles
from vod.plan.plan import Plan

GOAL = 1.05
REPEATS = 4


def measure(bench: Bench) -> str:
    """Three pairs on 1080p clips of ten seconds and of forty with sound and subtitles, and what the difference is."""
    environment.make()
    clip = bench.clips.mix(FULL_HD)
    short, long = bench.clips.subtitled(clip), bench.clips.subtitled(bench.clips.repeated(clip, REPEATS))
    tasks: list[Ran] = []
    with cloud() as local:
        lasting = _pairs(bench, local, long, [])
        brief = _pairs(bench, local, short, tasks)
    verdicts = (
        compared(Comparison("A whole task of 40 s", GOAL, lasting), "whole task", "bare FFmpeg"),
        compared(Comparison("A whole task of 10 s", GOAL, brief), "whole task", "bare FFmpeg"),
    )
    bare = median(pair.theirs.cpu_seconds for pair in brief)
    return "\n\n".join((*verdicts, _shares(bench, planned(short), short, tasks, bare)))


def _pairs(bench: Bench, local: Cloud, source: Path, tasks: list[Ran]) -> tuple[Pair, ...]:
    plan = planned(source)
    return tuple(
        in_turn(
            lambda: bench.told("whole task", _task(bench, local, plan, source, tasks)),
            lambda: bench.told("bare FFmpeg", _bare(bench, plan, source)),
        )
    )


def _task(bench: Bench, local: Cloud, plan: Plan, source: Path, tasks: list[Ran]) -> Spent:
    with bench.scratch() as folder:
        tasks.append(local.run(plan, source, folder))
    return tasks[-1].spent


def _bare(bench: Bench, plan: Plan, source: Path) -> Spent:
    with bench.scratch() as folder:
        return spent_by(command(plan, source, folder))


def _shares(bench: Bench, plan: Plan, source: Path, tasks: list[Ran], bare: float) -> str:
    """What a task does beside the bare command, each measured by itself, as a part of the bare command's CPU."""
    interpreter = median(task.python_seconds for task in tasks)
    start = spent_by([PYTHON, str(ENCODER), "--help"]).cpu_seconds
    rows = [
        ("Python: start and imports", start),
        ("Python: fetch, cut into segments, store, report", interpreter - start),
        *(_extra(bench, name, extra) for name, extra in _extras(plan, source).items()),
        ("storyboard: thumbnails from the smallest rung, sheets", _storyboard(bench, plan, source)),
    ]
    peak = max(task.spent.resident_mib for task in tasks)
    listed = table(
        ("part", "CPU s", "of bare FFmpeg"),
        [(name, f"{seconds:.2f}", f"{100 * seconds / bare:.1f} %") for name, seconds in rows],
    )
    return f"{listed}\n\nPeak resident memory of the whole task: {peak:.0f} MiB."


def _extra(bench: Bench, name: str, extra: list[str]) -> tuple[str, float]:
    return name, bench.told(name, spent_by(extra)).cpu_seconds


def _extras(plan: Plan, source: Path) -> dict[str, list[str]]:
    opened, track = commands.opened(str(source), plan, 0.0), plan.video_index or 0
    window = poster.windows(plan.duration)[0]
    top = plan.renditions[0]
    still = poster.command(FFMPEG, opened, track, plan.color, 1.0, top.width, top.height)
    made = {
        "poster: looking at keyframes": poster.survey(FFMPEG, opened, track, plan.color, window),
        "poster: the picture": still,
    }
    texts = {f"subtitles {text.name}": subtitles.command(FFMPEG, opened, text) for text in plan.subtitles}
    return made | texts


def _storyboard(bench: Bench, plan: Plan, source: Path) -> float:
    """What drawing sheets adds to the encode: measured on a clip of the smallest rung, less its decoding."""
    assert plan.storyboard is not None
    with bench.scratch() as folder:
        small = plan.renditions[-1]
        spent_by(command(plan.model_copy(update={"renditions": (small,)}), source, folder, sound=False))
        rendition = ["-i", str(folder / f"{small.name}.mp4")]
        drawn = storyboard.filters(plan.storyboard, Color(), commands.sheets(plan, 0, None))
        target = str(folder / "sheets")
        drawing = spent_by([FFMPEG, *rendition, "-lavfi", f"{drawn}[s]", *storyboard.output("s", target)])
        decoding = spent_by([FFMPEG, *rendition, "-f", "null", "-"])
    return max(0.0, bench.told("storyboard", drawing).cpu_seconds - decoding.cpu_seconds)
