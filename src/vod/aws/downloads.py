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
        found = self._client.get_item(TableName=self._table, Key=_place(video_id, name), ConsistentRead=True)
        return _download(found["Item"]) if "Item" in found else None

    def put(self, download: Download) -> None:
        self._client.put_item(TableName=self._table, Item=_item(download))


def _place(video_id: str, name: str) -> Item:
    return {"pk": {"S": f"DOWNLOAD#{video_id}"}, "sk": {"S": name}}


def _item(download: Download) -> Item:
    return _place(download.video_id, download.name) | {
        "download": {"S": json.dumps(asdict(download))},
        "expiresAt": {"N": str(download.expires_at)},
    }


def _download(item: Item) -> Download:
    plain = json.loads(item["download"]["S"])
    return Download(**plain | {"tracks": tuple(plain["tracks"])})
