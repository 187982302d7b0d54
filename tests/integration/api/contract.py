"""Whether what a function answers is what docs/openapi.json says, nothing more and nothing less."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

DOCUMENT = Path(__file__).parents[3] / "docs" / "openapi.json"
HEADERS = {"allow", "set-cookie", "etag", "location", "retry-after", "ratelimit", "ratelimit-policy"}
"""Those that tell a client something: each must be documented with its answer."""


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


def operations(path: str) -> dict[str, Any]:
    """What the document says of a path, by method; nothing of a path that it does not know."""
    for template, found in document()["paths"].items():
        pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(template))
        if re.fullmatch(pattern, path):
            return dict(found)
    return {}


def require_as_documented(method: str, path: str, response: dict[str, Any]) -> None:
    """AssertionError for a status or a header that is not documented, or a body that is another."""
    known, status = operations(path), response["statusCode"]
    asked = known.values() if status == 405 else [known[each] for each in known if each == method.lower()]
    for operation in asked:
        _require(f"{method} {path} answers {status}", operation["responses"].get(str(status)), response)


def _require(what: str, told: dict[str, Any] | None, response: dict[str, Any]) -> None:
    assert told is not None, f"{what}, which is not documented"
    named = {name.lower() for name in told.get("headers", {})}
    sent = {name.lower() for kind in ("headers", "multiValueHeaders") for name in response.get(kind) or {}}
    assert not (sent & HEADERS) - named, f"{what} with headers that are not documented: {(sent & HEADERS) - named}"
    if schema := told.get("content", {}).get("application/json", {}).get("schema"):
        whole = {**document(), **schema}
        errors = [
            f"{'/'.join(map(str, error.path))}: {error.message}"
            for error in Draft202012Validator(whole).iter_errors(json.loads(response["body"]))
        ]
        assert not errors, f"{what} with another body than is documented: {errors}"
    elif not told.get("content"):
        assert not response["body"], f"{what} with a body that is not documented"
