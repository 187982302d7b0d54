"""The links to videos in DynamoDB, in the partition of their video (sk SHARE#id); TTL removes the expired."""

from typing import Any

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

from vod import keys
from vod.access.share import Share

_serialize = TypeSerializer().serialize
_deserialize = TypeDeserializer().deserialize
_SK = "SHARE#"
Item = dict[str, Any]


class DynamoShares:
    """Links, one item each."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def put(self, share: Share) -> None:
        stored = {
            "createdAt": share.created_at,
            "expiresAt": share.expires_at,
            "isRevoked": share.is_revoked,
            "sites": list(share.sites),
        }
        item = _key(share.video_id, share.id) | {name: _serialize(value) for name, value in stored.items()}
        self._client.put_item(TableName=self._table, Item=item)

    def get(self, video_id: str, share_id: str) -> Share | None:
        found = self._client.get_item(TableName=self._table, Key=_key(video_id, share_id), ConsistentRead=True)
        return _share(found["Item"]) if "Item" in found else None

    def of(self, video_id: str) -> tuple[Share, ...]:
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :prefix)",
            ExpressionAttributeValues={":pk": {"S": keys.record_partition(video_id)}, ":prefix": {"S": _SK}},
            ConsistentRead=True,
        )
        return tuple(_share(item) for page in pages for item in page["Items"])


def _key(video_id: str, share_id: str) -> Item:
    return {"pk": {"S": keys.record_partition(video_id)}, "sk": {"S": _SK + share_id}}


def _share(item: Item) -> Share:
    plain = {name: _deserialize(value) for name, value in item.items()}
    return Share(
        id=plain["sk"].removeprefix(_SK),
        video_id=plain["pk"].partition("#")[2],
        created_at=plain["createdAt"],
        expires_at=int(plain["expiresAt"]),
        is_revoked=plain["isRevoked"],
        sites=tuple(plain.get("sites", ())),  # older links have none
    )
