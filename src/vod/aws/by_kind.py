"""Items of one kind in the index ByCreated, oldest first; a change shows there after a moment."""

from collections.abc import Iterator
from typing import Any

INDEX = "ByCreated"


def by_kind(client: Any, table: str, kind: str) -> Iterator[dict[str, Any]]:
    """Every item whose attribute `kind` is this."""
    pages = client.get_paginator("query").paginate(
        TableName=table,
        IndexName=INDEX,
        KeyConditionExpression="kind = :kind",
        ExpressionAttributeValues={":kind": {"S": kind}},
    )
    for page in pages:
        yield from page["Items"]
