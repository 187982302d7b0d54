"""The simulation does what it says of AWS, by examples that can be worked out by hand."""

from dataclasses import replace
from fractions import Fraction

import pytest

from benchmarks.simulation import (
    BYTES_A_SECOND,
    DISK,
    EFS,
    EFS_SPENT,
    MORE_BYTES,
    Copying,
    Film,
    Limits,
    planned,
    quantile,
    simulate,
    uploads,
)
from vod.money.copying import FIRST_BYTES
from vod.plan.chunks import MOST_TASKS, ChunkPolicy, beside_extras
from vod.steps.turns import Turns

CALM = Limits(interruptions=0)
POLICY = ChunkPolicy(least_seconds=Fraction(60), most=20, target_seconds=300)


def test_a_film_alone_takes_its_start_its_encode_and_what_stands_around_them() -> None:
    (outcome,), peak = simulate([Film(60)], POLICY, CALM)

    encode, begun = 60 / planned(Film(60), POLICY).speed, FIRST_BYTES / DISK.task
    assert outcome.ready == pytest.approx(4 + 45 + begun + encode + 3)
    assert 4 + 45 < outcome.playable < outcome.ready
    assert (outcome.tasks, peak) == (1, 4)


def test_more_tasks_are_never_slower() -> None:
    ready = [simulate([Film(7200)], replace(POLICY, most=most), CALM)[0][0].ready for most in (1, 5, 20, 100)]

    assert ready == sorted(ready, reverse=True)


def test_a_task_that_waits_for_its_copy_takes_the_time_of_both() -> None:
    (outcome,), _ = simulate([Film(60)], POLICY, CALM, copies=Copying(waits=True))

    encode = 60 / planned(Film(60), POLICY).speed
    assert outcome.ready == pytest.approx(4 + 45 + 60 * BYTES_A_SECOND / DISK.task + encode + 3)


def test_what_arrives_slower_than_it_is_encoded_takes_the_time_of_its_copy() -> None:
    slow = Copying(task=BYTES_A_SECOND / 10)
    (outcome,), _ = simulate([Film(60)], POLICY, CALM, copies=slow)

    assert outcome.ready == pytest.approx(4 + 45 + 60 * 10 + 3)


def test_tasks_that_share_a_file_system_copy_as_fast_as_it_takes_all_of_them() -> None:
    """The chunks copy the film between them, the extras copy it once more."""
    (outcome,), _ = simulate([Film(7200)], POLICY, CALM, copies=EFS_SPENT)

    both = 7200 * BYTES_A_SECOND * (1 + MORE_BYTES) / 2**20
    assert outcome.playable == pytest.approx(4 + 45 + both + 8 / 60 + 0, abs=1)


def test_a_film_is_playable_before_its_sound_is_copied_unless_it_waits_for_that() -> None:
    times = [
        simulate([Film(7200)], POLICY, CALM, copies=each)[0][0].playable for each in (DISK, Copying(waits=True), EFS)
    ]

    assert times == sorted(times)
    assert times[0] < 4 + 45 + 20 < 7200 * BYTES_A_SECOND / DISK.task < times[1]


def test_the_most_tasks_of_a_video_all_run_at_a_time() -> None:
    policy = replace(POLICY, most=beside_extras(MOST_TASKS), target_seconds=0)

    (outcome,), peak = simulate([Film(7200)], policy, CALM)

    assert outcome.tasks == MOST_TASKS
    assert peak == 4 * (MOST_TASKS - 1) + 1


def test_an_interrupted_task_goes_on_where_it_was_and_costs_a_start_more() -> None:
    calm, stormy = (
        simulate([Film(3600)], replace(POLICY, most=1), replace(CALM, interruptions=rate))[0][0] for rate in (0, 3)
    )

    assert stormy.interrupted > 0
    assert stormy.tasks == stormy.interrupted + 1
    assert calm.ready < stormy.ready < calm.ready + 60 * stormy.tasks
    assert stormy.micro_usd > calm.micro_usd


def test_what_spot_has_no_room_for_runs_on_demand_at_its_price() -> None:
    (spot,), _ = simulate([Film(300)], POLICY, CALM)
    (demand,), _ = simulate([Film(300)], POLICY, replace(CALM, spot_vcpus=0))

    assert demand.micro_usd == pytest.approx(spot.micro_usd / 0.3, rel=0.01)


def test_without_any_room_a_film_gives_up_after_five_hours() -> None:
    (outcome,), peak = simulate([Film(300)], POLICY, replace(CALM, spot_vcpus=0, demand_vcpus=0))

    assert outcome.failed
    assert outcome.ready == float("inf")
    assert peak == 0


def test_the_same_seed_gives_the_same_answer() -> None:
    films = uploads(500, 2)

    assert [one.ready for one in simulate(films, POLICY)[0]] == [one.ready for one in simulate(films, POLICY)[0]]


def test_uploads_are_as_many_as_the_busiest_hours_have() -> None:
    assert len(uploads(24_000, 2)) == pytest.approx(24_000 / 24 * 2.5 * 2, rel=0.05)


def test_a_quantile_is_one_of_the_values() -> None:
    assert [quantile([3, 1, 2, 4], part) for part in (0, 0.5, 0.95)] == [1, 3, 4]


def test_turns_are_the_platform_s_own() -> None:
    films = [Film(60, 0.0, "ann") for _ in range(4)] + [Film(60, 1.0, "bob")]

    free, _ = simulate(films, POLICY, CALM)
    one, _ = simulate(films, POLICY, CALM, turns=Turns(videos=1))

    alone = free[0].ready
    assert [each.ready for each in free] == pytest.approx([alone] * 5)
    order = sorted(range(5), key=lambda number: one[number].ready + films[number].arrival)
    assert order.index(4) <= 2, "behind what ran, and what had waited longer"
    assert max(each.ready for each in one) == pytest.approx(5 * alone, rel=0.05)
