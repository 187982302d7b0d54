"""What every line of those that wait must do: the one in memory and the one in DynamoDB."""

from datetime import timedelta
from typing import Any

import pytest

from tests import samples
from tests.fakes import FakeWaiting
from tests.integration.conftest import TABLE
from vod.aws.waiting import DynamoWaiting
from vod.ports.services import Held, Waiting


@pytest.fixture(params=["memory", "dynamodb"])
def waiting(request: pytest.FixtureRequest, table: Any) -> Waiting:
    return FakeWaiting() if request.param == "memory" else DynamoWaiting(table, TABLE)


def held(number: int, owner: str = "ann") -> Held:
    return Held(f"{number:020d}", samples.RUN, owner, f"2026-01-02T00:00:{number:02}.000Z")


def test_those_of_an_owner_come_longest_first_and_once(waiting: Waiting) -> None:
    for one in (held(2), held(1), held(0), held(0), held(3, "bob")):
        waiting.hold(one)

    assert waiting.of_owner("ann", 2) == (held(0), held(1))
    assert waiting.count(99) == 4
    assert waiting.count(2) == 2
    waiting.drop(held(0))
    waiting.drop(held(0))
    assert waiting.of_owner("ann", 9) == (held(1), held(2))


def test_owners_come_by_their_last_turn_and_go_when_nothing_of_theirs_waits(waiting: Waiting) -> None:
    waiting.hold(held(1, "bob"))
    waiting.hold(held(2, "ann@example.org"))
    waiting.hold(held(3, "bob"))
    assert waiting.owners() == ("bob", "ann@example.org")

    waiting.had_turn("bob", samples.NOW + timedelta(days=1))
    assert waiting.owners() == ("ann@example.org", "bob")

    assert not waiting.forget("bob")
    assert "bob" in waiting.owners()
    waiting.drop(held(2, "ann@example.org"))
    assert waiting.forget("ann@example.org")
    assert waiting.owners() == ("bob",)
    assert waiting.count(9) == 2
