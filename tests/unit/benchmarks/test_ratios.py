"""Ratios of contenders that take turns."""

from collections.abc import Callable

import pytest

from benchmarks.meter import Spent, added
from benchmarks.ratios import Comparison, Pair, in_turn


def spent(cpu: float, wall: float = 1.0, instructions: int | None = None, mib: float = 1.0) -> Spent:
    return Spent(cpu, wall, mib, 2 * mib, instructions)


def test_the_figure_is_the_median_of_the_pairs_so_that_one_disturbed_pair_does_not_decide() -> None:
    calm = Pair(spent(6), spent(10))
    disturbed = Pair(spent(30), spent(10))

    comparison = Comparison("one pass", 0.65, (calm, disturbed, calm))

    assert comparison.cpu == pytest.approx(0.6)
    assert comparison.verdict == "one pass: 0.600 of the CPU time; goal at most 0.65: met."


def test_a_missed_goal_is_said_as_loudly_as_a_met_one() -> None:
    pair = Pair(spent(11), spent(10))

    comparison = Comparison("a task", 1.05, (pair,))

    assert comparison.verdict == "a task: 1.100 of the CPU time; goal at most 1.05: MISSED."


def test_instructions_decide_when_every_pair_has_them() -> None:
    loaded = Pair(spent(20, instructions=100), spent(10, instructions=200))

    comparison = Comparison("one pass", 0.65, (loaded,))

    assert comparison.main == 0.5
    assert "instructions" in comparison.verdict


def test_one_pair_without_instructions_leaves_the_decision_to_cpu_time() -> None:
    counted = Pair(spent(5, instructions=100), spent(10, instructions=200))
    uncounted = Pair(spent(7, instructions=100), spent(10))

    comparison = Comparison("one pass", 0.65, (counted, uncounted))

    assert comparison.instructions is None
    assert comparison.main == pytest.approx(0.6)


def test_contenders_take_turns_in_going_first() -> None:
    order: list[str] = []

    def run(name: str, cpu: float) -> Callable[[], Spent]:
        return lambda: (order.append(name), spent(cpu))[1]

    pairs = list(in_turn(run("ours", 1), run("theirs", 2), pairs=3))

    assert order == ["ours", "theirs", "theirs", "ours", "ours", "theirs"]
    assert [pair.cpu for pair in pairs] == [0.5, 0.5, 0.5]


def test_runs_one_after_another_add_up_in_time_but_not_in_memory() -> None:
    runs = [spent(1, wall=2, instructions=10, mib=100), spent(3, wall=4, instructions=20, mib=50)]

    total = added(runs)

    assert total == Spent(4, 6, 100, 200, 30)


def test_a_sum_with_an_uncounted_run_has_no_instructions() -> None:
    runs = [spent(1, instructions=10), spent(1)]

    total = added(runs)

    assert total.instructions is None
