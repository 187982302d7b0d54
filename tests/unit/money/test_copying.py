"""How long copying a source takes, beside its encode."""

import pytest

from vod.money.copying import BYTES_PER_SECOND, FIRST_BYTES, requests, seconds_until_begun, task_seconds


def test_an_encode_that_is_slower_hides_the_copy_but_for_its_beginning() -> None:
    assert task_seconds(300.0, 5 * 10**9) == 300.0 + FIRST_BYTES / BYTES_PER_SECOND


def test_a_copy_that_is_slower_is_waited_for() -> None:
    assert task_seconds(1.0, 60 * BYTES_PER_SECOND) == pytest.approx(60.0, abs=1)


def test_a_small_source_is_there_at_once() -> None:
    assert seconds_until_begun(BYTES_PER_SECOND // 100) == pytest.approx(0.01)


def test_every_piece_is_a_request() -> None:
    assert [requests(size) for size in (0, 1, 8 * 2**20, 8 * 2**20 + 1)] == [0, 1, 1, 2]
