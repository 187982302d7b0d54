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


def test_a_picture_lasts_to_the_end_of_its_last_frame_and_a_frame_at_least() -> None:
    assert probe_rules.picture_end(Fraction(9), TENTH, Fraction(8), Fraction(1)) == 8 + TENTH
    assert probe_rules.picture_end(None, TENTH, Fraction(8), Fraction(1)) == 7
    assert probe_rules.picture_end(None, TENTH, Fraction(0), Fraction(1)) == TENTH


def test_a_track_that_begins_behind_what_was_read_is_believed() -> None:
    assert probe_rules.is_heard(is_proven=False, was_read_whole=False, packets=0, channels=2)
    assert not probe_rules.is_heard(is_proven=False, was_read_whole=True, packets=0, channels=2)
    assert not probe_rules.is_heard(is_proven=False, was_read_whole=False, packets=9, channels=2)
    assert not probe_rules.is_heard(is_proven=False, was_read_whole=False, packets=0, channels=0)
