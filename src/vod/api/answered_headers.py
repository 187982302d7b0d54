"""The headers of answers, for the API's OpenAPI document alone (vod.api.openapi)."""

from typing import Any

_TEXT = {"type": "string"}
SHARED: dict[str, Any] = {
    "Allow": {"description": "The methods that this path has", "schema": _TEXT},
    "RateLimit": {"description": "Of an API key: requests left, and seconds until there are more", "schema": _TEXT},
    "RateLimit-Policy": {"description": "Of an API key: how many requests in how many seconds", "schema": _TEXT},
    "Retry-After": {"description": "Seconds to wait; not sent with `daily_limit_reached`", "schema": _TEXT},
}
"""Headers of several operations, by name."""
_OF_KEYS = ("RateLimit", "RateLimit-Policy")
_UNLIMITED = ("/videos/{video_id}/playback",)
"""An API key may play as often as it likes."""
_FROM_THE_GATEWAY = "504"
"""Never answered by a function, which alone counts what a key does."""
_EDITION = "Of what callers can change: title, tags, external id, metadata, downloads; progress does not change it"
_PLAYED = (
    "Three cookies for the path of the video: `CloudFront-Policy`, `CloudFront-Signature`, `CloudFront-Key-Pair-Id`"
)
_OF_ONE: dict[tuple[str, str], tuple[str, str]] = {
    ("get", "/videos/{video_id}"): ("ETag", _EDITION),
    ("patch", "/videos/{video_id}"): ("ETag", _EDITION),
    ("get", "/videos/{video_id}/playback"): ("Set-Cookie", f"{_PLAYED}; none where videos are public"),
    ("get", "/shares/{token}/playback"): ("Set-Cookie", f"{_PLAYED}; none where videos are public"),
    ("post", "/session"): ("Set-Cookie", "`vod-session`, for `/api/session` alone, which no script can read: 30 days"),
    ("delete", "/session"): ("Set-Cookie", "`vod-session`, empty and over: the browser removes it"),
}
"""The header of an operation's good answers."""


def describe(made: dict[str, Any]) -> None:
    """Give each answer of a document the headers that it may have."""
    made["components"]["headers"] = SHARED
    for path, operations in made["paths"].items():
        for method, operation in operations.items():
            for status, answer in operation["responses"].items():
                if found := _own(method, path, status) | _shared(path, status, operation.get("security") != []):
                    answer["headers"] = found


def _own(method: str, path: str, status: str) -> dict[str, Any]:
    if status >= "300" or (method, path) not in _OF_ONE:
        return {}
    name, text = _OF_ONE[method, path]
    return {name: {"description": text, "schema": _TEXT}}


def _shared(path: str, status: str, has_token: bool) -> dict[str, Any]:
    own: dict[str, tuple[str, ...]] = {"405": ("Allow",), "429": ("Retry-After",)}
    names = own.get(status, ())
    if status == "202" and path.endswith("/download"):
        names += ("Retry-After",)
    if status == "405" or (has_token and path not in _UNLIMITED and status != _FROM_THE_GATEWAY):
        names += _OF_KEYS
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}
