"""Condition keys that ministack leaves out: dynamodb:LeadingKeys and dynamodb:Attributes of items, s3:VersionId of a
version that is read, and those that ask for conditional writes to S3.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from ministack.core import iam_actions
from ministack.services import dynamodb

from local.emulator import seams

_EQUALS = re.compile(r"([#\w]+)\s*=\s*(:\w+)")
_WORD = re.compile(r"(?<![:\w.#])#?[A-Za-z_]\w*")
_OF_EXPRESSIONS = (
    *("set", "remove", "add", "delete", "and", "or", "not", "between", "in"),
    *("attribute_exists", "attribute_not_exists", "attribute_type", "begins_with", "contains", "size"),
    *("if_not_exists", "list_append"),
)
_items = iam_actions.dynamodb_service_context
_objects = iam_actions.s3_service_context


def of_items(body: bytes) -> dict[str, Any]:
    """The partition keys of the items that a request names."""
    context = dict(_items(body))
    try:
        request = json.loads(body or b"{}")
    except ValueError:
        return context
    keys = [text for asked in _single(request) for item in _named(asked) if (text := _partition(asked, item))]
    if isinstance(request, dict) and "UpdateExpression" in request:
        context["dynamodb:Attributes"] = sorted(_updated(request))
    return context | ({"dynamodb:LeadingKeys": keys} if keys else {})


def _single(request: Any) -> Iterator[Any]:
    """The requests for one item each, of which a batch that writes is made."""
    if not isinstance(request, dict) or "RequestItems" not in request:
        yield request
        return
    for table, writes in request["RequestItems"].items():
        for write in writes if isinstance(writes, list) else ():
            yield from ({"TableName": table, **each} for each in write.values())


def _updated(request: Mapping[str, Any]) -> set[str]:
    """The attributes that an update names: of its key, in what it sets and in what it asks."""
    aliases = request.get("ExpressionAttributeNames") or {}
    written = " ".join(str(request.get(name, "")) for name in ("UpdateExpression", "ConditionExpression"))
    words = {word for word in _WORD.findall(written) if word.lower() not in _OF_EXPRESSIONS}
    return {*(request.get("Key") or {}), *(aliases.get(word, word) for word in words)}


def _named(request: Any) -> Iterator[Mapping[str, Any]]:
    """The key or the item of a request for one item, or what a query of the table asks for by `pk = :pk`; queries of an
    index, batches that read and transactions have none here."""
    if isinstance(request, dict):
        yield from (request[name] for name in ("Key", "Item") if isinstance(request.get(name), dict))
        if "IndexName" not in request:
            names, values = (request.get(f"ExpressionAttribute{kind}") or {} for kind in ("Names", "Values"))
            for name, value in _EQUALS.findall(str(request.get("KeyConditionExpression", ""))):
                yield {names.get(name, name): values.get(value)}


def _partition(request: Mapping[str, Any], item: Mapping[str, Any]) -> str:
    table = dynamodb._tables.get(str(request.get("TableName", "")).rsplit("/", 1)[-1]) or {}
    hashes = [each["AttributeName"] for each in table.get("KeySchema", ()) if each["KeyType"] == "HASH"]
    return next((str(value) for name in hashes for value in (item.get(name) or {}).values()), "")


def of_objects(action: str, query: Any, path: str = "", headers: Any = None) -> dict[str, Any]:
    """The version that a request names, and whether it creates an object only where there is none.

    What begins an upload in parts and what sends one creates none.
    """
    context = dict(_objects(action, query, path, headers))
    if action == "s3:PutObject":
        creates = not {"uploads", "partNumber"} & set(query or {})
        context["s3:ObjectCreationOperation"] = str(creates).lower()
        if condition := (headers or {}).get("if-none-match"):
            context["s3:if-none-match"] = condition
    named = (query or {}).get("versionId")
    version = named[0] if isinstance(named, list) else named
    return context | ({"s3:VersionId": version} if version else {})


def install() -> None:
    """Give the decisions these keys."""
    seams.replace(iam_actions, "dynamodb_service_context", of_items, expected="0f0021bdc8a3")
    seams.replace(iam_actions, "s3_service_context", of_objects, expected="83e53d14d02c")
