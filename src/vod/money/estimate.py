"""What a video will cost: by its size, as the likely kind of source and as others; by its plan, once it has one."""

from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache

from vod import profiles
from vod.frozen import Document
from vod.money import copying, cost, prices
from vod.money.cost import MICRO
from vod.money.prices import Fargate
from vod.plan import disk, lanes, sizing, tasks
from vod.plan.chunks import Chunk, Lane
from vod.plan.plan import SEGMENT_SECONDS, Plan
from vod.plan.renditions import renditions
from vod.plan.sizing import Encode, TaskSize
from vod.source.probe import Rate, VideoTrack

_START_SECONDS = 30
"""Of a task before and after its encode: the image's pull, the last segments."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of source that people upload: its picture in pixels, frames per second, and bits per second."""

    name: str
    width: int
    height: int
    rate: int
    bits: int


LIKELY = Kind("1080p at 30 fps and 10 Mbit/s", 1920, 1080, 30, 10_000_000)
OTHERS = (
    Kind("2160p at 30 fps and 100 Mbit/s", 3840, 2160, 30, 100_000_000),
    Kind("720p at 30 fps and 1.5 Mbit/s", 1280, 720, 30, 1_500_000),
)
"""What takes least and most for each byte."""


@cache
def work(kind: Kind, profile: str) -> tuple[TaskSize, float]:
    """The task that a kind of source is encoded in, and CPU seconds for each of its frames."""
    recipe = profiles.known_or_default(profile)
    track = VideoTrack(
        index=0, codec="", width=kind.width, height=kind.height, rate=Rate.of(Fraction(kind.rate)), end=0
    )
    made = renditions(track, Fraction(kind.rate), recipe)
    encodes = [Encode(each.codec, each.preset, each.width * each.height) for each in made]
    pixels = kind.width * kind.height
    cpu_seconds = sizing.cpu_seconds(pixels, encodes, recipe.measure_quality)
    return sizing.task_size(pixels, encodes, kind.rate), cpu_seconds


def micro_usd(size: int, profile: str, price: Fargate, kind: Kind = LIKELY) -> int:
    """Millionths of a USD for encoding so many bytes of a kind of source on Spot, and for copying them to tasks."""
    task, cpu_seconds = work(kind, profile)
    pictures = copying.task_seconds(sizing.wall_seconds(size * 8 * kind.rate // kind.bits, cpu_seconds, task), size)
    sound = copying.task_seconds(size * 8 / kind.bits / copying.SOUND_SPEED, size)
    placed = replace(task, disk=disk.gib(size))
    extras = TaskSize(tasks.EXTRAS_CPU, 2 * tasks.EXTRAS_CPU, disk.gib(size))
    # A short video has no task of its own for the extras: the more precise figure would hang on the operator's policy.
    whole = cost.of_task(extras, round(sound), True, price) + cost.of_reads(2 * copying.requests(size), prices.read())
    return cost.of_task(placed, cost.billed(_START_SECONDS + pictures), True, price) + whole


def of_plan(plan: Plan, source_pixels: int, price: Fargate) -> int:
    """Millionths of a USD for the tasks of a plan on Spot, for copying its source to them, and for its functions."""
    tasks_run = [chunk for chunk in _encoded(plan) if chunk.lane is Lane.TASK]
    return sum(_of_task(plan.of_encoders, chunk, source_pixels, price) for chunk in tasks_run) + of_functions(
        plan, source_pixels, price
    )


def of_functions(plan: Plan, source_pixels: int, price: Fargate) -> int:
    """Millionths of a USD for the functions of a plan, which nothing tells of when they have ended."""
    wanted = plan.of_encoders
    pieces = [chunk for chunk in _encoded(plan) if chunk.lane is Lane.FUNCTION]
    pieces += [wanted.head] if wanted.head else []
    return sum(_of_function(wanted, chunk, source_pixels, price) for chunk in pieces)


def _encoded(plan: Plan) -> list[Chunk]:
    return [chunk for chunk in plan.of_encoders.chunks if chunk.video or not plan.remade]


def _of_function(plan: Plan, chunk: Chunk, source_pixels: int, price: Fargate) -> int:
    heard = chunk.heard_segments * SEGMENT_SECONDS or plan.duration
    cpu_seconds = heard * lanes.SOUND_CPU_SECONDS if chunk.extras or chunk.heard_segments else 0.0
    if chunk.video:
        cpu_seconds += _frames(plan, chunk) * _each(plan, source_pixels)
    seconds = lanes.START_SECONDS + cpu_seconds / lanes.vcpus(plan.function_memory)
    reads = copying.requests(disk.bytes_copied(plan, chunk))
    return cost.of_function(plan.function_memory, seconds, price) + cost.of_reads(reads, prices.read())


def _frames(plan: Plan, chunk: Chunk) -> int:
    first, end = plan.frames_of(chunk)
    return (plan.frames if end is None else end) - first


def _each(plan: Plan, source_pixels: int) -> float:
    encodes = [Encode(each.codec, each.preset, each.width * each.height) for each in plan.renditions]
    return sizing.cpu_seconds(source_pixels, encodes, plan.measure_quality)


def _of_task(plan: Plan, chunk: Chunk, source_pixels: int, price: Fargate) -> int:
    size, copied = TaskSize(chunk.cpu, chunk.memory, chunk.disk), disk.bytes_copied(plan, chunk)
    encode = plan.duration / copying.SOUND_SPEED
    if chunk.video:
        encode = sizing.wall_seconds(_frames(plan, chunk), _each(plan, source_pixels), size)
    seconds = cost.billed(_START_SECONDS + copying.task_seconds(encode, copied))
    return cost.of_task(size, seconds, True, price) + cost.of_reads(copying.requests(copied), prices.read())


def told(size: int, profile: str, price: Fargate) -> Document:
    """The estimate as the API shows it, in USD: the likely one, what it assumes, and how far off it may be."""
    likely, *others = (micro_usd(size, profile, price, kind) / MICRO for kind in (LIKELY, *OTHERS))
    return {"usd": likely, "assumes": LIKELY.name, "leastUsd": min(likely, *others), "mostUsd": max(likely, *others)}
