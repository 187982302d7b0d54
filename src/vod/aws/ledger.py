"""What was spent and what runs, in DynamoDB: counters that change together with what makes them change, once.

SPEND#day: TOTAL, one item for each task noted, OWNER# for what each owner was granted, and FIRST when one went for
which there was no money; SPEND#OPEN: one item for each execution that runs, and what they come to: TOTAL, RUNNING, and
OWNER# for each owner; and in a video's own partition COST.
"""

import random
import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from vod import clock, keys
from vod.money.cost import EndedTask, Spent
from vod.money.limits import Admitted, Limits, Need
from vod.ports.services import Reserved, Room

_KEPT_SECONDS = 90 * 24 * 3600
_TRIES = 8
_DAY, _OPEN, _RUNNING, _OWNER = "SPEND#", "SPEND#OPEN", "RUNNING", "OWNER#"
_TOTAL, _RUN, _COST, _RECORD, _FIRST = "TOTAL", "RUN#", "COST", "VIDEO", "FIRST"
_CONDITION = "ConditionalCheckFailed"
_RESERVED = (Reserved.BEFORE, Reserved.NO_MONEY, Reserved.NO_TURN, Reserved.NO_TURN_OF_OWNER)
"""By which of a reservation's conditions did not hold first."""
_PASSING = {"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"}
Item = dict[str, Any]


class DynamoLedger:
    """The ledger in the video table."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def note_task(self, task: EndedTask, micro_usd: int) -> bool:
        day = _DAY + task.day
        once = self._put_once(day, f"TASK#{task.id}", expiresAt=_expiry())
        total = self._add(day, _TOTAL, 1, task.seconds, micro_usd)
        mine = keys.record_partition(task.video_id)
        there = {"ConditionCheck": {**self._at(mine, _RECORD), "ConditionExpression": "attribute_exists(pk)"}}
        failed = self._together(once, total, there, self._add(mine, _COST, 1, task.seconds, micro_usd))
        if not failed:
            return True
        return 0 not in failed and not self._together(once, total)

    def of_video(self, video_id: str) -> Spent:
        return self._spent(keys.record_partition(video_id), _COST)

    def of_day(self, day: str) -> Spent:
        return self._spent(_DAY + day, _TOTAL)

    def _spent(self, pk: str, sk: str) -> Spent:
        item = self._client.get_item(**self._at(pk, sk), ConsistentRead=True).get("Item", {})
        return Spent(
            *(int(item[name]["N"]) if name in item else 0 for name in ("taskCount", "billedSeconds", "microUsd"))
        )

    def reserve(self, execution: str, owner: str, micro_usd: int, room: Room, now: datetime) -> Reserved:
        known = {"microUsd": _number(micro_usd), "reservedAt": {"S": clock.stamp(now)}, "owner": {"S": owner}}
        once = self._put_once(_OPEN, _RUN + execution, **known)
        total = self._add(_OPEN, _TOTAL, 1, 0, micro_usd)
        turns = self._turn(_RUNNING, 1, room.running), self._turn(_OWNER + owner, 1, room.of_owner)
        if room.first_of:
            first = self._put_once(_DAY + room.first_of, _FIRST, expiresAt=_expiry())
            once["Put"]["Item"]["firstOf"] = {"S": room.first_of}
            failed = self._together(once, first, *turns, total)
        else:
            failed = self._together(once, _within(total, room.micro_usd), *turns)
        return _RESERVED[min(failed)] if failed else Reserved.NOW

    def admit(self, execution: str, owner: str, need: Need, limits: Limits, most: int, now: datetime) -> Admitted:
        while "plannedAt" not in (item := self._item(execution) or {}):
            left = int(item["microUsd"]["N"]) if item else 0
            total = self._add(_OPEN, _TOTAL, 0 if item else 1, 0, need.micro_usd - left)
            if need.micro_usd > left and "firstOf" not in item:
                total = _within(total, most - need.micro_usd + left)
            mine = self._planned(execution, need, left if item else None, now)
            share = [self._share(owner, need, limits, now)] if limits.of_owner else []
            failed = self._together(mine, total, *share)
            if not failed:
                break
            if 0 not in failed:
                return Admitted.NO_SHARE if 2 in failed else Admitted.NO_MONEY
        return Admitted.YES

    def is_admitted(self, execution: str) -> bool:
        return "plannedAt" in (self._item(execution) or {})

    def _planned(self, execution: str, need: Need, left: int | None, now: datetime) -> Item:
        """The execution with what its plan needs; where nothing was set aside for it, it has no turn either."""
        stamp, micro_usd = {"S": clock.stamp(now)}, _number(need.micro_usd)
        functions = _number(need.functions_micro_usd)
        if left is None:
            known = {"microUsd": micro_usd, "functionsMicroUsd": functions, "reservedAt": stamp, "plannedAt": stamp}
            return self._put_once(_OPEN, _RUN + execution, **known)
        return {
            "Update": {
                **self._at(_OPEN, _RUN + execution),
                "UpdateExpression": "SET microUsd = :micro, functionsMicroUsd = :functions, plannedAt = :now",
                "ConditionExpression": "microUsd = :left AND attribute_not_exists(plannedAt)",
                "ExpressionAttributeValues": {
                    ":micro": micro_usd,
                    ":functions": functions,
                    ":now": stamp,
                    ":left": _number(left),
                },
            }
        }

    def _share(self, owner: str, need: Need, limits: Limits, now: datetime) -> Item:
        wanted = (
            ("grantedMicroUsd", need.micro_usd, limits.owner_micro_usd),
            ("grantedSeconds", need.seconds, limits.owner_seconds),
        )
        return self._granted(owner, wanted, now)

    def add_upload(self, owner: str, size: int, most: int, now: datetime) -> bool:
        """A transaction, which has a token: a repeat by the SDK, whose first answer was lost, adds nothing."""
        return not self._together(self._granted(owner, (("uploadedBytes", size, most),), now))

    def _granted(self, owner: str, wanted: Iterable[tuple[str, int, int]], now: datetime) -> Item:
        """Add to counters of an owner's day, each (name, amount, limit) if it stays within its limit; 0 for none."""
        adds, conditions, values = [], [], {":expires": _expiry()}
        for name, amount, limit in wanted:
            adds.append(f"{name} :{name}")
            values[f":{name}"] = _number(amount)
            if limit:
                values[f":{name}Room"] = _number(limit - amount)
                free = f"attribute_not_exists({name}) OR " if amount <= limit else ""
                conditions.append(f"({free}{name} <= :{name}Room)")
        return {
            "Update": {
                **self._at(_DAY + clock.stamp(now)[:10], _OWNER + owner),
                "UpdateExpression": f"ADD {', '.join(adds)} SET expiresAt = :expires",
                "ConditionExpression": " AND ".join(conditions),
                "ExpressionAttributeValues": values,
            }
        }

    def _turn(self, counter: str, change: int, most: int | None = None) -> Item:
        """One more, or one less, of the executions that run; one more only while there are fewer than `most`."""
        update = {**self._at(_OPEN, counter), "UpdateExpression": "ADD running :change"}
        values = {":change": _number(change)}
        if most is not None:
            update["ConditionExpression"] = "attribute_not_exists(running) OR running < :most"
            values[":most"] = _number(most)
        return {"Update": {**update, "ExpressionAttributeValues": values}}

    def running(self, owners: Collection[str]) -> Mapping[str, int]:
        asked = {"Keys": [_key(_OPEN, _OWNER + owner) for owner in owners], "ConsistentRead": True}
        found: list[Item] = []
        request = {self._table: asked} if asked["Keys"] else {}
        while request:
            answer = self._client.batch_get_item(RequestItems=request)
            found += answer["Responses"].get(self._table, ())
            request = answer.get("UnprocessedKeys") or {}
        return {item["sk"]["S"].removeprefix(_OWNER): int(item["running"]["N"]) for item in found}

    def settle(self, execution: str, micro_usd: int) -> None:
        while left := self._left(execution):
            spent = min(left, micro_usd)
            mine = self._add(_OPEN, _RUN + execution, 0, 0, -spent)
            mine["Update"]["ConditionExpression"] = "microUsd = :left"
            mine["Update"]["ExpressionAttributeValues"][":left"] = _number(left)
            if not self._together(mine, self._add(_OPEN, _TOTAL, 0, 0, -spent)):
                return

    def release(self, execution: str) -> None:
        while (item := self._item(execution)) is not None:
            left, owner = int(item["microUsd"]["N"]), item.get("owner")
            condition: Item = {
                "ConditionExpression": "microUsd = :left",
                "ExpressionAttributeValues": {":left": _number(left)},
            }
            first = []
            if "firstOf" in item and "plannedAt" not in item:  # no task started: another may be the first of its day
                condition["ConditionExpression"] += " AND attribute_not_exists(plannedAt)"
                first = [{"Delete": self._at(_DAY + item["firstOf"]["S"], _FIRST)}]
            gone = {"Delete": {**self._at(_OPEN, _RUN + execution), **condition}}
            # What was set aside by the release before this one has no turn.
            turns = (self._turn(_RUNNING, -1), self._turn(_OWNER + owner["S"], -1)) if owner else ()
            total = self._add(_OPEN, _TOTAL, -1, 0, -left)
            if not self._together(gone, total, *turns, *first, *self._of_functions(item)):
                return

    def _of_functions(self, item: Item) -> list[Item]:
        """What a run's functions cost by its plan, spent on the day of that: nothing tells when a function ends."""
        spent = int(item["functionsMicroUsd"]["N"]) if "functionsMicroUsd" in item else 0
        return [self._add(_DAY + item["plannedAt"]["S"][:10], _TOTAL, 0, 0, spent)] if spent else []

    def _left(self, execution: str) -> int:
        """What is set aside for an execution."""
        item = self._item(execution)
        return int(item["microUsd"]["N"]) if item else 0

    def _item(self, execution: str) -> Item | None:
        """What says that something is set aside for an execution; None when nothing is any more."""
        found = self._client.get_item(**self._at(_OPEN, _RUN + execution), ConsistentRead=True)
        return dict(found["Item"]) if "Item" in found else None

    def open(self, before: datetime) -> Iterator[str]:
        values = {":pk": {"S": _OPEN}, ":runs": {"S": _RUN}, ":before": {"S": clock.stamp(before)}}
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :runs)",
            FilterExpression="reservedAt < :before",
            ExpressionAttributeValues=values,
        )
        yield from (item["sk"]["S"].removeprefix(_RUN) for page in pages for item in page["Items"])

    def _at(self, pk: str, sk: str) -> Item:
        return {"TableName": self._table, "Key": _key(pk, sk)}

    def _put_once(self, pk: str, sk: str, **attributes: Item) -> Item:
        item = _key(pk, sk) | attributes
        return {"Put": {"TableName": self._table, "Item": item, "ConditionExpression": "attribute_not_exists(pk)"}}

    def _add(self, pk: str, sk: str, tasks: int, seconds: int, micro_usd: int) -> Item:
        values = {":tasks": _number(tasks), ":seconds": _number(seconds), ":micro": _number(micro_usd)}
        expression = "ADD taskCount :tasks, billedSeconds :seconds, microUsd :micro"
        return {"Update": {**self._at(pk, sk), "UpdateExpression": expression, "ExpressionAttributeValues": values}}

    def _together(self, *changes: Item) -> list[int]:
        """All changes or none; which of them had conditions that did not hold. Waits for others at the same items:
        until they are done, nobody knows which of the conditions hold."""
        for number in range(_TRIES):
            try:
                self._client.transact_write_items(TransactItems=list(changes))
            except ClientError as error:
                reasons = [reason.get("Code") for reason in error.response.get("CancellationReasons", ())]
                is_passing = bool(_PASSING & set(reasons))
                if _CONDITION in reasons and not is_passing:
                    return [index for index, code in enumerate(reasons) if code == _CONDITION]
                if not is_passing or number == _TRIES - 1:
                    raise
                time.sleep(random.uniform(0, 0.05 * 2**number))  # noqa: S311 - so that those who collided part
            else:
                return []
        raise AssertionError("unreachable")


def _within(total: Item, most: int) -> Item:
    """The change of a sum that is only made where the sum is no more than this."""
    missing = "" if most < 0 else "attribute_not_exists(microUsd) OR "
    total["Update"]["ConditionExpression"] = f"{missing}microUsd <= :most"
    total["Update"]["ExpressionAttributeValues"][":most"] = _number(most)
    return total


def _key(pk: str, sk: str) -> Item:
    return {"pk": {"S": pk}, "sk": {"S": sk}}


def _number(value: int) -> Item:
    return {"N": str(value)}


def _expiry() -> Item:
    return _number(int(time.time()) + _KEPT_SECONDS)
