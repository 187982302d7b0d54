"""The OAuth endpoints are asked as their documentation says, and what they refuse is told without a token."""

import base64
import json
import logging
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

import pytest

from vod.aws.hosted_login import HostedLogin, PageClient, page_client
from vod.errors import Unauthorized, Unavailable
from vod.ports.sign_in import Tokens


class Endpoint(BaseHTTPRequestHandler):
    """Answers what the test laid down, and notes what it was asked."""

    def do_POST(self) -> None:
        server: Any = self.server
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        server.asked.append((self.path, self.headers["Authorization"], dict(parse_qsl(body))))
        self.send_response(server.status)
        self.end_headers()
        self.wfile.write(server.answer)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def endpoint() -> Iterator[Any]:
    server: Any = ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
    server.asked, server.status, server.answer = [], 200, b""
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def login(endpoint: Any) -> HostedLogin:
    return HostedLogin(f"http://127.0.0.1:{endpoint.server_port}", lambda: PageClient("app", "hidden"))


BASIC = "Basic " + base64.b64encode(b"app:hidden").decode()


def test_a_code_is_exchanged_as_the_client_that_has_a_secret(login: HostedLogin, endpoint: Any) -> None:
    endpoint.answer = json.dumps({"id_token": "i", "access_token": "a", "refresh_token": "r"}).encode()

    assert login.exchange("c&1", "v", "https://page/signed-in") == Tokens("i", "r")
    fields = {"grant_type": "authorization_code", "code": "c&1", "code_verifier": "v", "redirect_uri": "https://page/signed-in"}  # fmt: skip
    assert endpoint.asked == [("/oauth2/token", BASIC, fields)]


def test_a_session_is_renewed_and_revoked(login: HostedLogin, endpoint: Any) -> None:
    endpoint.answer = json.dumps({"id_token": "i"}).encode()

    assert login.refresh("r") == Tokens("i")
    login.revoke("r")
    assert endpoint.asked == [
        ("/oauth2/token", BASIC, {"grant_type": "refresh_token", "refresh_token": "r"}),
        ("/oauth2/revoke", BASIC, {"token": "r"}),
    ]


def test_a_refused_session_is_over(login: HostedLogin, endpoint: Any) -> None:
    endpoint.status, endpoint.answer = 400, b'{"error": "invalid_grant"}'

    with pytest.raises(Unauthorized, match="Sign in again"):
        login.refresh("secret-token")


@pytest.mark.parametrize("error", ["invalid_grant", "invalid_request", "unsupported_token_type"])
def test_a_session_that_is_over_already_can_be_ended(login: HostedLogin, endpoint: Any, error: str) -> None:
    endpoint.status, endpoint.answer = 400, json.dumps({"error": error}).encode()

    login.revoke("r")

    assert len(endpoint.asked) == 1


@pytest.mark.parametrize(
    ("status", "answer"), [(500, b"<html>"), (400, b'{"error": "invalid_client"}'), (302, b""), (429, b"[]")]
)
def test_any_other_answer_is_tried_again_later_and_no_log_holds_a_token(
    login: HostedLogin, endpoint: Any, status: int, answer: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    endpoint.status, endpoint.answer = status, answer

    with caplog.at_level(logging.DEBUG), pytest.raises(Unavailable):
        login.refresh("secret-token")
    assert "secret-token" not in caplog.text


def test_nobody_there_is_tried_again_later(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(Unavailable, match="Try again"):
        HostedLogin("http://127.0.0.1:9", lambda: PageClient("app", "hidden")).revoke("secret-token")
    assert "secret-token" not in caplog.text


def test_the_client_is_the_one_whose_id_stands_in_the_parameter() -> None:
    class Ssm:
        def get_parameter(self, Name: str) -> Any:
            return {"Parameter": {"Value": f"client of {Name}"}}

    class Cognito:
        def describe_user_pool_client(self, UserPoolId: str, ClientId: str) -> Any:
            return {"UserPoolClient": {"ClientId": ClientId, "ClientSecret": f"secret in {UserPoolId}"}}

    assert page_client(Ssm(), Cognito(), "/stack/page-client", "pool") == (
        "client of /stack/page-client",
        "secret in pool",
    )
