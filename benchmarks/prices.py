"""USD for an hour of source: what the measured CPU costs on Fargate, beside MediaConvert's price list."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from vod.frozen import Frozen
from vod.money.prices import Fargate, Usd

FILE = Path(__file__).with_name("prices.json")


class MediaConvert(Frozen):
    """USD for a minute of one H.264 output by tier of size (`sd`, `hd`, `uhd`) up to 30 fps, and the factor above."""

    minute: dict[str, Usd]
    high_rate_factor: Usd


class Prices(Frozen):
    """What stands beside the platform's own prices (`vod.money.prices`), with where and when it was read."""

    region: str
    date: str
    source: str
    mediaconvert: MediaConvert


@dataclass(frozen=True, slots=True)
class Task:
    """The machine an encode runs on: vCPUs that are busy, GB of memory."""

    vcpus: float
    gb: float


@dataclass(frozen=True, slots=True)
class Output:
    """One output as MediaConvert bills it: short side in pixels, frames per second."""

    short_side: int
    rate: float


def read(file: Path = FILE) -> Prices:
    """The prices of the project's data file."""
    return Prices.model_validate(json.loads(file.read_text()))


def fargate_hour(cpu_seconds: float, task: Task, price: Fargate, spot: bool) -> float:
    """USD for an hour of source that takes `cpu_seconds` of CPU for each of its seconds, all vCPUs of the task busy."""
    return cpu_seconds / task.vcpus * price.hour(task.vcpus, task.gb, spot)


def mediaconvert_hour(outputs: Iterable[Output], price: MediaConvert) -> float:
    """USD for an hour of source in these outputs."""
    return sum(60 * _minute(output, price) for output in outputs)


def _minute(output: Output, price: MediaConvert) -> float:
    return price.minute[_tier(output.short_side)] * (price.high_rate_factor if output.rate > 30 else 1.0)


def _tier(short_side: int) -> str:
    return "sd" if short_side < 720 else "hd" if short_side <= 1080 else "uhd"
