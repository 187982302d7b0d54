"""Facts of a source become its probe by these rules."""

from fractions import Fraction

import pytest

from vod.source import probe_rules

TENTH = Fraction(1, 10)


@pytest.mark.parametrize(
    ("picture", "sound", "zero"),
    [
        (Fraction(5), None, Fraction(5)),
        (None, Fraction(5), Fraction(5)),
        (None, None, Fraction(0)),
        (Fraction(5), Fraction(6), Fraction(5)),
        (Fraction(5), 5 - TENTH, Fraction(5)),
        (Fraction(5), Fraction(4), Fraction(4)),
    ],
)
def test_the_earlier_track_is_zero_unless_sound_leads_by_a_little(
    picture: Fraction | None, sound: Fraction | None, zero: Fraction
) -> None:
    assert probe_rules.zero(picture, sound) == zero


def test_the_first_sound_is_the_zero_of_a_source_without_picture() -> None:
    assert probe_rules.zero_of_sounds([None, Fraction(3), Fraction(2)]) == 2
    assert probe_rules.zero_of_sounds([None]) == 0


@pytest.mark.parametrize(
    ("degrees", "turn"), [(0, 0), (90, 90), (-90, 270), (89.5, 90), (45, 0), (180, 180), (-2147483648.0, 0)]
)
def test_only_quarter_turns_count(degrees: float, turn: int) -> None:
    assert probe_rules.quarter_turn(degrees) == turn


def test_pixels_are_stretched_before_the_picture_is_turned() -> None:
    assert probe_rules.on_screen(720, 576, Fraction(16, 15), 0) == (768, 576)
    assert probe_rules.on_screen(720, 576, Fraction(16, 15), 90) == (576, 768)
    assert probe_rules.on_screen(1, 576, Fraction(1, 100), 0) == (1, 576)


def seconds(*values: float) -> list[Fraction]:
    return [Fraction(str(value)) for value in values]


def test_a_picture_lasts_to_the_end_of_its_last_frame_and_a_frame_at_least() -> None:
    assert probe_rules.picture_end(Fraction(9), TENTH, Fraction(8), Fraction(1)) == 8 + TENTH
    assert probe_rules.picture_end(None, TENTH, Fraction(8), Fraction(1)) == 7
    assert probe_rules.picture_end(None, TENTH, Fraction(0), Fraction(1)) == TENTH


@pytest.mark.parametrize(
    ("times", "header", "until"),
    [
        (seconds(0, 3.5), 7, 7),
        (seconds(0, 3.5), 5, 5),
        (seconds(0, 3.5), 100, 7),
        (seconds(0, 0.1, 0.2), 100, 0.3),
        (seconds(1), 100, 0),
        (seconds(), 100, 0),
    ],
)
def test_the_last_picture_stands_as_long_as_others_if_the_header_says_so(
    times: list[Fraction], header: float, until: float
) -> None:
    assert float(probe_rules.stands_until(times, Fraction(str(header)))) == pytest.approx(until)


@pytest.mark.parametrize(
    ("begin", "length", "end", "is_said"),
    [
        (0, 5, 5, False),
        (0, 5, 4.48, True),
        (0, 5, 4.8, False),
        (0, 100, 96, False),
        (0, 5, 0.1, True),
        (3000000, 3000004, 3000004, False),
        (1.4, 5, 6.4, False),
        (-0.02, 5, 4.98, False),
    ],
)
def test_what_ends_before_its_header_says_has_a_warning(begin: float, length: float, end: float, is_said: bool) -> None:
    assert bool(list(probe_rules.cut_short(begin, length, end))) == is_said


def test_a_source_that_was_cut_short_says_by_how_much() -> None:
    assert list(probe_rules.cut_short(0, 5, 0.116)) == [
        "The source says that it is 5.0 s long; 0.1 s of it can be read."
    ]
