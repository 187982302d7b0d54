"""Which segments go to functions, and in which pieces."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vod.plan import lanes
from vod.plan.chunks import FunctionLane, Lane
from vod.plan.sizing import Encode
from vod.profiles.profile import Codec

LANE = FunctionLane(whole_seconds=60, head_seconds=60, memory=3008)
FOUR = Fraction(4)


@given(st.integers(1, 400), st.floats(0.01, 60), st.none() | st.integers(1, 100))
def test_pieces_cover_the_segments_evenly_and_are_no_more_than_a_map_runs(
    count: int, each: float, last: int | None
) -> None:
    found = lanes.pieces(count, each, last)
    ends = [count if end is None else end for _, end in found]
    sizes = [end - first for (first, _), end in zip(found, ends, strict=True)]

    assert [first for first, _ in found] == [0, *ends[:-1]]
    assert ends[-1] == count
    assert max(sizes) - min(sizes) <= 1
    assert len(found) <= lanes.MOST_PIECES
    assert (found[-1][1] is None) == (last is not None)


def test_a_piece_is_what_takes_a_function_about_five_seconds() -> None:
    assert lanes.pieces(15, 4.0) == [(number, number + 1) for number in range(15)]
    assert lanes.pieces(4, 2.0) == [(0, 2), (2, 4)]
    assert lanes.pieces(3, 0.1) == [(0, 3)]


def test_a_few_frames_are_not_left_alone() -> None:
    assert lanes.pieces(3, 4.0, last_frames=2) == [(0, 1), (1, None)]
    assert lanes.pieces(3, 4.0, last_frames=50) == [(0, 1), (1, 2), (2, None)]
    assert lanes.pieces(1, 4.0, last_frames=2) == [(0, None)]


def test_all_of_a_short_video_goes_to_functions_and_the_head_of_a_longer_one() -> None:
    assert lanes.in_functions(15, Fraction(60), FOUR, LANE) == 15
    assert lanes.in_functions(16, Fraction(61), FOUR, LANE) == 14
    assert lanes.in_functions(1800, Fraction(7200), FOUR, LANE) == 15
    assert lanes.in_functions(15, Fraction(60), FOUR, FunctionLane()) == 0


def test_a_function_has_a_vcpu_for_every_1769_mib_and_six_at_most() -> None:
    assert lanes.vcpus(1769) == 1
    assert lanes.vcpus(10240) == pytest.approx(5.79, abs=0.01)
    assert lanes.seconds_per_segment(100, 0.1, 1769) == pytest.approx(10)


def test_what_needs_more_memory_than_a_function_has_does_not_fit() -> None:
    def ladder(top: int) -> list[Encode]:
        sizes = (each for each in (240, 360, 480, 720, 1080, 2160) if each <= top)
        return [Encode(Codec.H264, "faster", each * each * 16 // 9) for each in sizes]

    assert lanes.fits(ladder(1080), 3008)
    assert not lanes.fits(ladder(2160), 3008)


def test_short_sound_goes_to_a_function_unless_its_source_is_too_large_for_the_disk() -> None:
    assert lanes.of_sound(60, 10**6, LANE) is Lane.FUNCTION
    assert lanes.of_sound(61, 10**6, LANE) is Lane.TASK
    assert lanes.of_sound(60, 2**30, LANE) is Lane.TASK
