"""Work that is done beside other work, its results in order."""

import threading
from collections.abc import Iterator

import pytest

from vod.parallel import in_order


def test_results_come_in_the_items_order() -> None:
    first = threading.Event()

    def work(number: int) -> int:
        if number:
            first.set()
        else:
            assert first.wait(5), "the second does not begin before the first has ended"
        return number * number

    assert list(in_order(work, range(30), 4)) == [number * number for number in range(30)]


def test_no_more_are_taken_than_may_be_kept() -> None:
    taken: list[int] = []

    def items() -> Iterator[int]:
        for number in range(100):
            taken.append(number)
            yield number

    results = in_order(str, items(), 4)

    assert next(results) == "0"
    assert len(taken) == 4
    results.close()
    assert len(taken) == 4


def test_an_error_stands_in_the_place_of_its_result() -> None:
    results = in_order(lambda number: 10 // number, [5, 2, 0, 1], 2)

    assert [next(results), next(results)] == [2, 5]
    with pytest.raises(ZeroDivisionError):
        next(results)


def test_nothing_is_made_of_nothing() -> None:
    assert list(in_order(str, ())) == []
