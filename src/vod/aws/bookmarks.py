"""Marks in DynamoDB: where what is done in pieces goes on (pk MARKS)."""

from typing import Any


class DynamoMarks:
    """Marks, one item each."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def get(self, name: str) -> str:
        found = self._client.get_item(TableName=self._table, Key=_key(name), ConsistentRead=True)
        return str(found["Item"]["mark"]["S"]) if "Item" in found else ""

    def put(self, name: str, mark: str) -> None:
        self._client.put_item(TableName=self._table, Item=_key(name) | {"mark": {"S": mark}})


def _key(name: str) -> dict[str, Any]:
    return {"pk": {"S": "MARKS"}, "sk": {"S": name}}
