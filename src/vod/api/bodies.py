"""Bodies of requests, read before any route is: JSON in UTF-8, except where a file's own bytes are sent."""

import base64
import json
import re

from vod.errors import InvalidRequest
from vod.frozen import Document

_DEEPEST = 100
"""Arrays and objects in one another. Our bodies have three; parsers give up where their own stack does."""
_STRING = re.compile(r'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
_CAPTIONS = re.compile(r"/videos/[^/]+/captions(/[^/]+)?")


def readable(event: Document) -> Document:
    """The event with its body as JSON text, whatever the client called it; InvalidRequest for what is none.

    An event without a body, or with a file's bytes, stays as it is.
    """
    raw = bytes_of(event)
    if not raw or _is_file(event):
        return event
    text = _checked(raw)
    kept = {name: value for name, value in (event.get("headers") or {}).items() if name.lower() != "content-type"}
    return {**event, "body": text, "isBase64Encoded": False, "headers": kept | {"content-type": "application/json"}}


def bytes_of(event: Document) -> bytes:
    """The body's own bytes; InvalidRequest when they are not encoded as they are said to be."""
    body = event.get("body") or ""
    try:
        return base64.b64decode(body, validate=True) if event.get("isBase64Encoded") else body.encode()
    except ValueError as error:
        raise InvalidRequest("body", "cannot be decoded; send JSON in UTF-8, or the file's bytes") from error


def _is_file(event: Document) -> bool:
    """`POST /videos?filename=` takes bytes, and subtitle files do."""
    method, path = event["httpMethod"], event["path"].rstrip("/")
    if (method, path) == ("POST", "/videos"):
        return "filename" in (event.get("queryStringParameters") or {})
    return method in ("POST", "PUT") and _CAPTIONS.fullmatch(path) is not None


def _checked(raw: bytes) -> str:
    try:
        text = raw.decode()
        read = json.loads(text)
    except UnicodeDecodeError as error:
        raise InvalidRequest("body", "is not UTF-8; send JSON in UTF-8") from error
    except RecursionError as error:
        raise _too_deep() from error
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        advice = "to send a file's bytes, name it with POST /videos?filename="
        raise InvalidRequest("body", f"is not JSON ({where}); {advice}") from error
    except ValueError as error:  # Python converts no number of so many digits
        raise InvalidRequest("body", "has a number of too many digits; send a smaller one") from error
    if _is_deep(text):
        raise _too_deep()
    if not isinstance(read, dict | None):
        raise InvalidRequest("body", "is no JSON object; send the fields of docs/reference.html")
    return text


def _too_deep() -> InvalidRequest:
    return InvalidRequest("body", "is nested too deeply; send the fields of docs/reference.html alone")


def _is_deep(text: str) -> bool:
    """Whether JSON nests too much, seen in its text: where a name comes twice, a parsed value has only the last."""
    nesting = re.sub(r"[^][]+", "", _STRING.sub("", text).replace("{", "[").replace("}", "]"))
    for _ in range(_DEEPEST):
        nesting = nesting.replace("[]", "")  # the innermost ones
    return bool(nesting)
