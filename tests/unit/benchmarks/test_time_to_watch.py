"""How soon videos can be watched: what is made of what was measured."""

import pytest

from benchmarks import clocked_uploads, time_to_watch
from benchmarks.clocked_uploads import Watched
from benchmarks.time_to_watch import many

ONE = Watched(5.0, 6.0, (3.0, 3.0, 4.0, 1.0))


def test_one_upload_alone_takes_what_was_measured() -> None:
    assert many(1, 1000, ONE) == pytest.approx(6.0)


def test_a_crowd_waits_for_free_functions() -> None:
    assert many(100, 1000, ONE) == many(1, 1000, ONE)
    assert many(100, 10, ONE) == pytest.approx(2 + 100 * 11 / 10, rel=0.05)


def test_tasks_alone_take_longer_than_a_minute() -> None:
    alone = time_to_watch.without_lane(10)

    assert alone.playable is None
    assert alone.ready
    assert alone.ready > 60


def test_what_was_not_measured_is_a_dash() -> None:
    rows = time_to_watch.tables({})["times"].splitlines()

    assert rows[2].split("|")[3:7] == [" - "] * 4
    assert "many" not in time_to_watch.tables({})


def test_slow_motion_gives_every_function_its_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 2)

    assert clocked_uploads.slow_motion(16, 3538) >= 16
    assert clocked_uploads.slow_motion(1, 1769) == 1
