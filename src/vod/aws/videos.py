"""The table of video records in DynamoDB; keys and indexes as template.yaml declares them."""

import base64
import json
import re
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, fields, replace
from decimal import Decimal
from itertools import batched
from typing import Any

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

from vod import keys
from vod.aws.external_ids import DynamoExternalIds
from vod.errors import InvalidRequest, VersionConflict
from vod.ports.services import Page
from vod.record.status import Status
from vod.record.video import Costs, Failure, Imported, Remake, Replaced, Source, Upload, Video

_serializer = TypeSerializer()
_deserialize = TypeDeserializer().deserialize
_FIRST, _LAST = "0", "~"
_BATCH = 100
_PLACE = re.compile(rb"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) ([0-9a-f]{20})")
_RECORD, _PENDING = "VIDEO", "PENDING"
_QUERY_ITEMS = 101
_MOST_QUERIES = 20
_CHUNK_KEPT_SECONDS = 7 * 24 * 3600
Item = dict[str, Any]


def _serialize(value: Any) -> Any:
    return _serializer.serialize(value)


class DynamoVideos:
    """Video records, one item each (pk VIDEO#id, sk VIDEO).

    The progress of its chunks is filed apart (pk PROGRESS#id, sk CHUNK#run#number): encoders may write only there.
    """

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def get(self, video_id: str) -> Video | None:
        found = self._client.get_item(TableName=self._table, Key=_key(video_id, _RECORD), ConsistentRead=True)
        return _video(found["Item"]) if "Item" in found else None

    def create(self, video: Video) -> bool:
        return self._put(video, "attribute_not_exists(pk)", {})

    def save(self, video: Video) -> Video:
        changed = replace(video, version=video.version + 1)
        if not self._put(changed, "version = :read", {":read": _serialize(video.version)}):
            raise VersionConflict(video.id)
        return changed

    def _put(self, video: Video, condition: str, values: Item) -> bool:
        extra = {"ExpressionAttributeValues": values} if values else {}
        try:
            self._client.put_item(TableName=self._table, Item=_item(video), ConditionExpression=condition, **extra)
        except self._client.exceptions.ConditionalCheckFailedException:
            return False
        return True

    def many(self, video_ids: Collection[str]) -> Mapping[str, Video]:
        found: dict[str, Video] = {}
        for some in batched(dict.fromkeys(video_ids), _BATCH, strict=False):
            left: Item = {self._table: {"Keys": [_key(each, _RECORD) for each in some]}}
            while left:
                answer = self._client.batch_get_item(RequestItems=left)
                videos = (_video(item) for item in answer["Responses"].get(self._table, ()))
                found |= {video.id: video for video in videos}
                left = answer["UnprocessedKeys"]
        return found

    def delete(self, video_id: str) -> None:
        """The record goes last: as long as it is there, a repeated delete finds what is left."""
        if (video := self.get(video_id)) and video.external_id:
            DynamoExternalIds(self._client, self._table).release(video.owner, video.external_id, video_id)
        for partition in (keys.progress_partition(video_id), keys.record_partition(video_id)):
            for item in self._query(pk=_serialize(partition), projection="pk, sk"):
                if item["sk"]["S"] != _RECORD:
                    self._client.delete_item(TableName=self._table, Key={"pk": item["pk"], "sk": item["sk"]})
        self._client.delete_item(TableName=self._table, Key=_key(video_id, _RECORD))

    def _query(self, pk: Item, projection: str, prefix: str = "") -> Iterator[Item]:
        values = {":pk": pk, ":prefix": {"S": prefix}} if prefix else {":pk": pk}
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="pk = :pk" + (" AND begins_with(sk, :prefix)" if prefix else ""),
            ExpressionAttributeValues=values,
            ProjectionExpression=projection,
            ConsistentRead=True,
        )
        for page in pages:
            yield from page["Items"]

    def page(
        self,
        owner: str | None,
        status: Status | None,
        limit: int,
        cursor: str | None,
        created: tuple[str, str] = ("", ""),
        oldest_first: bool = False,
    ) -> Page:
        index, name, value = ("ByOwner", "owner", owner) if owner else ("ByCreated", "kind", _RECORD)
        request: Item = {
            "TableName": self._table,
            "IndexName": index,
            "KeyConditionExpression": "#key = :key",
            "ExpressionAttributeNames": {"#key": name},
            "ExpressionAttributeValues": {":key": {"S": value}},
            "ScanIndexForward": oldest_first,
        }
        if any(created):
            request["KeyConditionExpression"] += " AND createdAt BETWEEN :from AND :to"
            # A millisecond less would do, and so does a text that sorts before: no time of ours ends so.
            to = created[1][:-1] if created[1] else _LAST
            request["ExpressionAttributeValues"] |= {":from": {"S": created[0] or _FIRST}, ":to": {"S": to}}
        if status:
            request["FilterExpression"] = "#status = :status"
            request["ExpressionAttributeNames"]["#status"] = "status"
            request["ExpressionAttributeValues"][":status"] = {"S": status}
        return self._collect(request, limit, _start_key(cursor, name, value))

    def _collect(self, request: Item, limit: int, start: Item | None) -> Page:
        """A filter runs after DynamoDB's own limit: read on, but not for ever; a short page still has a cursor."""
        name = request["ExpressionAttributeNames"]["#key"]
        found: list[Item] = []
        for _ in range(_MOST_QUERIES):
            begin = {"ExclusiveStartKey": start} if start else {}
            answer = self._client.query(**request, **begin, Limit=_QUERY_ITEMS)
            found += [item for item in answer["Items"] if keys.is_record(item["pk"]["S"])]
            start = answer.get("LastEvaluatedKey")
            if len(found) >= limit or not start:
                break
        more = _index_key(found[limit - 1], name) if len(found) > limit else start
        return Page(tuple(_video(item) for item in found[:limit]), _cursor(more))

    def pending(self, after: str, before: str) -> Iterator[Video]:
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            IndexName="ByPending",
            KeyConditionExpression="pending = :pending AND updatedAt BETWEEN :after AND :before",
            ExpressionAttributeValues={
                ":pending": {"S": _PENDING},
                ":after": {"S": after or _FIRST},
                ":before": {"S": before},
            },
        )
        for page in pages:
            found = (self.get(keys.recorded_video_id(item["pk"]["S"])) for item in page["Items"])
            yield from (video for video in found if video and video.is_pending and video.updated_at < before)

    def chunk_frames(self, video_id: str, run: str) -> Mapping[int, int]:
        """What no encoder of ours writes is left out: a task that was taken over can write here what it likes."""
        found = {}
        for item in self._query(_serialize(keys.progress_partition(video_id)), "sk, frames", f"CHUNK#{run}#"):
            with suppress(ValueError, KeyError):
                found[keys.chunk_number(item["sk"]["S"])] = int(item["frames"]["N"])
        return found

    def note_chunk(self, video_id: str, run: str, chunk: int, frames: int) -> None:
        """Each note changes the item, so that the table's stream tells: more may be stored though no frame is."""
        key = {"pk": {"S": keys.progress_partition(video_id)}, "sk": {"S": keys.chunk_sort_key(run, chunk)}}
        asked = {"TableName": self._table, "Key": key}
        noted = "SET notedAt = :now, expiresAt = :expires"
        expires = {"N": str(int(time.time()) + _CHUNK_KEPT_SECONDS)}
        values = {":now": {"N": str(time.time_ns())}, ":expires": expires}
        try:
            self._client.update_item(
                **asked,
                UpdateExpression=f"{noted}, frames = :frames",
                ConditionExpression="attribute_not_exists(frames) OR frames <= :frames",
                ExpressionAttributeValues={**values, ":frames": {"N": str(frames)}},
            )
        except self._client.exceptions.ConditionalCheckFailedException:  # a task goes on where a killed one was further
            self._client.update_item(**asked, UpdateExpression=noted, ExpressionAttributeValues=values)


def _key(video_id: str, sk: str) -> Item:
    return {"pk": {"S": keys.record_partition(video_id)}, "sk": {"S": sk}}


def _item(video: Video) -> Item:
    plain = json.loads(json.dumps(asdict(video)), parse_float=Decimal)
    record = {_camel(name): value for name, value in plain.items() if value is not None}
    record.update(pk=keys.record_partition(video.id), sk=_RECORD, kind=_RECORD)
    if video.is_pending:
        record["pending"] = _PENDING
    return {name: _serialize(value) for name, value in record.items()}


def _video(item: Item) -> Video:
    plain = {name: _plain(_deserialize(value)) for name, value in item.items()}
    known = {field.name: plain[_camel(field.name)] for field in fields(Video) if _camel(field.name) in plain}
    # In records of earlier releases it is the attribute by which DynamoDB removes them.
    known.setdefault("awaited_until", plain.get("expiresAt"))
    known["status"] = Status(known["status"])
    known["source"] = Source(**known["source"])
    known["tags"] = tuple(known.get("tags", ()))
    known["renditions"] = tuple(known.get("renditions", ()))
    known["sound"] = tuple(known.get("sound", ()))
    known["warnings"] = tuple(known.get("warnings", ()))
    known["upload"] = Upload(**known["upload"]) if known.get("upload") else None
    known["imported"] = Imported(**known["imported"]) if known.get("imported") else None
    known["failure"] = Failure(**known["failure"]) if known.get("failure") else None
    known["remake"] = _remake(known.get("remake"))
    known["remake_failed"] = _remake(known.get("remake_failed"))
    known["replaced"] = tuple(Replaced(**each) for each in known.get("replaced", ()))
    known["costs"] = Costs(**known["costs"]) if known.get("costs") else None
    return Video(**known)


def _remake(plain: Item | None) -> Remake | None:
    if not plain:
        return None
    failure = plain.get("failure")
    return Remake(**plain | {"failure": Failure(**failure) if failure else None})


def _plain(value: Any) -> Any:
    """DynamoDB's Decimals as int and float."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list) else value


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(word.capitalize() for word in rest)


def _cursor(key: Item | None) -> str | None:
    """A place in a list and not whose: that is asked for anew with every page, and nothing else can be named."""
    if not key:
        return None
    place = f"{key['createdAt']['S']} {keys.recorded_video_id(key['pk']['S'])}"
    return base64.urlsafe_b64encode(place.encode()).decode()


def _index_key(item: Item, name: str) -> Item:
    return {attribute: item[attribute] for attribute in ("pk", "sk", name, "createdAt")}


def _start_key(cursor: str | None, name: str, value: str) -> Item | None:
    """The key a cursor stands for in this list; InvalidRequest for what this API did not give out."""
    if not cursor:
        return None
    try:
        found = _PLACE.fullmatch(base64.b64decode(cursor, b"-_", validate=True))
    except ValueError:
        found = None
    if not found:
        raise InvalidRequest("cursor", "is not one that this API gave out; list from the beginning")
    created_at, video_id = found[1].decode(), found[2].decode()
    return _key(video_id, _RECORD) | {name: {"S": value}, "createdAt": {"S": created_at}}
