"""API keys and upload tokens through the API's authorizer, and what its refusals say."""

import base64
import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from local.api import Api, ApiError
from local.platform import Options, Platform
from tests.e2e.conftest import ended
from tests.lanes import TASKS_ONLY

SITE = "https://site.example"
PER_MINUTE = 30


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    given = {**TASKS_ONLY, "AllowedOrigins": SITE, "RequestsPerMinutePerKey": str(PER_MINUTE)}
    with Platform(Options(tmp_path_factory.mktemp("platform"), port=0, parameters=given)) as running:
        yield running


@pytest.fixture(scope="module")
def api(platform: Platform) -> Api:
    return Api(platform.api, platform.token)


class Answer(NamedTuple):
    status: int
    headers: Any
    body: Any

    @property
    def code(self) -> str:
        return str(self.body["code"])


def ask(api: Api, method: str, path: str, body: Any = None, **headers: str) -> Answer:
    data = None if body is None else json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    token = {"Authorization": f"Bearer {api.token}"} if api.token else {}
    request = urllib.request.Request(api.address + path, data, {**token, **named}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=60) as done:
            return Answer(done.status, done.headers, json.loads(done.read() or b"null"))
    except urllib.error.HTTPError as refused:
        return Answer(refused.code, refused.headers, json.loads(refused.read() or b"null"))


def key(api: Api, *scopes: str) -> Api:
    return replace(api, token=api.call("POST", "/keys", {"name": "a test", "scopes": list(scopes)})["secret"])


def test_a_program_uploads_and_watches_with_a_key(api: Api, source: Path) -> None:
    program = key(api, "upload", "read")

    video = ended(api, program.upload(source, lambda _: None))  # waiting is not counted

    assert video["status"] == "ready", video["error"]
    assert program.video(video["id"])["id"] == video["id"]
    opened = program.call("GET", f"/videos/{video['id']}/playback")["signed"]
    with urllib.request.urlopen(opened["poster"], timeout=30) as poster:
        assert poster.read(2) == b"\xff\xd8"
    for method, path in (("DELETE", f"/videos/{video['id']}"), ("POST", "/keys"), ("GET", "/keys")):
        assert ask(program, method, path, {"name": "x", "scopes": ["read"]} if method == "POST" else None).status == 403
    assert ask(key(api, "manage"), "DELETE", f"/videos/{video['id']}").status in (200, 202)


def test_a_refusal_says_what_is_wrong_with_the_token(api: Api) -> None:
    old = expired(api.token)
    revoked = api.call("POST", "/keys", {"name": "gone", "scopes": ["read"]})
    api.call("DELETE", f"/keys/{revoked['key']['id']}")

    found = {
        name: ask(replace(api, token=token), "GET", "/videos")
        for name, token in {"none": "", "nonsense": "x", "old": old, "revoked": revoked["secret"]}.items()
    }

    assert {name: (each.status, each.code) for name, each in found.items()} == {
        "none": (401, "unauthorized"),
        "nonsense": (401, "token_invalid"),
        "old": (401, "token_invalid"),  # changed, so that nobody signed it: what it says of itself counts for nothing
        "revoked": (401, "token_invalid"),
    }
    assert "revoked" in found["revoked"].body["message"]
    assert all(each.body["requestId"] for each in found.values())


def test_an_expired_key_is_told_from_an_invalid_one(api: Api, platform: Platform) -> None:
    made = api.call("POST", "/keys", {"name": "short", "scopes": ["read"], "expiresInDays": 1})
    table = next(name for name in platform.clients.dynamodb.list_tables()["TableNames"])
    place = {"pk": {"S": f"APIKEY#{made['key']['id']}"}, "sk": {"S": "APIKEY"}}
    platform.clients.dynamodb.update_item(
        TableName=table, Key=place, UpdateExpression="SET validUntil = :past",
        ExpressionAttributeValues={":past": {"S": "2026-01-01T00:00:00.000Z"}},
    )  # fmt: skip

    answer = ask(replace(api, token=made["secret"]), "GET", "/videos")

    assert (answer.status, answer.code) == (401, "token_expired")


def expired(token: str) -> str:
    """The token as it would be tomorrow, unsigned as nobody can sign it here."""
    head, payload, signature = token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))) | {"exp": int(time.time()) - 1}
    said = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"{head}.{said}.{signature}"


def test_a_key_is_slowed_down_before_others_are(api: Api) -> None:
    program, until = key(api, "read"), time.time() + 60
    answers: list[Answer] = []
    while time.time() < until and not (answers and answers[-1].status == 429):
        answers.append(ask(program, "GET", "/videos"))

    assert answers[-1].code == "rate_limited"
    assert answers[-1].headers["RateLimit-Policy"] == f'"key";q={PER_MINUTE};w=60'
    assert answers[-1].headers["RateLimit"].startswith('"key";r=0;t=')
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60
    assert ask(api, "GET", "/videos").status == 200
    assert ask(key(api, "read"), "GET", "/videos").status == 200


def test_a_stranger_s_browser_sends_a_file_with_an_upload_token(api: Api, source: Path) -> None:
    made = api.call("POST", "/videos", {"filename": "clip.mp4", "size": source.stat().st_size})
    video_id = made["video"]["id"]
    visitor = replace(api, token=api.call("POST", f"/videos/{video_id}/upload/token")["token"])

    way = ask(visitor, "GET", f"/videos/{video_id}/upload", Origin=SITE)
    assert (way.status, way.headers["Access-Control-Allow-Origin"]) == (200, SITE)
    upload = way.body["upload"]
    sent = urllib.request.Request(
        upload["url"], source.read_bytes(), {**upload["headers"], "Origin": SITE}, method="PUT"
    )
    with urllib.request.urlopen(sent, timeout=60) as done:
        assert (done.status, done.headers["Access-Control-Allow-Origin"]) == (200, SITE)
    for method, path in (
        ("GET", f"/videos/{video_id}"),
        ("GET", "/videos"),
        ("POST", f"/videos/{video_id}/upload/token"),
    ):
        assert ask(visitor, method, path, {} if method == "POST" else None).code == "forbidden"

    assert ended(api, video_id)["status"] == "ready"
    with pytest.raises(ApiError, match="wrong_status"):
        visitor.call("GET", f"/videos/{video_id}/upload")


def test_a_browser_may_ask_before_it_uploads_from_an_allowed_site(api: Api) -> None:
    def preflight(path: str, origin: str) -> Any:
        wanted = {"Access_Control_Request_Method": "POST", "Access_Control_Request_Headers": "authorization"}
        return ask(replace(api, token=""), "OPTIONS", path, Origin=origin, **wanted).headers

    allowed = preflight("/videos/1/upload/complete", SITE)

    assert allowed["Access-Control-Allow-Origin"] == SITE
    assert "POST" in allowed["Access-Control-Allow-Methods"]
    assert "authorization" in allowed["Access-Control-Allow-Headers"]
    assert preflight("/videos/1/upload/complete", "https://other.example")["Access-Control-Allow-Origin"] is None
    assert preflight("/keys", SITE)["Access-Control-Allow-Origin"] is None
