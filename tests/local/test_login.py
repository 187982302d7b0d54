"""The stand-in for the hosted login keeps to the protocol: a code, once, for who proves to have asked for it."""

import base64
import hashlib
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from botocore.exceptions import ClientError

from local.login import Login

HOST = "localhost:8080"
VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
REDIRECT = f"http://{HOST}/signed-in"
ASKED = {
    "response_type": "code",
    "client_id": "app",
    "redirect_uri": REDIRECT,
    "state": "s&1",
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
}


@dataclass
class Pool:
    """A pool with one user and one refresh token."""

    revoked: list[str] = field(default_factory=list)

    def revoke(self, token: str) -> None:
        self.revoked.append(token)

    def sign_in(self, name: str, password: str) -> dict[str, str]:
        return self._tokens((name, password) == ("ann", "right"))

    def refresh(self, token: str) -> dict[str, str]:
        return self._tokens(token == "refresh" and token not in self.revoked)

    def _tokens(self, known: bool) -> dict[str, str]:
        if not known:
            raise ClientError({"Error": {"Code": "NotAuthorizedException"}}, "AdminInitiateAuth")
        return {"id_token": "id", "refresh_token": "refresh"}


@pytest.fixture
def login() -> Login:
    return Login(Pool(), "app", "hidden")  # type: ignore[arg-type]


def ask(
    login: Login,
    method: str,
    path: str,
    asked: dict[str, str],
    told: dict[str, str] | None = None,
    client: str = "app:hidden",
) -> Any:
    basic = f"Basic {base64.b64encode(client.encode()).decode()}" if client else ""
    return login.answer(method, "/local-login/" + path, urlencode(asked), HOST, urlencode(told or {}).encode(), basic)


def code(login: Login) -> str:
    _, _, headers = ask(login, "POST", "oauth2/authorize", ASKED, {"username": "ann", "password": "right"})
    return parse_qs(urlsplit(headers["Location"]).query)["code"][0]


def exchange(login: Login, client: str = "app:hidden", **changed: str) -> tuple[int, Any]:
    told = {"grant_type": "authorization_code", "redirect_uri": REDIRECT, "code_verifier": VERIFIER}
    status, body, _ = ask(login, "POST", "oauth2/token", {}, told | changed, client)
    return status, json.loads(body)


def test_the_right_password_leads_back_with_a_code_and_the_state(login: Login) -> None:
    status, _, headers = ask(login, "POST", "oauth2/authorize", ASKED, {"username": "ann", "password": "right"})

    assert status == 302
    assert headers["Location"].startswith(REDIRECT + "?code=")
    assert parse_qs(urlsplit(headers["Location"]).query)["state"] == ["s&1"]


def test_a_wrong_password_shows_the_form_again(login: Login) -> None:
    status, body, headers = ask(login, "POST", "oauth2/authorize", ASKED, {"username": "ann", "password": "wrong"})

    assert (status, "Location" in headers) == (200, False)
    assert b"is wrong" in body


def test_a_code_becomes_tokens_once(login: Login) -> None:
    given = code(login)

    assert exchange(login, code=given) == (200, {"id_token": "id", "refresh_token": "refresh"})
    assert exchange(login, code=given) == (400, {"error": "invalid_grant"})


@pytest.mark.parametrize(
    "changed", [{"code_verifier": "w" * 43}, {"redirect_uri": "http://elsewhere/signed-in"}, {"client": "other:hidden"}]
)
def test_a_code_is_worthless_to_anybody_else(login: Login, changed: dict[str, str]) -> None:
    assert exchange(login, code=code(login), **changed)[0] == 400


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"redirect_uri": "http://elsewhere/signed-in"}, "redirect_mismatch"),
        ({"redirect_uri": f"http://{HOST}/other"}, "redirect_mismatch"),
        ({"client_id": "other"}, "invalid_client"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
    ],
)
def test_what_no_client_of_ours_would_ask_is_refused(login: Login, changed: dict[str, str], error: str) -> None:
    status, body, _ = ask(login, "GET", "oauth2/authorize", ASKED | changed)

    assert (status, json.loads(body)) == (400, {"error": error})


@pytest.mark.parametrize("client", ["", "app:", "app:guessed"])
def test_without_the_client_s_secret_neither_a_code_nor_a_refresh_token_is_good(login: Login, client: str) -> None:
    assert exchange(login, client, code=code(login)) == (400, {"error": "invalid_client"})
    assert exchange(login, client, grant_type="refresh_token", refresh_token="refresh")[0] == 400
    assert ask(login, "POST", "oauth2/revoke", {}, {"token": "refresh"}, client)[0] == 400


def test_a_revoked_refresh_token_brings_nothing(login: Login) -> None:
    assert ask(login, "POST", "oauth2/revoke", {}, {"token": "refresh"})[0] == 200

    assert exchange(login, grant_type="refresh_token", refresh_token="refresh") == (400, {"error": "invalid_grant"})


def test_no_answer_of_the_login_is_cached_framed_or_named_to_others(login: Login) -> None:
    answers = [
        ask(login, "GET", "oauth2/authorize", ASKED),
        ask(login, "POST", "oauth2/token", {}),
        ask(login, "GET", "x", {}),
    ]

    for _, _, headers in answers:
        assert headers["Cache-Control"] == "no-store"
        assert headers["Content-Security-Policy"] == "frame-ancestors 'none'"
        assert headers["Referrer-Policy"] == "no-referrer"


def test_a_refresh_token_brings_new_tokens(login: Login) -> None:
    told = {"grant_type": "refresh_token"}

    assert exchange(login, **told, refresh_token="refresh")[0] == 200
    assert exchange(login, **told, refresh_token="forged")[0] == 400


def test_signing_out_leads_home_and_nowhere_else(login: Login) -> None:
    assert ask(login, "GET", "logout", {"logout_uri": f"http://{HOST}/"})[0] == 302
    assert ask(login, "GET", "logout", {"logout_uri": "http://elsewhere/"})[0] == 400
