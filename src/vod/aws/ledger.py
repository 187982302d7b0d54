"""What was spent and what waits, in DynamoDB: counters that change together with what makes them change, once.

SPEND#day: TOTAL and one item for each task noted; SPEND#OPEN: TOTAL and one item for each execution; HELD: one for each
that waits; and in a video's own partition COST.
"""

import random
import time
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from vod import clock, keys
from vod.cost import EndedTask
from vod.ports import Held, Reserved, Spent

_KEPT_SECONDS = 90 * 24 * 3600
_TRIES = 8
_DAY, _OPEN, _HELD = "SPEND#", "SPEND#OPEN", "HELD"
_TOTAL, _RUN, _COST, _RECORD = "TOTAL", "RUN#", "COST", "VIDEO"
_CONDITION = "ConditionalCheckFailed"
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

    def reserve(self, execution: str, micro_usd: int, most: int, now: datetime) -> Reserved:
        once = self._put_once(_OPEN, _RUN + execution, microUsd=_number(micro_usd), reservedAt={"S": clock.stamp(now)})
        total = self._add(_OPEN, _TOTAL, 1, 0, micro_usd)
        total["Update"]["ConditionExpression"] = "attribute_not_exists(microUsd) OR microUsd <= :most"
        total["Update"]["ExpressionAttributeValues"][":most"] = _number(most)
        failed = self._together(once, total)
        return Reserved.NOW if not failed else Reserved.BEFORE if 0 in failed else Reserved.NO

    def settle(self, execution: str, micro_usd: int) -> None:
        while left := self._left(execution):
            spent = min(left, micro_usd)
            mine = self._add(_OPEN, _RUN + execution, 0, 0, -spent)
            mine["Update"]["ConditionExpression"] = "microUsd = :left"
            mine["Update"]["ExpressionAttributeValues"][":left"] = _number(left)
            if not self._together(mine, self._add(_OPEN, _TOTAL, 0, 0, -spent)):
                return

    def release(self, execution: str) -> None:
        while (left := self._left(execution)) is not None:
            condition = {
                "ConditionExpression": "microUsd = :left",
                "ExpressionAttributeValues": {":left": _number(left)},
            }
            gone = {"Delete": {**self._at(_OPEN, _RUN + execution), **condition}}
            if not self._together(gone, self._add(_OPEN, _TOTAL, -1, 0, -left)):
                return

    def _left(self, execution: str) -> int | None:
        """What is set aside for an execution; None for one that has nothing any more."""
        item = self._client.get_item(**self._at(_OPEN, _RUN + execution), ConsistentRead=True).get("Item")
        return int(item["microUsd"]["N"]) if item else None

    def release_older(self, than: datetime) -> int:
        values = {":pk": {"S": _OPEN}, ":runs": {"S": _RUN}, ":than": {"S": clock.stamp(than)}}
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :runs)",
            FilterExpression="reservedAt < :than",
            ExpressionAttributeValues=values,
        )
        forgotten = [item["sk"]["S"].removeprefix(_RUN) for page in pages for item in page["Items"]]
        for execution in forgotten:
            self.release(execution)
        return len(forgotten)

    def is_first(self, day: str) -> bool:
        return not self._together(self._put_once(_DAY + day, "FIRST", expiresAt=_expiry()))

    def hold(self, held: Held) -> None:
        item = _key(_HELD, _held_key(held))
        self._client.put_item(TableName=self._table, Item=item)

    def held(self, limit: int) -> tuple[Held, ...]:
        found = self._client.query(
            TableName=self._table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": _HELD}},
            ConsistentRead=True,
            Limit=limit,
        )
        parts = (item["sk"]["S"].split("#") for item in found["Items"])
        return tuple(Held(video_id, run, since) for since, video_id, run in parts)

    def drop(self, held: Held) -> None:
        self._client.delete_item(**self._at(_HELD, _held_key(held)))

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
        """All changes or none; which of them had conditions that did not hold. Waits for others at the same items."""
        for number in range(_TRIES):
            try:
                self._client.transact_write_items(TransactItems=list(changes))
            except ClientError as error:
                reasons = [reason.get("Code") for reason in error.response.get("CancellationReasons", ())]
                if _CONDITION in reasons:
                    return [index for index, code in enumerate(reasons) if code == _CONDITION]
                if not _PASSING & set(reasons) or number == _TRIES - 1:
                    raise
                time.sleep(random.uniform(0, 0.05 * 2**number))  # noqa: S311 - so that those who collided part
            else:
                return []
        raise AssertionError("unreachable")


def _key(pk: str, sk: str) -> Item:
    return {"pk": {"S": pk}, "sk": {"S": sk}}


def _number(value: int) -> Item:
    return {"N": str(value)}


def _expiry() -> Item:
    return _number(int(time.time()) + _KEPT_SECONDS)


def _held_key(held: Held) -> str:
    return f"{held.since}#{held.video_id}#{held.run}"
