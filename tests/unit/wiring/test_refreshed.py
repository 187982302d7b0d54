import pytest

from tests.fakes import FakeClock
from vod.wiring.refreshed import Renewed


def test_a_value_is_read_once_a_minute() -> None:
    clock, values = FakeClock(0.0), iter("abc")
    value = Renewed(lambda: next(values), timer=clock)

    seen = []
    for clock.now in (0, 59.9, 60, 119.9, 120):
        seen.append(value())

    assert seen == ["a", "a", "b", "b", "c"]


def test_a_value_that_cannot_be_read_again_stays_for_another_minute() -> None:
    clock, answers = FakeClock(0.0), iter(["old", None, "new"])

    def read() -> str:
        if (answer := next(answers)) is None:
            raise ValueError("no key")
        return answer

    value = Renewed(read, (ValueError,), clock)
    seen = []
    for clock.now in (60, 61, 120):
        seen.append(value())

    assert seen == ["old", "old", "new"]


def test_the_first_value_must_be_there() -> None:
    with pytest.raises(ZeroDivisionError):
        Renewed(lambda: 1 / 0, (ZeroDivisionError,))
