"""What every ledger must do: the one in memory and the one in DynamoDB."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests import samples
from tests.fakes import FakeLedger
from tests.integration.conftest import TABLE
from vod.aws.ledger import DynamoLedger
from vod.aws.videos import DynamoVideos
from vod.money.cost import EndedTask, Spent
from vod.plan.sizing import TaskSize
from vod.ports.services import Ledger, Reserved, Room
from vod.record.status import Status

DAY = "2026-01-02"


@pytest.fixture(params=["memory", "dynamodb"])
def ledger(request: pytest.FixtureRequest, table: Any) -> Ledger:
    DynamoVideos(table, TABLE).create(samples.video(Status.TRANSCODING))
    return FakeLedger() if request.param == "memory" else DynamoLedger(table, TABLE)


def task(name: str, **changes: Any) -> EndedTask:
    known = {"video_id": samples.VIDEO_ID, "run": samples.RUN, "size": TaskSize(1024, 2048), "seconds": 60}
    return EndedTask(id=name, is_spot=True, **({"day": DAY} | known | changes))


def test_tasks_add_up_for_their_video_and_their_day(ledger: Ledger) -> None:
    assert ledger.note_task(task("a"), 5)
    assert ledger.note_task(task("b", seconds=70), 6)
    assert ledger.note_task(task("c", day="2026-01-03"), 7)

    assert ledger.of_video(samples.VIDEO_ID) == Spent(3, 190, 18)
    assert ledger.of_day(DAY) == Spent(2, 130, 11)


def test_a_task_counts_once(ledger: Ledger) -> None:
    assert ledger.note_task(task("a"), 5)
    assert not ledger.note_task(task("a"), 5)

    assert ledger.of_video(samples.VIDEO_ID) == ledger.of_day(DAY) == Spent(1, 60, 5)


def test_nothing_is_spent_before_anything_was(ledger: Ledger) -> None:
    assert ledger.of_video(samples.VIDEO_ID) == ledger.of_day(DAY) == Spent()


def test_a_task_of_a_deleted_video_counts_for_its_day_and_leaves_no_record(table: Any) -> None:
    ledger = DynamoLedger(table, TABLE)

    assert ledger.note_task(task("a", video_id="f" * 20), 5)
    assert not ledger.note_task(task("a", video_id="f" * 20), 5)

    assert ledger.of_day(DAY) == Spent(1, 60, 5)
    assert ledger.of_video("f" * 20) == Spent()


def reserve(
    ledger: Ledger,
    name: str,
    micro_usd: int,
    most: int,
    now: datetime = samples.NOW,
    owner: str = "ann",
    running: int = 99,
    of_owner: int = 99,
    first_of: str | None = None,
) -> Reserved:
    return ledger.reserve(name, owner, micro_usd, Room(most, running, of_owner, first_of), now)


def test_as_much_is_set_aside_as_there_is_room_for(ledger: Ledger) -> None:
    assert reserve(ledger, "one", 5, most=0) is Reserved.NOW
    assert reserve(ledger, "two", 5, most=5) is Reserved.NOW
    assert reserve(ledger, "three", 5, most=9) is Reserved.NO_MONEY

    assert reserve(ledger, "one", 5, most=0) is Reserved.BEFORE, "a repeat needs no room"


def test_what_is_released_makes_room_once(ledger: Ledger) -> None:
    reserve(ledger, "one", 5, most=0)
    reserve(ledger, "two", 5, most=5)

    ledger.release("one")
    ledger.release("one")

    assert reserve(ledger, "three", 1, most=4) is Reserved.NO_MONEY
    assert reserve(ledger, "three", 1, most=5) is Reserved.NOW


def test_what_was_spent_of_it_is_no_longer_set_aside_and_never_more_than_was(ledger: Ledger) -> None:
    reserve(ledger, "one", 5, most=0)

    ledger.settle("one", 3)
    assert reserve(ledger, "two", 1, most=1) is Reserved.NO_MONEY
    assert reserve(ledger, "two", 1, most=2) is Reserved.NOW
    ledger.settle("one", 9)
    ledger.settle("gone", 9)
    ledger.release("one")

    assert reserve(ledger, "three", 1, most=0) is Reserved.NO_MONEY
    assert reserve(ledger, "three", 1, most=1) is Reserved.NOW


def test_what_was_set_aside_before_a_moment_is_known(ledger: Ledger) -> None:
    reserve(ledger, "old", 5, most=0, now=samples.NOW - timedelta(days=9))
    reserve(ledger, "new", 5, most=5)

    assert list(ledger.open(samples.NOW - timedelta(days=1))) == ["old"]
    ledger.release("old")
    assert list(ledger.open(samples.NOW - timedelta(days=1))) == []


def test_so_many_run_at_a_time_of_all_and_of_an_owner(ledger: Ledger) -> None:
    assert reserve(ledger, "one", 0, 0, running=3, of_owner=2) is Reserved.NOW
    assert reserve(ledger, "two", 0, 0, running=3, of_owner=2) is Reserved.NOW
    assert reserve(ledger, "three", 0, 0, running=3, of_owner=2) is Reserved.NO_TURN_OF_OWNER
    assert reserve(ledger, "four", 0, 0, owner="bob", running=3, of_owner=2) is Reserved.NOW
    assert reserve(ledger, "five", 0, 0, owner="bob", running=3, of_owner=2) is Reserved.NO_TURN
    assert reserve(ledger, "one", 0, 0, running=3, of_owner=2) is Reserved.BEFORE
    assert ledger.running(["ann", "bob", "cat"]) == {"ann": 2, "bob": 1}
    assert ledger.running([]) == {}

    ledger.release("two")
    ledger.release("two")

    assert ledger.running(["ann"]) == {"ann": 1}
    assert reserve(ledger, "five", 0, 0, owner="bob", running=3, of_owner=2) is Reserved.NOW


def test_the_first_of_a_day_needs_no_money(ledger: Ledger) -> None:
    reserve(ledger, "one", 5, most=0)

    assert reserve(ledger, "two", 5, most=0, first_of=DAY) is Reserved.NOW
    assert reserve(ledger, "two", 5, most=0, first_of=DAY) is Reserved.BEFORE
    assert reserve(ledger, "three", 5, most=0, first_of=DAY) is Reserved.NO_MONEY
    assert reserve(ledger, "three", 5, most=0, first_of="2026-01-03") is Reserved.NOW
    ledger.release("one")
    assert reserve(ledger, "four", 1, most=9) is Reserved.NO_MONEY, "both that were first are set aside"
    assert reserve(ledger, "four", 1, most=10) is Reserved.NOW


def test_who_has_no_turn_is_not_the_first_of_a_day(ledger: Ledger) -> None:
    reserve(ledger, "one", 5, most=0)

    assert reserve(ledger, "two", 5, most=0, running=1, first_of=DAY) is Reserved.NO_TURN
    assert reserve(ledger, "two", 5, most=0, of_owner=1, first_of=DAY) is Reserved.NO_TURN_OF_OWNER
    assert reserve(ledger, "two", 5, most=0, first_of=DAY) is Reserved.NOW
    assert reserve(ledger, "three", 5, most=0, running=2, first_of=DAY) is Reserved.NO_MONEY, "no turn would help it"


def test_who_owes_has_no_room_and_what_was_set_aside_is_known_all_the_same(ledger: Ledger) -> None:
    assert reserve(ledger, "one", 5, most=-1) is Reserved.NO_MONEY
    assert reserve(ledger, "one", 5, most=0) is Reserved.NOW
    assert reserve(ledger, "one", 5, most=-1) is Reserved.BEFORE


def test_what_the_release_before_had_set_aside_can_be_released(table: Any) -> None:
    ledger = DynamoLedger(table, TABLE)
    assert reserve(ledger, "one", 5, most=0) is Reserved.NOW
    key = {"pk": {"S": "SPEND#OPEN"}, "sk": {"S": "RUN#one"}}
    table.update_item(
        TableName=TABLE, Key=key, UpdateExpression="REMOVE #owner", ExpressionAttributeNames={"#owner": "owner"}
    )

    ledger.release("one")

    assert list(ledger.open(samples.NOW + timedelta(days=1))) == []
