"""Downloads in DynamoDB: pk DOWNLOAD#video, sk its name, until they expire."""

import json
from dataclasses import asdict
from typing import Any

from vod.record.download import Download

Item = dict[str, Any]


class DynamoDownloads:
    """Downloads, one item each."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def get(self, video_id: str, name: str) -> Download | None:
        key = {"pk": {"S": _partition(video_id)}, "sk": {"S": name}}
        found = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        return _download(found["Item"]) if "Item" in found else None

    def of(self, video_id: str) -> tuple[Download, ...]:
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": _partition(video_id)}},
            ConsistentRead=True,
        )
        return tuple(_download(item) for page in pages for item in page["Items"])

    def put(self, download: Download, seen: Download | None) -> bool:
        condition: Item = {"ConditionExpression": "attribute_not_exists(pk)"}
        if seen:
            condition = {
                "ConditionExpression": "download = :seen",
                "ExpressionAttributeValues": {":seen": {"S": _text(seen)}},
            }
        item = {
            "pk": {"S": _partition(download.video_id)},
            "sk": {"S": download.name},
            "download": {"S": _text(download)},
            "expiresAt": {"N": str(download.expires_at)},
        }
        try:
            self._client.put_item(TableName=self._table, Item=item, **condition)
        except self._client.exceptions.ConditionalCheckFailedException:
            return False
        return True


def _partition(video_id: str) -> str:
    return f"DOWNLOAD#{video_id}"


def _text(download: Download) -> str:
    return json.dumps(asdict(download))


def _download(item: Item) -> Download:
    plain = json.loads(item["download"]["S"])
    return Download(**plain | {"tracks": tuple(plain["tracks"])})
