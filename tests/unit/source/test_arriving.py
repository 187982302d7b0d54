"""A local file that is used while its pieces arrive."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from vod.source import arriving
from vod.source.arriving import ArrivingFile

DATA = bytes(range(1, 251)) * 4


@pytest.fixture(autouse=True)
def _small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arriving, "PIECE_BYTES", 100)


def held(until: threading.Event, but: Callable[[int], bool]) -> arriving.Read:
    """Reads that answer only when told to, but for some."""

    def read(first: int, end: int) -> bytes:
        assert but(first) or until.wait(10)
        return DATA[first:end]

    return read


def test_every_range_arrives_and_the_rest_is_a_hole(tmp_path: Path) -> None:
    with ArrivingFile(tmp_path / "f", 1000, [(0, 150), (700, 1000)], lambda a, b: DATA[a:b]) as file:
        file.wait()

        assert file.is_whole
    assert (tmp_path / "f").read_bytes() == DATA[:150] + bytes(550) + DATA[700:]


def test_who_needs_a_piece_has_it_before_the_others(tmp_path: Path) -> None:
    told = threading.Event()
    with ArrivingFile(tmp_path / "f", 1000, [(0, 1000)], held(told, lambda first: first == 900)) as file:
        file.wait_for(950, 1200)

        assert (tmp_path / "f").read_bytes()[900:] == DATA[900:]
        assert not file.is_whole
        told.set()


def test_what_nobody_planned_comes_when_it_is_asked_for(tmp_path: Path) -> None:
    with ArrivingFile(tmp_path / "f", 1000, [(0, 10)], lambda a, b: DATA[a:b]) as file:
        file.wait_for(490, 520)

    assert (tmp_path / "f").read_bytes()[490:520] == DATA[490:520]


def test_an_error_reaches_everybody_who_waits(tmp_path: Path) -> None:
    def broken(first: int, end: int) -> bytes:
        raise ConnectionError("no network")

    with ArrivingFile(tmp_path / "f", 1000, [(0, 1000)], broken) as file:
        for wait in (file.wait, lambda: file.wait_for(0, 1)):
            with pytest.raises(ConnectionError, match="no network"):
                wait()
        with pytest.raises(ConnectionError):
            file.check()


def test_what_an_earlier_try_left_whole_is_not_read_again(tmp_path: Path) -> None:
    with ArrivingFile(tmp_path / "f", 1000, [(0, 1000)], lambda a, b: DATA[a:b]) as file:
        file.wait()

    with ArrivingFile(tmp_path / "f", 1000, [(0, 1000)], lambda a, b: b"") as file:
        file.wait()

    assert (tmp_path / "f").read_bytes() == DATA


def test_what_an_earlier_try_left_in_part_is(tmp_path: Path) -> None:
    told = threading.Event()
    with ArrivingFile(tmp_path / "f", 1000, [(0, 1000)], held(told, lambda first: first == 0)) as file:
        file.wait_for(0, 1)
        told.set()
    (tmp_path / "f.whole").unlink(missing_ok=True)

    with ArrivingFile(tmp_path / "f", 1000, [(0, 1000)], lambda a, b: DATA[a:b]) as file:
        file.wait()

    assert (tmp_path / "f").read_bytes() == DATA
