"""Who waits, in DynamoDB.

HELD#owner: one item for each execution; WAITING: one for each owner of whom something waits.
"""

from datetime import datetime
from typing import Any

from vod import clock
from vod.ports.services import Held

_HELD, _OWNERS = "HELD#", "WAITING"
_MOST_OWNERS = 100
Item = dict[str, Any]


class DynamoWaiting:
    """Those that wait, in the video table."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def hold(self, held: Held) -> None:
        """The item goes before its owner: who finds an owner without items finds either at a second look."""
        self._client.put_item(TableName=self._table, Item=_held_key(held))
        self._client.update_item(
            **self._owner(held.owner),
            UpdateExpression="SET since = if_not_exists(since, :since)",
            ExpressionAttributeValues={":since": {"S": held.since}},
        )

    def drop(self, held: Held) -> None:
        self._client.delete_item(TableName=self._table, Key=_held_key(held))

    def owners(self) -> tuple[str, ...]:
        found = self._query(_OWNERS)["Items"]
        longest_first = sorted(found, key=lambda item: (item["since"]["S"], item["sk"]["S"]))
        return tuple(item["sk"]["S"] for item in longest_first[:_MOST_OWNERS])

    def of_owner(self, owner: str, limit: int) -> tuple[Held, ...]:
        found = self._query(_HELD + owner, Limit=limit)["Items"]
        parts = (item["sk"]["S"].split("#") for item in found)
        return tuple(Held(video_id, run, owner, since) for since, video_id, run in parts)

    def had_turn(self, owner: str, now: datetime) -> None:
        self._client.update_item(
            **self._owner(owner),
            UpdateExpression="SET since = :now",
            ExpressionAttributeValues={":now": {"S": clock.stamp(now)}},
        )

    def forget(self, owner: str) -> bool:
        self._client.delete_item(**self._owner(owner))
        come = self.of_owner(owner, 1)
        for held in come:  # between the look that found nothing and the end of its owner
            self.hold(held)
        return not come

    def count(self, most: int) -> int:
        counted = 0
        for owner in self.owners():
            if counted >= most:
                break
            counted += self._query(_HELD + owner, Select="COUNT", Limit=most - counted)["Count"]
        return counted

    def _query(self, pk: str, **asked: Any) -> Item:
        """One page of a partition."""
        return dict(
            self._client.query(
                TableName=self._table,
                KeyConditionExpression="pk = :pk",
                ExpressionAttributeValues={":pk": {"S": pk}},
                ConsistentRead=True,
                **asked,
            )
        )

    def _owner(self, owner: str) -> Item:
        return {"TableName": self._table, "Key": {"pk": {"S": _OWNERS}, "sk": {"S": owner}}}


def _held_key(held: Held) -> Item:
    return {"pk": {"S": _HELD + held.owner}, "sk": {"S": f"{held.since}#{held.video_id}#{held.run}"}}
