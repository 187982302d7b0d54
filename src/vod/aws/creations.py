"""Creations by their callers' keys in DynamoDB (pk CREATED#owner#digest of the key), for a day; TTL removes them."""

import hashlib
import time
from typing import Any

from vod.record.creation import Creation

KEPT_SECONDS = 24 * 3600
_SK = "CREATION"
Item = dict[str, Any]


class DynamoCreations:
    """Creations, one item each."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def claim(self, owner: str, key: str, creation: Creation) -> Creation:
        now, place = int(time.time()), _key(owner, key)
        stored = {
            "videoId": {"S": creation.video_id},
            "request": {"S": creation.request},
            "expiresAt": {"N": str(now + KEPT_SECONDS)},
        }
        try:
            self._client.put_item(
                TableName=self._table,
                Item=place | stored,
                # TTL may be days late.
                ConditionExpression="attribute_not_exists(pk) OR expiresAt <= :now",
                ExpressionAttributeValues={":now": {"N": str(now)}},
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            found = self._client.get_item(TableName=self._table, Key=place, ConsistentRead=True)["Item"]
            return Creation(found["videoId"]["S"], found["request"]["S"])
        return creation


def _key(owner: str, key: str) -> Item:
    digest = hashlib.sha256(key.encode()).hexdigest()
    return {"pk": {"S": f"CREATED#{owner}#{digest}"}, "sk": {"S": _SK}}
