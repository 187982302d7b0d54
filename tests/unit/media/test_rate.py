import random
from fractions import Fraction
from itertools import accumulate

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.media.corpus import corpus_file
from vod.media.rate import LEAST_WHEN_SPARSE, MOST_PER_FRAME, STANDARD_RATES, grid_rate

NTSC, FILM = Fraction(30000, 1001), Fraction(24000, 1001)
STEPS = st.lists(st.fractions(min_value=Fraction(1, 1000), max_value=20, max_denominator=1000), min_size=1, max_size=60)


def at(steps: list[Fraction]) -> list[Fraction]:
    """Presentation times from the steps between them."""
    return [Fraction(0), *accumulate(steps)]


def steady(rate: Fraction | int, frames: int = 300) -> list[Fraction]:
    return [number / Fraction(rate) for number in range(frames)]


def milliseconds(times: list[Fraction]) -> list[Fraction]:
    return [Fraction(round(1000 * time), 1000) for time in times]


@pytest.mark.parametrize("rate", STANDARD_RATES)
def test_a_steady_standard_rate_is_kept_also_in_milliseconds(rate: Fraction) -> None:
    assert grid_rate(steady(rate), None) == rate
    assert grid_rate(milliseconds(steady(rate)), None) == rate


@pytest.mark.parametrize(
    ("rate", "grid"),
    [
        *((Fraction(297, 10), NTSC), (Fraction(301, 10), Fraction(30)), (Fraction(2999, 100), Fraction(30))),
        *((Fraction(22), Fraction(22)), (Fraction(45), Fraction(45)), (Fraction(1, 7), Fraction(1))),
    ],
)
def test_rates_near_a_standard_one_are_moved_and_others_keep_their_number(rate: Fraction, grid: Fraction) -> None:
    assert grid_rate(steady(rate), None) == grid


@pytest.mark.parametrize(
    ("rate", "grid"), [(120, 60), (240, 60), (100, 50), (144, 48), (90, 30), (75, 25), (600, 60), (165, 55)]
)
def test_high_rates_are_divided_evenly(rate: int, grid: int) -> None:
    assert grid_rate(steady(rate), None) == grid


def test_a_profile_may_allow_fewer_frames() -> None:
    limit = Fraction(30)

    assert [grid_rate(steady(rate), None, limit) for rate in (60, 50, 48, 25)] == [30, 25, 24, 25]
    assert grid_rate(steady(2 * NTSC), None, limit) == NTSC


def test_a_declared_rate_counts_when_the_timestamps_confirm_it() -> None:
    assert grid_rate(milliseconds(steady(NTSC, 10)), NTSC) == NTSC
    assert grid_rate(steady(30), Fraction(1000)) == 30
    assert grid_rate([Fraction(0)], Fraction(24)) == 24
    assert grid_rate([], Fraction(90000)) == 25


def test_film_in_pulldown_timestamps_is_film() -> None:
    fields = Fraction(1001, 60000)

    assert grid_rate(at([2 * fields, 3 * fields] * 60), NTSC) == FILM


def test_one_long_pause_changes_nothing() -> None:
    talk = at([Fraction(1, 30)] * 900 + [Fraction(120)] + [Fraction(1, 30)] * 900)

    assert grid_rate(talk, None) == 30


def test_a_screen_recording_with_bursts_keeps_its_bursts() -> None:
    burst = [Fraction(1, 60)] * 60

    assert grid_rate(at([*burst, Fraction(3)] * 20), None) == 60


def test_frames_that_a_busy_recorder_left_out_do_not_change_its_raster() -> None:
    chance = random.Random(7)
    steps = [Fraction(chance.choice([1, 1, 1, 2, 4, 9]), 60) for _ in range(500)]

    assert grid_rate(at(steps), None) == 60


def test_a_phone_in_changing_light_keeps_its_faster_part() -> None:
    assert grid_rate(at([Fraction(1, 24)] * 300 + [Fraction(1, 30)] * 300), None) == 30


def test_frames_missing_here_and_there_do_not_bend_a_rate() -> None:
    assert grid_rate(at(([Fraction(1001, 24000)] * 30 + [Fraction(2002, 24000)]) * 5), None) == FILM


def test_slow_motion_inside_a_clip_is_kept_up_to_the_limit() -> None:
    assert grid_rate(at([Fraction(1, 30)] * 60 + [Fraction(1, 240)] * 480 + [Fraction(1, 30)] * 60), None) == 60


def test_slides_are_not_blown_up_into_video() -> None:
    slides = at([Fraction(seconds) for seconds in (5, 40, 3, 18, 61, 9, 22, 130, 4, 7)] * 12)

    assert grid_rate(slides, None) <= LEAST_WHEN_SPARSE


def test_a_burst_before_hours_of_nothing_does_not_make_millions_of_copies() -> None:
    assert grid_rate(at([Fraction(1, 60)] * 100 + [Fraction(36000)]), None) == LEAST_WHEN_SPARSE


@given(STEPS, st.sampled_from([Fraction(60), Fraction(30), Fraction(50)]))
def test_the_grid_is_bounded_whatever_comes(steps: list[Fraction], limit: Fraction) -> None:
    times = at(steps)

    rate = grid_rate(times, None, limit)

    assert 1 <= rate <= limit
    frames = rate * (times[-1] - times[0])
    assert frames <= Fraction(5, 4) * max(MOST_PER_FRAME * len(times), LEAST_WHEN_SPARSE * (times[-1] - times[0]))


@given(STEPS, st.fractions(min_value=-100, max_value=100, max_denominator=90000))
def test_where_the_clock_starts_does_not_matter(steps: list[Fraction], offset: Fraction) -> None:
    times = at([Fraction(round(step * 1000) * 8, 8192) for step in steps])
    shift = Fraction(round(offset * 64), 64)  # exact in floating point, so that only the rule is tested

    assert grid_rate([time + shift for time in times], None) == grid_rate(times, None)


@given(st.sampled_from(STANDARD_RATES), st.integers(0, 10**6))
def test_jitter_does_not_hide_a_rate(rate: Fraction, seed: int) -> None:
    chance = random.Random(seed)
    times = sorted((number + Fraction(chance.randint(-15, 15), 100)) / rate for number in range(200))

    found = grid_rate(times, None)

    assert abs(found / rate - 1) < Fraction(3, 1000)


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [
        ("mp4_vfr_screen_3026x1386.mp4", 24, 60),
        ("mp4_android_slowmo_vfr.mp4", 30, 30),
        ("mp4_resize_midstream.mp4", 60, 60),
        ("webm_resize_midstream.webm", 30, 30),
        ("mov_iphone_rot90_gps.mov", 30, 30),
        ("mkv_srt.mkv", 30, 30),
        ("mkv_pgs.mkv", 60, 60),
        ("mp4_1fps_elst.mp4", 1, 1),
        ("avi_mpeg4_5fps.avi", 5, 5),
        ("mp4_120fps_60s.mp4", 60, 60),
    ],
)
def test_real_sources_get_the_rate_that_a_viewer_would_choose(name: str, low: int, high: int) -> None:
    with av.open(corpus_file(name)) as container:
        stream = container.streams.video[0]
        stamps = sorted(
            packet.pts * packet.time_base
            for packet in container.demux(stream)
            if packet.size and packet.pts is not None
        )
        declared = Fraction(stream.average_rate) if stream.average_rate else None

    assert low <= grid_rate(stamps, declared) <= high
