"""A two-minute clip in eight chunks against the same clip in one."""

from fractions import Fraction
from pathlib import Path

from benchmarks.bench import Bench, compared
from benchmarks.clips import Shape
from benchmarks.meter import Spent, added, spent_by
from benchmarks.plans import command, planned
from benchmarks.ratios import Comparison, in_turn
from vod.plan.chunks import ChunkPolicy
from vod.plan.plan import Plan

GOAL = 1.05
CHUNKS = 8
CLIP = Shape(640, 360, 25, 10)
REPEATED = 12


def measure(bench: Bench) -> str:
    """Three pairs; the chunks run one after another, sound is made by a process of its own as in the platform."""
    source = bench.clips.repeated(bench.clips.mix(CLIP), REPEATED)
    plan = planned(source, policy=ChunkPolicy(least_seconds=Fraction(1), most=CHUNKS))
    pairs = in_turn(
        lambda: bench.told(f"{CHUNKS} chunks and the sound", _in_chunks(bench, plan, source)),
        lambda: bench.told("in one", _in_one(bench, plan, source)),
    )
    return compared(Comparison(f"{CHUNKS} chunks", GOAL, tuple(pairs)), f"{CHUNKS} chunks", "in one")


def _in_chunks(bench: Bench, plan: Plan, source: Path) -> Spent:
    with bench.scratch() as folder:
        return added(spent_by(_chunk_command(plan, source, folder, index)) for index in range(len(plan.chunks)))


def _chunk_command(plan: Plan, source: Path, folder: Path, index: int) -> list[str]:
    chunk = plan.chunks[index]
    first, end = plan.frames_of(chunk)
    return command(plan, source, folder, first, end, sound=chunk.extras, picture=chunk.video)


def _in_one(bench: Bench, plan: Plan, source: Path) -> Spent:
    with bench.scratch() as folder:
        return spent_by(command(plan, source, folder))
