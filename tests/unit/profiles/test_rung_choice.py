from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vod import profiles
from vod.profiles.rung_choice import rungs_for, size_on

LADDER = profiles.named("default").ladders[0].rungs

sides = st.integers(min_value=1, max_value=9000)


def shorts(width: int, height: int) -> list[int]:
    return [rung.short_side for rung in rungs_for(width, height, Fraction(25), LADDER)]


@pytest.mark.parametrize(
    ("width", "height", "expected"),
    [
        (1920, 1080, [1080, 720, 540, 360, 240]),
        (1080, 1920, [1080, 720, 540, 360, 240]),
        (576, 1024, [540, 360, 240]),
        (640, 426, [426, 360, 240]),
        (500, 500, [500, 360, 240]),
        (160, 100, [100]),
        (7680, 4320, [2160, 1440, 1080, 720, 540, 360, 240]),
    ],
)
def test_a_source_gets_the_rungs_it_deserves(width: int, height: int, expected: list[int]) -> None:
    assert shorts(width, height) == expected


@given(sides, sides)
def test_nothing_is_ever_upscaled_and_sides_are_even(width: int, height: int) -> None:
    for rung in rungs_for(width, height, Fraction(25), LADDER):
        size = size_on(rung, width, height)

        assert rung.short_side <= min(width, height)
        assert size.width % 2 == size.height % 2 == 0
        assert size.width <= max(2, width + 1)
        assert size.height <= max(2, height + 1)


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (1080, 1920), (4096, 2160), (853, 480), (768, 576)])
def test_every_rung_has_the_shape_of_the_source(width: int, height: int) -> None:
    """As far as even sides allow."""
    for rung in rungs_for(width, height, Fraction(25), LADDER):
        size = size_on(rung, width, height)

        assert abs(size.width - size.height * width / height) <= 1 + width / height


@given(sides, sides)
def test_rungs_fall_strictly_in_size_and_never_rise_in_rate(width: int, height: int) -> None:
    rungs = rungs_for(width, height, Fraction(25), LADDER)

    assert all(
        a.short_side > b.short_side and a.peak_kbps >= b.peak_kbps for a, b in zip(rungs, rungs[1:], strict=False)
    )


def test_high_frame_rates_get_half_as_much_again() -> None:
    slow, fast = rungs_for(1280, 720, Fraction(30), LADDER)[0], rungs_for(1280, 720, Fraction(60), LADDER)[0]

    assert fast.peak_kbps == slow.peak_kbps * 3 // 2


def test_the_tallest_rung_a_source_gets_is_as_fine_as_the_ladders_best() -> None:
    for short in (1080, 720, 500, 100):
        first, *lower = rungs_for(short, short, Fraction(25), LADDER)

        assert first.crf == LADDER[0].crf
        assert all(rung.crf > first.crf for rung in lower)
