"""Whether what a function answers is what docs/openapi.json says, nothing more and nothing less."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

DOCUMENT = Path(__file__).parents[3] / "docs" / "openapi.json"


@cache
def document() -> dict[str, Any]:
    """The kept document, every object closed: a field that it does not name is an error."""
    return dict(closed(json.loads(DOCUMENT.read_text())))


def closed(part: Any) -> Any:
    """The same with `additionalProperties: false` wherever properties are named."""
    if isinstance(part, list):
        return [closed(each) for each in part]
    if not isinstance(part, dict):
        return part
    made = {name: closed(value) for name, value in part.items()}
    is_object = isinstance(part.get("properties"), dict) and part.get("type") == "object"
    return made | ({"additionalProperties": False} if is_object and "additionalProperties" not in part else {})


def operation(method: str, path: str) -> dict[str, Any] | None:
    """What the document says of a call; None for what it does not know."""
    for template, operations in document()["paths"].items():
        pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(template))
        if re.fullmatch(pattern, path) and method.lower() in operations:
            return dict(operations[method.lower()])
    return None


def require_as_documented(method: str, path: str, response: dict[str, Any]) -> None:
    """AssertionError for a status that is not documented, or a body that is another."""
    found = operation(method, path)
    if found is None:
        return
    told = found["responses"].get(str(response["statusCode"]))
    assert told, f"{method} {path} answers {response['statusCode']}, which is not documented"
    if schema := told.get("content", {}).get("application/json", {}).get("schema"):
        whole = {**document(), **schema}
        errors = [
            f"{'/'.join(map(str, error.path))}: {error.message}"
            for error in Draft202012Validator(whole).iter_errors(json.loads(response["body"]))
        ]
        assert not errors, f"{method} {path} answers another body than is documented: {errors}"
    elif not told.get("content"):
        assert not response["body"], f"{method} {path} has a body that is not documented"
