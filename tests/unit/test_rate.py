from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vod.rate import MAX_RATE, STANDARD_RATES, grid_rate, measured, snap

NTSC = Fraction(30000, 1001)


def stamps(rate: Fraction, count: int = 50) -> list[Fraction]:
    return [number / rate for number in range(count)]


@pytest.mark.parametrize("rate", STANDARD_RATES)
def test_a_steady_standard_rate_is_kept_exactly(rate: Fraction) -> None:
    assert grid_rate(stamps(rate), None) == rate


def test_millisecond_rounding_does_not_hide_the_rate() -> None:
    rounded = [Fraction(round(1000 * stamp), 1000) for stamp in stamps(NTSC, 300)]

    assert grid_rate(rounded, None) == NTSC


def test_a_declared_rate_that_the_timestamps_contradict_is_ignored() -> None:
    assert grid_rate(stamps(Fraction(30)), Fraction(1000)) == 30


def test_a_declared_rate_decides_when_there_is_a_single_frame() -> None:
    assert grid_rate([Fraction(0)], Fraction(24)) == 24
    assert grid_rate([], None) == 25


def test_high_rates_are_halved_to_at_most_sixty() -> None:
    assert grid_rate(stamps(Fraction(120)), Fraction(120)) == 60
    assert grid_rate(stamps(Fraction(240)), None) == 60


def test_a_variable_rate_counts_by_its_median() -> None:
    slow_start = [Fraction(0), Fraction(5), *(5 + stamp for stamp in stamps(Fraction(30))[1:])]

    assert measured(slow_start) == 30


@given(st.fractions(min_value=Fraction(1, 100), max_value=10000))
def test_every_rate_lands_on_a_standard_one(rate: Fraction) -> None:
    assert snap(rate) in STANDARD_RATES
    assert snap(rate) <= MAX_RATE
