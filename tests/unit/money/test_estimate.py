from fractions import Fraction

import pytest

from tests import samples
from vod import profiles
from vod.money import copying, cost, estimate, prices
from vod.money.cost import MICRO
from vod.plan.chunks import ChunkPolicy, FunctionLane, Lane
from vod.plan.make_plan import make_plan, remake_plan
from vod.plan.plan import Plan, SourceObject
from vod.plan.sizing import TaskSize
from vod.source.probe import Rate

ARM = prices.read().fargate["arm64"]
HOUR = 3600.0
BLACK = 650_000_000
"""Bytes of twelve black hours in 2160p at 60 frames a second."""


def planned(hours: float, profile: str, size: int = BLACK, width: int = 3840, height: int = 2160) -> Plan:
    source = SourceObject(bucket="source", key="key", version="v1", size=size)
    probe = samples.probe(width, height, hours * HOUR, Rate.of(Fraction(60))).model_copy(update={"size": size})
    return make_plan(samples.VIDEO_ID, samples.RUN, source, probe, profile=profiles.named(profile))


def usd(plan: Plan, pixels: int = 3840 * 2160) -> float:
    return estimate.of_plan(plan, pixels, ARM) / MICRO


def test_a_plan_tells_what_a_small_file_of_many_hours_costs_and_its_size_does_not() -> None:
    assert estimate.micro_usd(BLACK, "hevc", ARM) / MICRO < 0.03
    assert usd(planned(12, "hevc")) == pytest.approx(14.4, abs=0.3)
    assert usd(planned(12, "default")) == pytest.approx(4.4, abs=0.2)


def test_what_is_twice_as_long_costs_twice_as_much() -> None:
    assert usd(planned(12, "hevc")) == pytest.approx(2 * usd(planned(6, "hevc")), rel=0.01)


def test_measuring_and_more_codecs_cost_more() -> None:
    assert usd(planned(1, "default")) < usd(planned(1, "measured"))
    assert usd(planned(1, "default")) < usd(planned(1, "av1"))


def test_a_rendition_that_is_made_anew_costs_less_than_all_and_its_own_tasks_only() -> None:
    plan = planned(12, "hevc")
    again = remake_plan(plan, "b" * 12, "v360", samples.RUN)

    assert 0.02 * usd(plan) < usd(again) < 0.1 * usd(plan)


def test_sound_costs_its_task() -> None:
    source = SourceObject(bucket="source", key="key", version="v1", size=1000)
    plan = make_plan(samples.VIDEO_ID, samples.RUN, source, samples.sound_probe(2 * HOUR))

    task = cost.of_task(TaskSize(1024, 2048, 21), 30 + 120 + 1, is_spot=True, price=ARM)
    reads = cost.of_reads(copying.requests(1000), prices.read())
    assert estimate.of_plan(plan, 0, ARM) == task + reads


def test_a_likely_film_costs_about_what_its_size_told() -> None:
    size = round(2 * HOUR * estimate.LIKELY.bits / 8)
    source = SourceObject(bucket="source", key="key", version="v1", size=size)
    probe = samples.probe(1920, 1080, 2 * HOUR, Rate.of(Fraction(30))).model_copy(update={"size": size})
    plan = make_plan(samples.VIDEO_ID, samples.RUN, source, probe)

    told = estimate.micro_usd(size, "default", ARM) / MICRO
    assert usd(plan, 1920 * 1080) == pytest.approx(told, rel=0.25)


def minute(policy: ChunkPolicy) -> Plan:
    source = SourceObject(bucket="source", key="key", version="v1", size=75_000_000)
    probe = samples.probe(1920, 1080, 60.0, Rate.of(Fraction(25))).model_copy(update={"size": source.size})
    return make_plan(samples.VIDEO_ID, samples.RUN, source, probe, policy)


def test_a_minute_in_functions_costs_a_few_times_what_it_costs_in_a_task() -> None:
    functions = minute(ChunkPolicy(functions=FunctionLane(60, 60, 3008)))
    tasks = minute(ChunkPolicy())

    assert {chunk.lane for chunk in functions.chunks} == {Lane.FUNCTION}
    assert usd(tasks, 1920 * 1080) == pytest.approx(0.0012, abs=0.0004)
    assert usd(functions, 1920 * 1080) == pytest.approx(0.0045, abs=0.001)
    assert estimate.of_functions(functions, 1920 * 1080, ARM) == estimate.of_plan(functions, 1920 * 1080, ARM)
    assert estimate.of_functions(tasks, 1920 * 1080, ARM) == 0


def test_more_memory_costs_little_more_since_it_is_faster() -> None:
    small, large = (minute(ChunkPolicy(functions=FunctionLane(60, 60, memory))) for memory in (3008, 6144))

    assert 1 < usd(large, 1920 * 1080) / usd(small, 1920 * 1080) < 1.3
