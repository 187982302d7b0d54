"""API keys in DynamoDB (pk APIKEY#id), by owner in the index ByCreated; TTL removes them a while after they expired."""

from datetime import timedelta
from typing import Any

from vod import clock
from vod.access.api_key import ApiKey
from vod.access.scopes import Scope
from vod.aws.by_kind import by_kind

SEEN = timedelta(days=30)
"""How long an expired key is still listed."""
_SK = "APIKEY"
Item = dict[str, Any]


class DynamoApiKeys:
    """Keys, one item each."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def put(self, key: ApiKey) -> None:
        item = _place(key.id) | {
            "kind": {"S": _kind(key.owner)},
            "createdAt": {"S": key.created_at},
            "keyOwner": {"S": key.owner},  # `owner` would list it among the owner's videos
            "digest": {"S": key.digest},
            "name": {"S": key.name},
            "scopes": {"SS": list(key.scopes)},
        }
        if key.expires_at:
            gone = clock.parse(key.expires_at) + SEEN
            item |= {"validUntil": {"S": key.expires_at}, "expiresAt": {"N": str(int(gone.timestamp()))}}
        self._client.put_item(TableName=self._table, Item=item)

    def get(self, key_id: str) -> ApiKey | None:
        found = self._client.get_item(TableName=self._table, Key=_place(key_id), ConsistentRead=True)
        return _key(found["Item"]) if "Item" in found else None

    def of(self, owner: str) -> tuple[ApiKey, ...]:
        return tuple(_key(item) for item in by_kind(self._client, self._table, _kind(owner)))

    def remove(self, key_id: str) -> None:
        self._client.delete_item(TableName=self._table, Key=_place(key_id))

    def used(self, key_id: str, moment: str) -> None:
        try:
            self._client.update_item(
                TableName=self._table,
                Key=_place(key_id),
                UpdateExpression="SET usedAt = :moment",
                ConditionExpression="attribute_exists(pk)",
                ExpressionAttributeValues={":moment": {"S": moment}},
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return  # revoked in this moment


def _place(key_id: str) -> Item:
    return {"pk": {"S": f"APIKEY#{key_id}"}, "sk": {"S": _SK}}


def _kind(owner: str) -> str:
    return f"APIKEY#{owner}"


def _key(item: Item) -> ApiKey:
    def text(name: str) -> str | None:
        return item[name]["S"] if name in item else None

    return ApiKey(
        id=item["pk"]["S"].partition("#")[2],
        digest=item["digest"]["S"],
        owner=item["keyOwner"]["S"],
        name=item["name"]["S"],
        scopes=tuple(sorted(Scope(name) for name in item["scopes"]["SS"])),
        created_at=item["createdAt"]["S"],
        expires_at=text("validUntil"),
        used_at=text("usedAt"),
    )
