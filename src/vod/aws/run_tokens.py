"""Tokens of runs, in the table of videos: deleting a video removes them."""

import time
from typing import Any

from vod import keys

_KEPT_SECONDS = 7 * 24 * 3600
"""Longer than any execution."""


class DynamoRunTokens:
    """An item for each run (pk VIDEO#id, sk TOKEN#run) with the hashes of its tokens."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def add(self, video_id: str, run: str, digest: str) -> None:
        """Plan may run twice for a run, in any order: what it answered before stays as good."""
        self._client.update_item(
            **self._item(video_id, run),
            UpdateExpression="ADD hashes :hash SET expiresAt = :expires",
            ExpressionAttributeValues={
                ":hash": {"SS": [digest]},
                ":expires": {"N": str(int(time.time()) + _KEPT_SECONDS)},
            },
        )

    def accepted(self, video_id: str, run: str) -> frozenset[str]:
        found = self._client.get_item(**self._item(video_id, run), ConsistentRead=True)
        return frozenset(found["Item"]["hashes"]["SS"] if "Item" in found else ())

    def _item(self, video_id: str, run: str) -> dict[str, Any]:
        key = {"pk": {"S": keys.record_partition(video_id)}, "sk": {"S": keys.token_sort_key(run)}}
        return {"TableName": self._table, "Key": key}
