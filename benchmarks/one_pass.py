"""Our one FFmpeg for all rungs against one FFmpeg a rung, same settings, preset veryfast."""

from dataclasses import replace
from pathlib import Path

from benchmarks.bench import FULL_HD, Bench, compared
from benchmarks.meter import Spent, added, spent_by
from benchmarks.plans import command, planned, with_preset, with_renditions
from benchmarks.ratios import Comparison, in_turn
from vod.plan.plan import Plan

GOAL = 0.65
PRESET = "veryfast"
CAMERA_LIKE = replace(FULL_HD, crf=10)
"""Phones and cameras record 1080p at 12 to 20 Mbit/s."""


def measure(bench: Bench) -> str:
    """Three pairs on ten seconds of 1080p, for a source of few bits and for one of a camera's many."""
    return "\n\n".join(_measured(bench, bench.clips.mix(shape)) for shape in (FULL_HD, CAMERA_LIKE))


def _measured(bench: Bench, source: Path) -> str:
    mbps = source.stat().st_size * 8 / 1e6 / FULL_HD.seconds
    plan = with_preset(planned(source), PRESET)
    pairs = in_turn(
        lambda: bench.told("one FFmpeg for all", _together(bench, plan, source)),
        lambda: bench.told("one FFmpeg a rung", _one_by_one(bench, plan, source)),
    )
    name = f"One FFmpeg for all rungs, source of {mbps:.0f} Mbit/s"
    return compared(Comparison(name, GOAL, tuple(pairs)), "one for all", "one a rung")


def _together(bench: Bench, plan: Plan, source: Path) -> Spent:
    with bench.scratch() as folder:
        return spent_by(command(plan, source, folder))


def _one_by_one(bench: Bench, plan: Plan, source: Path) -> Spent:
    """Each rung scaled from the source itself; the sound is made beside the first, so that it costs no process."""
    with bench.scratch() as folder:
        return added(
            spent_by(command(with_renditions(plan, [rung]), source, folder, sound=number == 0))
            for number, rung in enumerate(plan.renditions)
        )
