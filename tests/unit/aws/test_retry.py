from collections.abc import Iterator

import pytest

from vod.aws import retry
from vod.aws.retry import Broken

DATA = bytes(range(100))


class Connection:
    """Gives at most so many bytes an answer, then breaks."""

    def __init__(self, *lengths: int) -> None:
        self.lengths, self.asked = list(lengths), []

    def __call__(self, at: int) -> Iterator[bytes]:
        self.asked.append(at)
        end = min(len(DATA), at + self.lengths.pop(0))
        yield from (DATA[byte : byte + 1] for byte in range(at, end))
        if end < len(DATA):
            raise Broken("reset by peer")


def test_a_broken_answer_is_asked_again_from_where_it_broke() -> None:
    connection, waited = Connection(30, 0, 50, 100), []

    assert retry.whole(connection, 10, 100, waited.append) == DATA[10:]
    assert connection.asked == [10, 40, 40, 90]
    assert len(waited) == 3


def test_an_answer_that_just_ends_early_is_a_broken_one() -> None:
    answers = [[DATA[:7]], [], [DATA[7:]]]

    assert retry.whole(lambda _: answers.pop(0), 0, 100, lambda _: None) == DATA


def test_tries_end_and_what_came_is_told() -> None:
    connection = Connection(10, *[0] * 20)

    with pytest.raises(Broken, match="10 of 100 bytes came in 8 tries"):
        retry.whole(connection, 0, 100, lambda _: None)

    assert len(connection.asked) == retry.TRIES


def test_a_pause_may_give_up() -> None:
    def stopped(_: float) -> None:
        raise KeyError("stopped")

    with pytest.raises(KeyError, match="stopped"):
        retry.whole(Connection(10), 0, 100, stopped)


def test_more_bytes_than_asked_for_are_never_taken_for_the_right_ones() -> None:
    with pytest.raises(OSError, match="100 bytes came where 5 were asked for"):
        retry.whole(lambda _: [DATA], 0, 5)


def test_waits_grow_to_a_limit_and_are_spread() -> None:
    longest = list(retry.delays(lambda: 1.0))

    assert longest == sorted(longest)
    assert (longest[0], longest[-1]) == (retry.FIRST_SECONDS, retry.MOST_SECONDS)
    assert all(0 <= wait <= most for wait, most in zip(retry.delays(), longest, strict=True))
