from fractions import Fraction

from vod.source.source_clock import MOST_PARTS, Clock, Stamps, clock_of

STEP = 40


def track(*stamps: int, first: int = 0, every: int = 2, keys: tuple[bool, ...] | None = None) -> Stamps:
    """Packets of 40 ms at these times (ms); each track of a source has every second place."""
    made = Stamps(Fraction(1, 1000))
    for number, stamp in enumerate(stamps):
        made.note(stamp, stamp, STEP, first + every * number, keys is None or keys[number])
    return made


def run(begin: int, packets: int) -> list[int]:
    return [begin + STEP * number for number in range(packets)]


def read(demuxer: str, *tracks: Stamps, texts: Stamps | None = None) -> Clock:
    picture, *sounds = tracks
    return clock_of(demuxer, {0: picture}, dict(enumerate(sounds, start=1)), {9: texts} if texts else {})


def test_a_clock_that_rises_is_believed() -> None:
    assert read("mpegts", track(*run(1000, 99)), track(*run(1020, 99), first=1)).joints == {}


def test_a_clock_that_starts_again_goes_on_where_everything_ended() -> None:
    picture, sound = track(*run(1000, 50), *run(1000, 50)), track(*run(1020, 50), *run(1020, 50), first=1)

    joints = read("mpegts", picture, sound).joints

    assert joints == {0: ((50, Fraction(2)),), 1: ((50, Fraction(2)),)}


def test_one_track_of_several_that_jumps_is_no_part() -> None:
    picture = track(*run(1000, 100))
    back, on = track(*run(1000, 50), *run(2700, 50), first=1), track(*run(1000, 50), *run(20_000, 50), first=1)

    assert read("mpegts", picture, back).joints == {}
    assert read("mpegts", picture, on).joints == {}


def test_a_few_wrong_stamps_are_no_part() -> None:
    picture = track(*run(1000, 50), 400, 440, *run(3080, 50))

    assert read("mpegts", picture).joints == {}


def test_a_gap_of_picture_and_sound_is_closed_and_told() -> None:
    picture = track(*run(1000, 50), *run(3_603_000, 50))
    sound = track(*run(1000, 50), *run(3_603_000, 50), first=1)

    clock = read("mpegts", picture, sound)

    assert clock.last(0) == clock.last(1) == -3600
    assert [round(gap) for gap in clock.closed] == [3600]


def test_pauses_of_pictures_without_sound_stay() -> None:
    slides = track(0, 10_000, 20_000, 30_000)

    assert read("flv", slides).joints == {}
    assert read("flv", track(*run(0, 50), *run(3_600_000, 50))).joints != {}


def test_matroska_keeps_its_pauses_and_starts_again_only_with_a_keyframe() -> None:
    reordered = track(0, 120, 40, 80, keys=(True, False, False, False))
    slow = track(0, 4000, 1000, 2000, 3000, 5000, keys=(True, False, False, False, False, True))
    again = track(*run(0, 50), *run(0, 50), keys=tuple(number in (0, 50) for number in range(100)))

    assert read("matroska", reordered).joints == {}
    assert read("matroska", slow).joints == {}
    assert read("matroska", track(0, 3_600_000)).joints == {}
    assert read("matroska", again).joints == {0: ((50, Fraction(2)),)}


def test_in_containers_with_an_index_times_are_what_they_are() -> None:
    assert read("mov", track(5000, 1000, 100_000)).joints == {}


def test_captions_follow_the_part_that_pictures_are_in() -> None:
    picture = track(*run(1000, 50), *run(1000, 50))
    captions = track(1500, 1500, first=11, every=150)

    assert read("mpegts", picture, texts=captions).joints[9] == ((1, Fraction(2)),)


def test_packets_without_a_time_count_as_packets() -> None:
    picture = track(*run(1000, 10))
    picture.note(None, None, 0, 20, True)
    for number, stamp in enumerate(run(1000, 10)):
        picture.note(stamp, stamp, STEP, 22 + number, True)

    assert read("mpegts", picture).joints == {0: ((11, Fraction(4, 10)),)}


def test_a_step_of_the_length_of_a_clock_is_known() -> None:
    wrapped = 95_443_718
    picture = track(*run(wrapped + 10_000, 50), *run(12_000, 50))

    assert read("mpegts", picture).looks_wrapped
    assert not read("flv", picture).looks_wrapped


def test_there_is_an_end_to_the_number_of_parts() -> None:
    parts = [stamp for _ in range(2 * MOST_PARTS) for stamp in run(1000, 60)]

    assert len(read("mpegts", track(*parts)).joints[0]) == MOST_PARTS - 1
