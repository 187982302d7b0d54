"""How soon videos can be watched, as far as it can be computed."""

import pytest

from benchmarks import time_to_watch
from benchmarks.time_to_watch import Latencies, many, planned, times


@pytest.mark.parametrize("seconds", [60, 300, 7200])
def test_a_video_is_watched_in_seconds_whatever_its_length(seconds: int) -> None:
    small, large = (times(seconds, memory, is_cold=False).playable for memory in (3008, 6144))

    assert small is not None
    assert large is not None
    assert large < 7 < small < 11


def test_a_short_video_is_ready_ten_times_sooner_than_with_a_task() -> None:
    assert times(10, 6144, is_cold=False).ready < 7
    assert time_to_watch.without_lane(10).ready > 60


def test_what_aws_adds_is_added_once_for_each_step() -> None:
    slow = Latencies(event=10.6)

    assert times(10, 6144, False, slow).ready == pytest.approx(times(10, 6144, False).ready + 10)
    assert times(10, 6144, True).ready > times(10, 6144, False).ready + 3


def test_a_crowd_waits_for_free_functions() -> None:
    assert many(1, 1000) == pytest.approx(many(1, 100))
    assert many(100, 10) > 9 * many(10, 10)


def test_the_pieces_are_those_of_the_plan() -> None:
    plan = planned(60, 6144)

    assert len(plan.chunks) == 16
    assert planned(7200, 6144).head
