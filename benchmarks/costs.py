"""USD for an hour of source by profile and size: measured CPU seconds at list prices."""

from collections.abc import Sequence

from benchmarks import prices, sizing
from benchmarks.bench import Bench
from benchmarks.markdown import table
from benchmarks.prices import Output, Prices, Task
from benchmarks.sizing import Size
from vod.money import prices as own

_HEAD = ("codecs", "top rung", "fps", "x86_64", "x86_64 Spot", "arm64*", "arm64 Spot*", "MediaConvert**")


def measure(bench: Bench) -> str:
    """Arithmetic on what `sizing` measured last."""
    listed = prices.read()
    rows = [_row(size, listed) for size in sizing.read(bench) if size.profile in sizing.PROFILES]
    return f"{table(_HEAD, rows)}\n\n{_footnotes(listed)}"


def _row(size: Size, listed: Prices) -> Sequence[str]:
    codecs = sizing.PROFILES[size.profile]
    fargate = [f"{_fargate(size, kind, spot):.3f}" for kind in ("x86_64", "arm64") for spot in (False, True)]
    return codecs, f"{size.top}p", str(size.rate), *fargate, _mediaconvert(size, listed)


def _fargate(size: Size, architecture: str, spot: bool) -> float:
    task = Task(size.task_vcpus, size.task_gb)
    return prices.fargate_hour(size.cpu_seconds, task, own.read().fargate[architecture], spot)


def _mediaconvert(size: Size, listed: Prices) -> str:
    """The same H.264 outputs there; other codecs are billed in a tier whose prices are not in the data file."""
    if size.profile != "default":
        return "-"
    outputs = [Output(side, size.rate) for side in size.h264_sides]
    return f"{prices.mediaconvert_hour(outputs, listed.mediaconvert):.2f}"


def _footnotes(listed: Prices) -> str:
    return (
        f"Prices of {listed.region}, {listed.date}, from `prices.json` here and in `src/vod`: {listed.source}\n\n"
        "Fargate: every vCPU of the task busy, the plan's memory. Not counted: task start, S3, EFS, Lambda, requests, "
        "Spot interruptions, delivery.\n\n"
        "\\* **arm64's speed was not measured**: its figures assume the same CPU seconds per vCPU as here.\n\n"
        "\\** H.264 outputs of the same sizes, basic tier, single pass; HEVC and AV1 are billed in another tier."
    )
