from fractions import Fraction

from vod.source.source_clock import MOST_PARTS, SourceClock

STEP = Fraction(1, 25)


def told(clock: SourceClock, index: int, *stamps: float, leads: bool = True, in_order: bool = True) -> list[float]:
    """The steady times of packets of a track, in the order of the file."""
    steady = []
    for stamp in stamps:
        at = Fraction(stamp).limit_denominator(1000)
        steady.append(float(at + clock.shift(index, at, at, STEP, in_order, leads)))
    return steady


def test_a_clock_that_rises_is_believed() -> None:
    clock = SourceClock("mpegts")

    assert told(clock, 0, 1, 1.04, 5.5) == [1, 1.04, 5.5]
    assert clock.joints() == {}


def test_a_clock_that_starts_again_goes_on_where_everything_ended() -> None:
    clock = SourceClock("mpegts")

    assert told(clock, 0, 1, 1.5, 1, 1.5) == [1, 1.5, 1.54, 2.04]
    assert clock.joints() == {0: ((2, Fraction(54, 100)),)}


def test_tracks_keep_their_distance_within_a_part() -> None:
    clock = SourceClock("mpegts")
    told(clock, 0, 1, 1.5)
    told(clock, 1, 1.02, 1.56)

    assert told(clock, 0, 1) == [1.6]
    assert told(clock, 1, 1.02) == [1.62]
    assert {track: joints[0][1] for track, joints in clock.joints().items()} == {0: Fraction(6, 10), 1: Fraction(6, 10)}


def test_a_gap_of_all_tracks_is_closed_and_that_of_one_is_its_own() -> None:
    clock = SourceClock("mpegts")
    told(clock, 0, 1, 1.04)

    assert told(clock, 0, 3601) == [1.08]
    for second in range(2, 60):
        told(clock, 0, 3600 + second)
    assert told(clock, 1, 3659) == [59.08]


def test_matroska_keeps_its_pauses_and_starts_again_only_with_a_keyframe() -> None:
    clock = SourceClock("matroska")

    assert told(clock, 0, 0, 30) == [0, 30]
    assert told(clock, 0, 27, 28, in_order=False) == [27, 28]
    assert told(clock, 0, 0) == [30.04]


def test_in_containers_with_an_index_times_are_what_they_are() -> None:
    clock = SourceClock("mov")

    assert told(clock, 0, 5, 1, 100) == [5, 1, 100]


def test_captions_follow_the_part_that_pictures_are_in() -> None:
    clock = SourceClock("mpegts")
    told(clock, 0, 1, 11, 1)

    assert told(clock, 2, 2, leads=False) != [2]
    assert 2 in clock.joints()


def test_there_is_an_end_to_the_number_of_parts() -> None:
    clock = SourceClock("mpegts")
    told(clock, 0, *([10, 1] * MOST_PARTS))

    assert len(clock.shifts) == MOST_PARTS
