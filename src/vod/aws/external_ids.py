"""Customers' ids of videos in DynamoDB (pk EXTERNAL#owner#digest of the id)."""

import hashlib
import time
from typing import Any

_SK = "EXTERNAL"
_SETTLED_SECONDS = 60
"""A function that filed an id has made its video, or given up, after so long."""
Item = dict[str, Any]


class DynamoExternalIds:
    """Ids, one item each."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def claim(self, owner: str, external_id: str, video_id: str) -> str:
        try:
            self._put(owner, external_id, video_id, "attribute_not_exists(pk) OR videoId = :id", {})
        except self._client.exceptions.ConditionalCheckFailedException:
            return self.holder(owner, external_id) or self.claim(owner, external_id, video_id)
        return video_id

    def take(self, owner: str, external_id: str, video_id: str, holder: str) -> bool:
        settled = {":holder": {"S": holder}, ":settled": {"N": str(int(time.time()) - _SETTLED_SECONDS)}}
        try:
            self._put(
                owner, external_id, video_id, "videoId = :id OR (videoId = :holder AND filedAt < :settled)", settled
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return False
        return True

    def _put(self, owner: str, external_id: str, video_id: str, condition: str, values: Item) -> None:
        stored = {"videoId": {"S": video_id}, "filedAt": {"N": str(int(time.time()))}}
        self._client.put_item(
            TableName=self._table,
            Item=key(owner, external_id) | stored,
            ConditionExpression=condition,
            ExpressionAttributeValues={":id": {"S": video_id}, **values},
        )

    def holder(self, owner: str, external_id: str) -> str | None:
        found = self._client.get_item(TableName=self._table, Key=key(owner, external_id), ConsistentRead=True)
        return str(found["Item"]["videoId"]["S"]) if "Item" in found else None

    def release(self, owner: str, external_id: str, video_id: str) -> None:
        try:
            self._client.delete_item(
                TableName=self._table,
                Key=key(owner, external_id),
                ConditionExpression="attribute_not_exists(pk) OR videoId = :id",
                ExpressionAttributeValues={":id": {"S": video_id}},
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return  # another's by now


def key(owner: str, external_id: str) -> Item:
    """The key of the item of an id."""
    digest = hashlib.sha256(external_id.encode()).hexdigest()
    return {"pk": {"S": f"EXTERNAL#{owner}#{digest}"}, "sk": {"S": _SK}}
