from pathlib import Path

import pytest

from vod.journal import Journal
from vod.report import SegmentReport, TrackReport

INIT = TrackReport(name="v720", codec="avc1.64001f", timescale=25000, init_bytes=9, init_sha256="ab", segments=())


def segment(number: int) -> SegmentReport:
    return SegmentReport(number=number, bytes=10, frames=100, start=number * 100, ticks=100)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    written = Journal(tmp_path / "journal.jsonl")
    written.stored_init(INIT)
    for number in range(3):
        written.stored_segment("v720", segment(number))
    return tmp_path / "journal.jsonl"


def test_a_second_try_knows_what_the_first_stored(path: Path) -> None:
    again = Journal(path)

    assert again.segments_stored("v720") == 3
    assert not again.is_finished("v720")
    assert again.segments_stored("v480") == 0


def test_a_line_torn_by_a_kill_is_ignored(path: Path) -> None:
    with path.open("a") as file:
        file.write('{"track": "v720", "segm')

    assert Journal(path).segments_stored("v720") == 3


def test_what_follows_a_torn_line_is_not_lost_with_it(path: Path) -> None:
    with path.open("a") as file:
        file.write('{"track": "v720", "segm')
    second = Journal(path)
    for number in (3, 4):
        second.stored_segment("v720", segment(number))

    third = Journal(path).track("v720")

    assert third
    assert [each.number for each in third.segments] == [0, 1, 2, 3, 4]


def test_a_segment_stored_again_replaces_what_followed_it(path: Path) -> None:
    again = Journal(path)
    again.finished("v720")

    again.stored_segment("v720", segment(1))

    assert Journal(path).segments_stored("v720") == 2
    assert not Journal(path).is_finished("v720")


def test_forgetting_starts_over(path: Path) -> None:
    Journal(path).forget()

    assert Journal(path).track("v720") is None
