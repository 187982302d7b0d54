"""What a caller sends is answered as a fault of the request, whatever it is: 400 or 404 in the shape of every error."""

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest

from tests import samples
from tests.integration.conftest import TABLE
from tests.integration.test_handlers import Handler, answer, request
from tests.integration.test_handlers import load as load  # a fixture
from vod.aws.videos import DynamoVideos
from vod.record.status import Status

VIDEO = f"/videos/{samples.VIDEO_ID}"
WITH_BODY = {
    "upload": [("POST", "/videos"), ("POST", f"{VIDEO}/upload/complete")],
    "library": [("PATCH", VIDEO), ("POST", f"{VIDEO}/shares")],
    "runs": [("POST", f"{VIDEO}/retry")],
}
UNREADABLE = {
    "not UTF-8": b'{"title": "\xff"}',
    "nested arrays": b"[" * 100_000,
    "nested objects": b'{"a":' * 100_000,
    "a string without an end": b'{"title": "' + b'\\"' * 100_000 + b"\\",
    "5,000 digits": b'{"size": ' + b"9" * 5000 + b"}",
    "5,000 digits deep inside": b'{"parts": [{"partNumber": ' + b"9" * 5000 + b"}]}",
    "half": b'{"title": ',
    "a number": b"1",
    "a list": b"[1]",
    "infinity": b'{"size": 1e999, "expiresInHours": 1e999, "title": 1e999, "rendition": 1e999, "parts": 1e999}',
    "not a number": b'{"size": NaN, "expiresInHours": NaN, "title": NaN, "rendition": NaN, "parts": NaN}',
    "half a character": b'{"title": "\\ud800", "filename": "\\ud800", "size": 1, "rendition": "\\ud800"}',
}
KINDS = ["application/json", "text/plain", "multipart/form-data", "application/x-www-form-urlencoded", "", "\xff"]


@pytest.fixture
def functions(load: Callable[[str], Handler], table: Any) -> Callable[[str], Handler]:
    """The functions of the API, and a video that is ready."""
    DynamoVideos(table, TABLE).create(samples.video(Status.READY))
    made: dict[str, Handler] = {}
    return lambda name: made.get(name) or made.setdefault(name, load(name))


def refused(function: Handler, event: dict[str, Any], status: int = 400) -> bool:
    """Whether an event is refused with this status, a code, a message and the request's id."""
    answered, told = answer(function(event))
    assert set(told) == {"code", "message", "requestId"}, told
    assert (answered, told["requestId"]) == (status, "req-1"), told
    return True


def sent(method: str, path: str, body: bytes, kind: str) -> dict[str, Any]:
    headers = {"headers": {"Content-Type": kind}, "multiValueHeaders": {"Content-Type": [kind]}}
    return request(method, path, body) | headers


@pytest.mark.parametrize("body", UNREADABLE.values(), ids=list(UNREADABLE))
def test_what_cannot_be_read_is_refused_wherever_a_body_is_read(
    functions: Callable[[str], Handler], body: bytes
) -> None:
    for name, routes in WITH_BODY.items():
        for method, path in routes:
            for kind in KINDS:
                assert refused(functions(name), sent(method, path, body, kind))


@pytest.mark.parametrize("depth", [100, *range(9_940, 10_000, 4)])
def test_what_is_nested_above_a_hundred_is_refused_before_any_parser_gives_up(
    functions: Callable[[str], Handler], depth: int
) -> None:
    nested = b"[" * depth + b"]" * depth
    for body in (b'{"title": ' + nested + b"}", b'{"title": ' + nested + b', "title": "the last one counts"}'):
        status, said = answer(functions("library")(sent("PATCH", VIDEO, body, "application/json")))

        assert (status, said["code"]) == (400, "invalid_request")
        assert "nested" in said["message"]


def test_a_title_is_one_line_however_it_was_pasted(functions: Callable[[str], Handler]) -> None:
    status, said = answer(
        functions("library")(request("PATCH", VIDEO, {"title": "\tRome,\r\n\tday 1 \u2067a\u2069\n"}))
    )

    assert (status, said["video"]["title"]) == (200, "Rome, day 1 \u2067a\u2069")


@pytest.mark.parametrize("body", [b"[null]", b'"text"', b"5", b"true"])
def test_a_body_is_an_object_also_where_it_may_be_left_out(functions: Callable[[str], Handler], body: bytes) -> None:
    status, said = answer(functions("library")(request("POST", f"{VIDEO}/shares", body)))

    assert (status, said["code"]) == (400, "invalid_request")
    assert "object" in said["message"]


def test_brackets_in_a_text_nest_nothing(functions: Callable[[str], Handler]) -> None:
    title = '"\\' + "[{" * 99

    status, said = answer(functions("library")(request("PATCH", VIDEO, {"title": title})))

    assert (status, said["video"]["title"]) == (200, title)


def test_what_is_not_encoded_as_it_is_said_to_be_is_refused(functions: Callable[[str], Handler]) -> None:
    for name, routes in WITH_BODY.items():
        for method, path in (*routes, ("POST", "/videos")):
            query = {"filename": "a.mp4"} if path == "/videos" else None
            for body, is_encoded in (("!", True), ("\xe9", True), ("YQ", True), ("\ud800", False)):
                event = request(method, path, b"", query) | {"body": body, "isBase64Encoded": is_encoded}
                if name == "upload" or path != "/videos":
                    assert refused(functions(name), event)


def test_json_is_read_whatever_the_client_calls_it(functions: Callable[[str], Handler]) -> None:
    for kind in KINDS:
        status, shown = answer(functions("library")(sent("PATCH", VIDEO, b'{"title": "Named"}', kind)))

        assert (status, shown["video"]["title"]) == (200, "Named")


def cursor(text: str | bytes) -> str:
    return base64.urlsafe_b64encode(text if isinstance(text, bytes) else text.encode()).decode()


@pytest.mark.parametrize(
    "query",
    [
        {"limit": "9" * 5000},
        {"limit": "1e1"},
        {"status": "\x00"},
        *({"cursor": text} for text in ("x", "\xe9", "\ud800", cursor(b"\xff"), cursor("[" * 1400))),
        {"cursor": cursor(json.dumps({"pk": {"S": ""}, "sk": {"S": "VIDEO"}, "owner": {"S": "ann"}, "createdAt": {}}))},
    ],
)
def test_queries_that_mean_nothing_are_refused(functions: Callable[[str], Handler], query: dict[str, str]) -> None:
    assert refused(functions("library"), request("GET", "/videos", query=query))


IDS = ["x", "%", "%00", "..", "%2e%2e", "\xe9", "\x00", samples.VIDEO_ID.upper(), "0" * 21, "a" * 300, "\ud800", " "]


@pytest.mark.parametrize("text", IDS, ids=ascii)
def test_what_can_be_no_id_is_not_found_and_nothing_is_asked_with_it(
    functions: Callable[[str], Handler], table: Any, text: str
) -> None:
    asked: list[str] = []
    routes = {
        "library": [("GET", ""), ("PATCH", ""), ("GET", "/shares"), ("DELETE", f"/shares/{'0' * 64}")],
        "upload": [("GET", "/upload"), ("DELETE", "/upload"), ("POST", "/upload/complete")],
        "deliver": [("GET", "/playback"), ("GET", "/manifest/0123456789ab/index.m3u8")],
        "runs": [("POST", "/cancel"), ("POST", "/retry")],
        "delete": [("DELETE", "")],
    }
    for name, (method, path) in ((name, route) for name, found in routes.items() for route in found):
        function = functions(name)
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr("botocore.client.BaseClient._make_api_call", lambda _, called, __: asked.append(called))
            body = {"parts": [{"partNumber": 1, "etag": "e"}]} if path.endswith("complete") else {}
            event = request(method, f"/videos/{text}{path}", body if method in ("PATCH", "POST") else None)
            assert refused(function, event, 404)
    assert refused(functions("library"), request("DELETE", f"{VIDEO}/shares/{text}"), 404)
    assert asked == []


UNSEEN = ["\x00", "\x1b[31m", "\n", "\x7f", "\x9b", "\u2028", "\u202e", "\u2066"]


@pytest.mark.parametrize("text", UNSEEN, ids=ascii)
def test_names_that_cannot_be_shown_as_they_are_are_refused_and_the_character_is_named(
    functions: Callable[[str], Handler], text: str
) -> None:
    name, point = f"a{text}b", f"U+{ord(text[0]):04X}"
    new = {"filename": "a.mp4", "size": 1}
    events = [
        ("library", request("PATCH", VIDEO, {"tags": ["fine", name]})),
        ("upload", request("POST", "/videos", new | {"filename": name})),
        ("upload", request("POST", "/videos", b"x", {"filename": name})),
    ]
    titled = [
        ("library", request("PATCH", VIDEO, {"title": name})),
        ("upload", request("POST", "/videos", new | {"title": name})),
        ("upload", request("POST", "/videos", b"x", {"filename": "a.mp4", "title": name})),
    ]
    events += [] if text in ("\n", "\u2028") else titled  # a title's line breaks become spaces
    for function, event in events:
        status, told = answer(functions(function)(event))

        assert (status, point in told["message"]) == (400, True), told


def test_names_in_any_script_are_taken(functions: Callable[[str], Handler]) -> None:
    title = "\u05e9\u05dc\u05d5\u05dd \u200f- \u0417\u0438\u043c\u0430 \U0001f468\u200d\U0001f469\u200d\U0001f467"

    assert answer(functions("library")(request("PATCH", VIDEO, {"title": title})))[1]["video"]["title"] == title


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/videos", {"filename": "a.mp4", "size": 1, "contentType": "\u0432\u0438\u0434\u0435\u043e/mp4"}),
        ("/videos", {"filename": "a.mp4", "size": 2**27, "contentType": "video/mp4\n"}),
        (f"{VIDEO}/upload/complete", {"parts": [{"partNumber": 1, "etag": "\x00"}]}),
        (f"{VIDEO}/upload/complete", {"parts": [{"partNumber": 1, "etag": "</ETag>"}]}),
    ],
)
def test_what_s3_could_not_take_is_refused_before(functions: Callable[[str], Handler], path: str, body: Any) -> None:
    assert refused(functions("upload"), request("POST", path, body))
