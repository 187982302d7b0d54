import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.ladder import Point, bd_rate, hull, kbps_at, matches

FIXED = (Point(8000, 96), Point(4000, 90), Point(2000, 80), Point(1000, 65))
ladders = st.lists(st.builds(Point, st.floats(50, 20000), st.floats(1, 100)), min_size=1, max_size=10)


def cheaper(ladder: tuple[Point, ...], ratio: float) -> tuple[Point, ...]:
    return tuple(Point(point.kbps * ratio, point.vmaf) for point in ladder)


def test_a_ladder_needs_all_its_bits_for_its_own_pictures() -> None:
    found = matches(FIXED, FIXED, seen=100)

    assert [match.ours_kbps for match in found] == pytest.approx([match.fixed.kbps for match in found])
    assert bd_rate(FIXED, FIXED) == pytest.approx(1)


def test_a_ladder_with_three_quarters_of_the_bits_saves_a_quarter() -> None:
    ours = cheaper(FIXED, 0.75)

    assert bd_rate(FIXED, ours) == pytest.approx(0.75)
    assert [match.ours_kbps for match in matches(FIXED, ours)][1:] == pytest.approx([3000, 1500, 750])


def test_quality_that_nobody_sees_needs_no_bits() -> None:
    transparent = (Point(9000, 99.9), Point(3000, 95))

    found = matches(transparent, (Point(3000, 95), Point(1000, 80)))

    assert [match.ours_kbps for match in found] == pytest.approx([3000, 3000])


def test_a_rung_above_our_best_has_no_match() -> None:
    found = matches(FIXED, (Point(2000, 85), Point(500, 60)))

    assert [match.ours_kbps is None for match in found] == [True, True, False, False]


def test_our_best_rung_matches_what_is_hardly_better() -> None:
    ours = (Point(5000, 92), Point(1000, 70))

    found = matches((Point(8000, 93), Point(7900, 93.1)), ours)

    assert [match.ours_kbps for match in found] == [5000, None]


def test_below_our_cheapest_rung_its_bits_are_needed() -> None:
    assert kbps_at((Point(400, 50), Point(800, 70)), 20) == 400


def test_a_rung_that_costs_more_and_shows_less_is_not_on_the_hull() -> None:
    wasteful = Point(3000, 70)

    assert wasteful not in hull([*FIXED, wasteful])
    assert hull([*FIXED, wasteful]) == hull(FIXED)


def test_ladders_without_a_common_quality_have_no_rate() -> None:
    assert bd_rate(FIXED, (Point(300, 40), Point(600, 60))) is None


@given(ladders)
def test_every_step_of_a_hull_gives_less_than_the_one_before(points: list[Point]) -> None:
    kept = hull(points)

    assert all(low.kbps < high.kbps and low.vmaf < high.vmaf for low, high in zip(kept, kept[1:], strict=False))
    assert all((kbps_at(kept, point.vmaf) or 0) <= point.kbps * 1.001 for point in points)
