"""Webhook endpoints in DynamoDB (pk ENDPOINT#id, by owner in the index ByCreated), what was sent to them (pk
DELIVERY#endpoint, sk id, 30 days), and their secrets in SSM (SecureString)."""

import json
import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from vod.access.endpoint import Delivery, Endpoint
from vod.aws.by_kind import by_kind

KEPT_SECONDS = 30 * 24 * 3600
_SK = "ENDPOINT"
_TRIES = 5
Item = dict[str, Any]


class DynamoEndpoints:
    """Endpoints, one item each."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def put(self, endpoint: Endpoint) -> None:
        self._client.put_item(TableName=self._table, Item=_item(endpoint, 0))

    def get(self, endpoint_id: str) -> Endpoint | None:
        found = self._read(endpoint_id)
        return _endpoint(found) if found else None

    def of(self, owner: str) -> tuple[Endpoint, ...]:
        return tuple(_endpoint(item) for item in by_kind(self._client, self._table, _kind(owner)))

    def amend(self, endpoint_id: str, change: Callable[[Endpoint], Endpoint]) -> Endpoint | None:
        for _ in range(_TRIES):
            if not (found := self._read(endpoint_id)):
                return None
            version, changed = int(found["version"]["N"]), change(_endpoint(found))
            try:
                self._client.put_item(
                    TableName=self._table,
                    Item=_item(changed, version + 1),
                    ConditionExpression="version = :version",
                    ExpressionAttributeValues={":version": {"N": str(version)}},
                )
            except self._client.exceptions.ConditionalCheckFailedException:
                continue
            return changed
        return self.get(endpoint_id)

    def _read(self, endpoint_id: str) -> Item | None:
        answer = self._client.get_item(TableName=self._table, Key=_place(endpoint_id), ConsistentRead=True)
        found: Item | None = answer.get("Item")
        return found

    def remove(self, endpoint_id: str) -> None:
        self._client.delete_item(TableName=self._table, Key=_place(endpoint_id))


class DynamoDeliveries:
    """Deliveries, one item each."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def put(self, endpoint_id: str, delivery: Delivery) -> None:
        item = {
            "pk": {"S": f"DELIVERY#{endpoint_id}"},
            "sk": {"S": delivery.id},
            "delivery": {"S": json.dumps(asdict(delivery))},
            "expiresAt": {"N": str(int(time.time()) + KEPT_SECONDS)},
        }
        self._client.put_item(TableName=self._table, Item=item)

    def get(self, endpoint_id: str, delivery_id: str) -> Delivery | None:
        key = {"pk": {"S": f"DELIVERY#{endpoint_id}"}, "sk": {"S": delivery_id}}
        found = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        return _delivery(found["Item"]) if "Item" in found else None

    def latest(self, endpoint_id: str, most: int) -> tuple[Delivery, ...]:
        found = self._client.query(
            TableName=self._table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": f"DELIVERY#{endpoint_id}"}},
            ScanIndexForward=False,
            Limit=most,
        )
        return tuple(_delivery(item) for item in found["Items"])


class SsmEndpointSecrets:
    """Secrets of endpoints below a path, encrypted with AWS's own key for SSM: they cost nothing."""

    def __init__(self, client: Any, path: str) -> None:
        self._client = client
        self._path = path

    def put(self, endpoint_id: str, secret: str) -> None:
        self._client.put_parameter(Name=self._name(endpoint_id), Value=secret, Type="SecureString", Overwrite=True)

    def get(self, endpoint_id: str) -> str | None:
        try:
            found = self._client.get_parameter(Name=self._name(endpoint_id), WithDecryption=True)
        except self._client.exceptions.ParameterNotFound:
            return None
        return str(found["Parameter"]["Value"])

    def remove(self, endpoint_id: str) -> None:
        try:
            self._client.delete_parameter(Name=self._name(endpoint_id))
        except self._client.exceptions.ParameterNotFound:
            return

    def _name(self, endpoint_id: str) -> str:
        return f"{self._path}/{endpoint_id}"


class SqsOutbox:
    """The queue of deliveries."""

    def __init__(self, client: Any, url: str) -> None:
        self._client = client
        self._url = url

    def send(self, endpoint_id: str, delivery_id: str) -> None:
        message = json.dumps({"endpoint": endpoint_id, "delivery": delivery_id})
        self._client.send_message(QueueUrl=self._url, MessageBody=message)


def _place(endpoint_id: str) -> Item:
    return {"pk": {"S": f"ENDPOINT#{endpoint_id}"}, "sk": {"S": _SK}}


def _kind(owner: str) -> str:
    return f"ENDPOINT#{owner}"


def _item(endpoint: Endpoint, version: int) -> Item:
    return _place(endpoint.id) | {
        "kind": {"S": _kind(endpoint.owner)},
        "createdAt": {"S": endpoint.created_at},
        "endpoint": {"S": json.dumps(asdict(endpoint))},
        "version": {"N": str(version)},
    }


def _endpoint(item: Item) -> Endpoint:
    plain = json.loads(item["endpoint"]["S"])
    return Endpoint(**plain | {"events": tuple(plain["events"])})


def _delivery(item: Item) -> Delivery:
    return Delivery(**json.loads(item["delivery"]["S"]))
