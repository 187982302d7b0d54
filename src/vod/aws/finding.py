"""The index in DynamoDB: pk FIND#owner (and FIND#* for all), sk term#createdAt#id; under what a video is listed stands
in pk TERMS#id."""

import time
from collections.abc import Collection, Iterator
from itertools import batched
from typing import Any

from vod.ports.finding import Ref
from vod.record.terms import BY_TITLE

EVERYBODY = "*"
"""No owner: a user's id has other letters, and so has `IngestOwner`."""
_SK = "TERMS"
_AT_A_TIME = 25
_PAUSE_SECONDS = 0.1
Item = dict[str, Any]


class DynamoFinding:
    """Lists, one item for each video and term."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def refs(self, owner: str | None, term: str, most: int) -> list[Ref]:
        found: list[Ref] = []
        for sort_key in self._query(owner, term, "", False):
            found.append(_ref(sort_key))
            if len(found) > most:
                break
        return found

    def titled(self, owner: str | None, after: str, backwards: bool) -> Iterator[tuple[str, Ref]]:
        for sort_key in self._query(owner, BY_TITLE, after, backwards):
            yield sort_key, _ref(sort_key)

    def _query(self, owner: str | None, prefix: str, after: str, backwards: bool) -> Iterator[str]:
        partition = {"S": _partition(owner)}
        request: Item = {
            "TableName": self._table,
            "KeyConditionExpression": "pk = :pk AND begins_with(sk, :prefix)",
            "ExpressionAttributeValues": {":pk": partition, ":prefix": {"S": prefix}},
            "ProjectionExpression": "sk",
            "ScanIndexForward": not backwards,
            "ConsistentRead": True,
        }
        begin = {"ExclusiveStartKey": {"pk": partition, "sk": {"S": after}}} if after else {}
        while True:
            answer = self._client.query(**request, **begin)
            yield from (item["sk"]["S"] for item in answer["Items"])
            if not (last := answer.get("LastEvaluatedKey")):
                return
            begin = {"ExclusiveStartKey": last}

    def terms(self, video_id: str) -> frozenset[str]:
        return frozenset(self._noted(video_id).get("terms", {"SS": ()})["SS"])

    def add(self, owner: str, ref: Ref, terms: Collection[str]) -> None:
        if terms:  # first it is noted where: what is broken off here is known to whoever comes next
            self._note(ref, "ADD terms :terms, dates :dates", terms, {":dates": {"SS": [ref.created_at]}})
            self._write([{"PutRequest": {"Item": key}} for key in _keys(owner, ref, terms)])

    def remove(self, owner: str, ref: Ref, terms: Collection[str]) -> None:
        if terms:  # a first try that died may have listed it with another date
            dates = {ref.created_at, *self._noted(ref.id).get("dates", {"SS": ()})["SS"]}
            keys = [key for date in sorted(dates) for key in _keys(owner, Ref(date, ref.id), terms)]
            self._write([{"DeleteRequest": {"Key": key}} for key in keys])
            self._note(ref, "DELETE terms :terms", terms, {})

    def _noted(self, video_id: str) -> Item:
        answer = self._client.get_item(TableName=self._table, Key=_place(video_id), ConsistentRead=True)
        found: Item = answer.get("Item", {})
        return found

    def _note(self, ref: Ref, change: str, terms: Collection[str], values: Item) -> None:
        self._client.update_item(
            TableName=self._table,
            Key=_place(ref.id),
            UpdateExpression=change,
            ExpressionAttributeValues={":terms": {"SS": sorted(terms)}, **values},
        )

    def _write(self, requests: list[Item]) -> None:
        for some in batched(requests, _AT_A_TIME, strict=False):
            left = {self._table: list(some)}
            while left:
                left = self._client.batch_write_item(RequestItems=left)["UnprocessedItems"]
                if left:  # throttled
                    time.sleep(_PAUSE_SECONDS)


def _keys(owner: str, ref: Ref, terms: Collection[str]) -> list[Item]:
    partitions = [{"S": _partition(each)} for each in (owner, None)]
    sort_keys = [f"{term}#{ref.created_at}#{ref.id}" for term in sorted(terms)]
    return [{"pk": partition, "sk": {"S": sort_key}} for partition in partitions for sort_key in sort_keys]


def _partition(owner: str | None) -> str:
    return f"FIND#{owner or EVERYBODY}"


def _place(video_id: str) -> Item:
    return {"pk": {"S": f"TERMS#{video_id}"}, "sk": {"S": _SK}}


def _ref(sort_key: str) -> Ref:
    _, created_at, video_id = sort_key.rsplit("#", 2)
    return Ref(created_at, video_id)
