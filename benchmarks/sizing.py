"""What a second of source costs, and how much memory a task needs, by codecs, top rung and frame rate."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

from benchmarks.bench import Bench
from benchmarks.clips import Shape
from benchmarks.markdown import table
from benchmarks.meter import spent_by
from benchmarks.plans import command, planned
from benchmarks.threads import as_on
from vod.plan.plan import Plan
from vod.profiles.profile import Codec

PROFILES = {"default": "h264", "hevc": "h264 + hevc", "av1": "h264 + av1"}
TOPS = {360: (640, 360), 720: (1280, 720), 1080: (1920, 1080), 2160: (3840, 2160)}
RATES = (25, 60)
SHORT = ("fast", 1080, 25)
"""The one combination of the profile `fast` that is measured."""
CROWDED_TOPS = (1080, 2160)
"""Top rungs whose tasks are larger than the machine that measures: once more, with the threads of the task."""
FILE = "sizing.json"
_SECONDS = {(2160, 60): 1.0}
_MOST_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Size:
    """One row: CPU-seconds for a second of source, peak MiB of FFmpeg (resident, private writable), the task that the
    plan asks for, and the short sides of the H.264 rungs."""

    profile: str
    top: int
    rate: int
    cpu_seconds: float
    resident_mib: float
    writable_mib: float
    task_vcpus: float
    task_gb: float
    h264_sides: tuple[int, ...]


def measure(bench: Bench) -> str:
    """Every combination, one run each: CPU seconds, so a quiet machine matters here."""
    sizes = list(_sizes(bench))
    (bench.kept / FILE).write_text(json.dumps([asdict(size) for size in sizes]))
    crowded = [_crowded(bench, profile, top) for top in CROWDED_TOPS for profile in PROFILES]
    return f"{_table(sizes)}\n\n{_crowded_table(crowded)}"


def read(bench: Bench) -> list[Size]:
    """What the last measurement found; FileNotFoundError when there was none."""
    rows = json.loads((bench.kept / FILE).read_text())
    return [Size(**row | {"h264_sides": tuple(row["h264_sides"])}) for row in rows]


def _sizes(bench: Bench) -> Iterator[Size]:
    for top in TOPS:
        for rate in RATES:
            for profile in PROFILES:
                yield _size(bench, profile, top, rate)
    yield _size(bench, *SHORT)


def _size(bench: Bench, profile: str, top: int, rate: int, crowded: bool = False) -> Size:
    """One combination: all renditions of the profile and the sound, by one FFmpeg."""
    source = bench.clips.mix(Shape(*TOPS[top], rate, _SECONDS.get((top, rate), _MOST_SECONDS)))
    plan = planned(source, profile)
    with bench.scratch() as folder:
        built = command(plan, source, folder)
        spent = spent_by(as_on(plan.chunks[0].cpu // 1024, built) if crowded else built)
    bench.told(f"{profile} {top}p{rate}", spent)
    seconds = plan.frames / float(plan.rate.fraction)
    return Size(
        profile=profile,
        top=top,
        rate=rate,
        cpu_seconds=spent.cpu_seconds / seconds,
        resident_mib=spent.resident_mib,
        writable_mib=spent.writable_mib,
        task_vcpus=plan.chunks[0].cpu / 1024,
        task_gb=plan.chunks[0].memory / 1024,
        h264_sides=_h264_sides(plan),
    )


def _h264_sides(plan: Plan) -> tuple[int, ...]:
    return tuple(min(rung.width, rung.height) for rung in plan.renditions if rung.codec is Codec.H264)


def _crowded(bench: Bench, profile: str, top: int) -> Size:
    return _size(bench, profile, top, RATES[0], crowded=True)


def _table(sizes: Sequence[Size]) -> str:
    head = (
        "profile",
        "top rung",
        "fps",
        "CPU-s per source s",
        "CPU-s per output minute",
        "peak RSS MiB",
        "writable MiB",
    )
    return table(head, [(*_case(size), *_cost(size), *_memory(size)) for size in sizes])


def _crowded_table(sizes: Sequence[Size]) -> str:
    head = ("profile", "top rung", "fps", "threads as on", "peak RSS MiB", "writable MiB", "the plan's task: vCPU, GB")
    rows = [(*_case(s), f"{s.task_vcpus:g} cores", *_memory(s), f"{s.task_vcpus:g}, {s.task_gb:g}") for s in sizes]
    return table(head, rows)


def _case(size: Size) -> tuple[str, ...]:
    return PROFILES.get(size.profile, size.profile), f"{size.top}p", str(size.rate)


def _cost(size: Size) -> tuple[str, ...]:
    return f"{size.cpu_seconds:.2f}", f"{60 * size.cpu_seconds:.0f}"


def _memory(size: Size) -> tuple[str, ...]:
    return f"{size.resident_mib:.0f}", f"{size.writable_mib:.0f}"
