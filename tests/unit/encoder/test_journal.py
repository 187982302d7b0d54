import os
from pathlib import Path

import pytest

from vod.encoder.journal import Journal
from vod.encoder.report import SegmentReport, TrackReport
from vod.errors import Superseded

INIT = TrackReport(name="v720", codec="avc1.64001f", timescale=25000, init_bytes=9, init_sha256="ab", segments=())
SEAL = b"of this run's tasks"


def segment(number: int) -> SegmentReport:
    return SegmentReport(number=number, bytes=10, frames=100, start=number * 100, ticks=100)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    written = Journal(tmp_path, SEAL)
    written.stored_init(INIT)
    for number in range(3):
        written.stored_segment("v720", segment(number))
    return tmp_path


def last(place: Path) -> Path:
    return place / f"journal-{(place / 'owner').read_text().split()[0]}.jsonl"


def test_a_second_try_knows_what_the_first_stored(place: Path) -> None:
    again = Journal(place, SEAL)

    assert again.segments_stored("v720") == 3
    assert not again.is_finished("v720")
    assert again.segments_stored("v480") == 0


def test_a_line_torn_by_a_kill_is_ignored(place: Path) -> None:
    with last(place).open("a") as file:
        file.write('{"track": "v720", "segm')

    assert Journal(place, SEAL).segments_stored("v720") == 3


def test_an_owner_that_was_killed_while_it_took_over_costs_nothing(place: Path) -> None:
    Journal(place, SEAL)
    (place / "owner").write_bytes(b"")

    assert Journal(place, SEAL).segments_stored("v720") == 3


def test_what_follows_a_torn_line_is_not_lost_with_it(place: Path) -> None:
    with last(place).open("a") as file:
        file.write('{"track": "v720", "segm')
    second = Journal(place, SEAL)
    for number in (3, 4):
        second.stored_segment("v720", segment(number))

    third = Journal(place, SEAL).track("v720")

    assert third
    assert [each.number for each in third.segments] == [0, 1, 2, 3, 4]


def test_a_segment_stored_again_replaces_what_followed_it(place: Path) -> None:
    again = Journal(place, SEAL)
    again.finished("v720")

    again.stored_segment("v720", segment(1))

    assert Journal(place, SEAL).segments_stored("v720") == 2
    assert not Journal(place, SEAL).is_finished("v720")


def test_what_another_run_s_task_wrote_is_not_believed(place: Path) -> None:
    forged = Journal(place, b"another run's")
    assert forged.segments_stored("v720") == 0
    forged.stored_init(INIT)
    forged.stored_segment("v720", segment(0))

    assert Journal(place, SEAL).track("v720") is None


def test_a_line_that_was_changed_and_all_after_it_are_not_read(place: Path) -> None:
    file = last(place)
    file.write_bytes(file.read_bytes().replace(b'"number": 1', b'"number": 7'))

    assert Journal(place, SEAL).segments_stored("v720") == 1


def test_a_line_that_was_left_out_takes_what_follows_it_along(place: Path) -> None:
    file = last(place)
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join(lines[:2] + lines[3:]))

    assert Journal(place, SEAL).segments_stored("v720") == 1


def test_forgetting_starts_over(place: Path) -> None:
    Journal(place, SEAL).forget()

    assert Journal(place, SEAL).track("v720") is None


def test_who_comes_last_owns_it_and_the_other_learns_that(place: Path) -> None:
    first = Journal(place, SEAL)
    second = Journal(place, SEAL)

    second.check()
    with pytest.raises(Superseded):
        first.check()


def test_what_the_other_still_writes_is_in_no_file_of_ours(place: Path) -> None:
    first = Journal(place, SEAL)
    second = Journal(place, SEAL)
    first.stored_segment("v720", segment(3))
    second.stored_segment("v720", segment(3).model_copy(update={"bytes": 99}))

    track = Journal(place, SEAL).track("v720")

    assert track
    assert [each.bytes for each in track.segments] == [10, 10, 10, 99]


def test_a_folder_that_is_gone_is_nobodys(place: Path) -> None:
    journal = Journal(place, SEAL)
    (place / "owner").unlink()

    with pytest.raises(Superseded):
        journal.check()


@pytest.mark.parametrize("written", ["", "somebody", "somebody " + "0" * 64])
def test_an_owner_that_another_run_s_task_wrote_stops_nobody(place: Path, written: str) -> None:
    journal = Journal(place, SEAL)
    (place / "owner").write_text(written)

    journal.check()
    assert Journal(place, SEAL).segments_stored("v720") == 3


def test_a_pipe_in_the_place_of_the_owner_holds_nobody_up(place: Path) -> None:
    journal = Journal(place, SEAL)
    (place / "owner").unlink()
    os.mkfifo(place / "owner")

    journal.check()
