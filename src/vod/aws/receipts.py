"""Receipts of deletions in DynamoDB, in partitions of their own (pk DELETED#id); TTL removes them."""

import json
import time
from dataclasses import asdict
from typing import Any

from vod.record.deletion_receipt import Receipt, Removed

KEPT_SECONDS = 90 * 24 * 3600
_SK = "RECEIPT"
Item = dict[str, Any]


class DynamoReceipts:
    """Receipts, one item each."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def put(self, receipt: Receipt) -> None:
        expires = int(time.time()) + KEPT_SECONDS
        stored = {"receipt": {"S": json.dumps(asdict(receipt))}, "expiresAt": {"N": str(expires)}}
        self._client.put_item(TableName=self._table, Item=_key(receipt.video_id) | stored)

    def get(self, video_id: str) -> Receipt | None:
        found = self._client.get_item(TableName=self._table, Key=_key(video_id), ConsistentRead=True).get("Item")
        if not found:
            return None
        plain = json.loads(found["receipt"]["S"])
        return Receipt(**{**plain, "removed": Removed(**plain["removed"])})


def _key(video_id: str) -> Item:
    return {"pk": {"S": f"DELETED#{video_id}"}, "sk": {"S": _SK}}
