"""What every ledger must do: the one in memory and the one in DynamoDB."""

import time
from datetime import datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests import samples
from tests.fakes import FakeLedger
from tests.integration.conftest import TABLE
from vod import clock
from vod.aws.ledger import DynamoLedger
from vod.aws.videos import DynamoVideos
from vod.money.cost import EndedTask, Spent
from vod.money.limits import Admitted, Limits, Need
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


def admit(
    ledger: Ledger,
    name: str,
    micro_usd: int,
    most: int = 10**9,
    seconds: int = 0,
    limits: Limits | None = None,
    owner: str = "ann",
    now: datetime = samples.NOW,
) -> Admitted:
    return ledger.admit(name, owner, Need(micro_usd, seconds), limits or Limits(), most, now)


def test_what_a_run_was_to_spend_on_functions_is_spent_when_it_ends(ledger: Ledger) -> None:
    today = clock.stamp(samples.NOW)[:10]
    for _ in range(2):
        ledger.admit("one", "ann", Need(50, 60, 20), Limits(), 10**9, samples.NOW)
    assert ledger.of_day(today).micro_usd == 0

    for _ in range(2):
        ledger.release("one")

    assert ledger.of_day(today).micro_usd == 20


def test_a_plan_takes_the_place_of_what_was_set_aside_once(ledger: Ledger) -> None:
    reserve(ledger, "one", 5, most=0)
    reserve(ledger, "two", 5, most=5)

    assert admit(ledger, "one", 20, most=24) is Admitted.NO_MONEY
    assert admit(ledger, "one", 20, most=-1) is Admitted.NO_MONEY
    assert not ledger.is_admitted("one")
    assert admit(ledger, "one", 20, most=25) is Admitted.YES
    assert ledger.is_admitted("one")
    assert admit(ledger, "one", 90, most=0) is Admitted.YES, "a repeat changes nothing"

    assert reserve(ledger, "three", 1, most=24) is Reserved.NO_MONEY
    assert reserve(ledger, "three", 1, most=25) is Reserved.NOW
    assert ledger.running(["ann"]) == {"ann": 3}
    for name in ("one", "two", "three"):
        ledger.release(name)
        assert not ledger.is_admitted(name)
    assert reserve(ledger, "four", 1, most=0) is Reserved.NOW
    assert ledger.running(["ann"]) == {"ann": 1}


def test_a_plan_that_needs_less_needs_no_room(ledger: Ledger) -> None:
    reserve(ledger, "one", 5, most=0)

    assert admit(ledger, "one", 4, most=-1) is Admitted.YES
    assert reserve(ledger, "two", 1, most=3) is Reserved.NO_MONEY
    assert reserve(ledger, "two", 1, most=4) is Reserved.NOW


def test_what_was_spent_before_its_plan_stood_is_not_lost(ledger: Ledger) -> None:
    reserve(ledger, "one", 5, most=0)
    admit(ledger, "one", 20)

    ledger.settle("one", 15)
    assert reserve(ledger, "two", 1, most=4) is Reserved.NO_MONEY
    ledger.release("one")
    assert reserve(ledger, "two", 1, most=0) is Reserved.NOW


def test_the_first_of_a_day_needs_no_money_for_its_plan_either(ledger: Ledger) -> None:
    assert reserve(ledger, "one", 5, most=-1, first_of=DAY) is Reserved.NOW

    assert admit(ledger, "one", 500, most=-1) is Admitted.YES
    assert reserve(ledger, "two", 1, most=499) is Reserved.NO_MONEY


def test_who_ends_without_an_admitted_plan_was_not_the_first_of_a_day(ledger: Ledger) -> None:
    reserve(ledger, "refused", 5, most=-1, first_of=DAY)
    reserve(ledger, "other", 5, most=-1, first_of="2026-01-03")
    ledger.release("refused")
    ledger.release("refused")

    assert reserve(ledger, "one", 5, most=-1, first_of="2026-01-03") is Reserved.NO_MONEY
    assert reserve(ledger, "one", 5, most=-1, first_of=DAY) is Reserved.NOW
    ledger.release("refused")
    assert admit(ledger, "one", 500, most=-1) is Admitted.YES
    ledger.release("one")
    assert reserve(ledger, "two", 5, most=-1, first_of=DAY) is Reserved.NO_MONEY


def test_who_is_the_first_and_is_admitted_while_it_is_released_stays_the_first(table: Any) -> None:
    class Late(DynamoLedger):
        """Has read what was set aside before its plan was admitted."""

        def _item(self, execution: str) -> dict[str, Any] | None:
            return read.pop() if read else super()._item(execution)

    ledger = DynamoLedger(table, TABLE)
    reserve(ledger, "one", 5, most=-1, first_of=DAY)
    read = [ledger._item("one")]
    admit(ledger, "one", 5)

    Late(table, TABLE).release("one")

    assert reserve(ledger, "two", 5, most=-1, first_of=DAY) is Reserved.NO_MONEY


def test_a_plan_for_which_nothing_was_set_aside_sets_its_own_aside_and_has_no_turn(ledger: Ledger) -> None:
    assert admit(ledger, "one", 20, most=19) is Admitted.NO_MONEY
    assert admit(ledger, "one", 20, most=20) is Admitted.YES
    assert admit(ledger, "one", 20, most=20) is Admitted.YES

    assert reserve(ledger, "two", 1, most=19) is Reserved.NO_MONEY
    assert list(ledger.open(samples.NOW + timedelta(days=1))) == ["one"]
    ledger.release("one")
    ledger.release("one")
    assert reserve(ledger, "two", 1, most=0, running=1, of_owner=1) is Reserved.NOW


@pytest.mark.parametrize("limits", [Limits(owner_micro_usd=20), Limits(owner_seconds=40), Limits(0, 20, 40)])
def test_an_owners_day_takes_so_much_and_each_execution_once(ledger: Ledger, limits: Limits) -> None:
    assert admit(ledger, "one", 15, seconds=30, limits=limits) is Admitted.YES
    assert admit(ledger, "one", 15, seconds=30, limits=limits) is Admitted.YES
    assert admit(ledger, "two", 6, seconds=11, limits=limits) is Admitted.NO_SHARE
    assert admit(ledger, "two", 5, seconds=10, limits=limits) is Admitted.YES
    assert admit(ledger, "three", 1, seconds=1, limits=limits) is Admitted.NO_SHARE

    assert admit(ledger, "three", 20, seconds=40, limits=limits, owner="bob") is Admitted.YES
    assert admit(ledger, "four", 20, seconds=40, limits=limits, now=samples.NOW + timedelta(days=1)) is Admitted.YES


def test_what_has_no_money_does_not_count_against_its_owner_and_what_ended_does(ledger: Ledger) -> None:
    limits = Limits(owner_micro_usd=20)

    assert admit(ledger, "one", 20, most=19, limits=limits) is Admitted.NO_MONEY
    assert admit(ledger, "one", 20, most=20, limits=limits) is Admitted.YES
    ledger.release("one")
    assert admit(ledger, "two", 1, most=20, limits=limits) is Admitted.NO_SHARE


def test_an_owner_may_upload_so_much_a_day(ledger: Ledger) -> None:
    tomorrow = samples.NOW + timedelta(days=1)

    assert ledger.add_upload("ann", 6, 10, samples.NOW)
    assert not ledger.add_upload("ann", 5, 10, samples.NOW)
    assert ledger.add_upload("ann", 4, 10, samples.NOW)
    assert not ledger.add_upload("bob", 11, 10, samples.NOW)
    assert ledger.add_upload("bob", 10, 10, samples.NOW)
    assert ledger.add_upload("ann", 10, 10, tomorrow)


def test_the_days_of_owners_are_forgotten_in_time(table: Any) -> None:
    ledger = DynamoLedger(table, TABLE)
    ledger.add_upload("ann", 1, 1, samples.NOW)
    admit(ledger, "one", 1, limits=Limits(owner_seconds=9), owner="bob")

    for owner in ("ann", "bob"):
        key = {"pk": {"S": f"SPEND#{DAY}"}, "sk": {"S": f"OWNER#{owner}"}}
        assert int(table.get_item(TableName=TABLE, Key=key)["Item"]["expiresAt"]["N"]) > time.time()


def test_of_many_that_started_by_their_size_only_those_go_on_whose_plans_fit(ledger: Ledger) -> None:
    names = [f"run{number}" for number in range(6)]
    for name in names:
        reserve(ledger, name, 1, most=10**6)

    outcomes = [admit(ledger, name, 11, most=36) for name in names]

    assert outcomes == [Admitted.YES] * 3 + [Admitted.NO_MONEY] * 3, "6 + 3 * 10 is the most that fits"


def test_a_plan_that_two_functions_make_at_once_counts_once(table: Any) -> None:
    class Late(DynamoLedger):
        """Has read what was set aside before the other function changed it."""

        def _item(self, execution: str) -> dict[str, Any] | None:
            return read.pop() if read else super()._item(execution)

    ledger, limits = DynamoLedger(table, TABLE), Limits(owner_seconds=40)
    reserve(ledger, "one", 5, most=0)
    read = [ledger._item("one")]

    assert admit(ledger, "one", 5, seconds=30, limits=limits) is Admitted.YES
    assert admit(Late(table, TABLE), "one", 5, seconds=10, limits=limits) is Admitted.YES

    assert read == []
    assert admit(ledger, "two", 0, seconds=10, limits=limits) is Admitted.YES


class Contended:
    """DynamoDB, which cancels transactions for these reasons first, one list for each."""

    def __init__(self, client: Any, *reasons: list[str]) -> None:
        self._client = client
        self._reasons = list(reasons)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def transact_write_items(self, **request: Any) -> Any:
        if not self._reasons:
            return self._client.transact_write_items(**request)
        raise self._client.exceptions.TransactionCanceledException(
            {"CancellationReasons": [{"Code": code} for code in self._reasons.pop(0)]}, "TransactWriteItems"
        )


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vod.aws.ledger.time.sleep", lambda _: None)


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("passing", ["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"])
def test_a_condition_is_no_answer_while_another_item_is_in_use(table: Any, passing: str) -> None:
    ledger = DynamoLedger(Contended(table, [passing, "ConditionalCheckFailed"]), TABLE)

    assert admit(ledger, "one", 5) is Admitted.YES


@pytest.mark.usefixtures("at_once")
def test_what_stays_in_use_is_tried_again_later_by_the_state_machine(table: Any) -> None:
    ledger = DynamoLedger(Contended(table, *[["TransactionConflict", "ConditionalCheckFailed"]] * 99), TABLE)

    with pytest.raises(ClientError) as raised:
        admit(ledger, "one", 5)
    assert type(raised.value).__name__ == "TransactionCanceledException"
