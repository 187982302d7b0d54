"""A stand-in for Cognito's hosted login, which the emulator does not have: the same endpoints and the same protocol.

`authorize` shows a form and answers with a code, `token` turns a code into the pool's own tokens for who knows its
PKCE verifier (RFC 7636) and the client's secret, `revoke` ends a session, `logout` leads back. Loopback only; nothing
here is deployed.
"""

import base64
import hashlib
import html
import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode, urlsplit

from botocore.exceptions import ClientError

from local.users import Tokens, UserPool

CODE_SECONDS = 300
Sent = tuple[int, bytes, dict[str, str]]
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
"""Of every answer: Cognito's own pages cannot be framed or cached either."""

STYLE = """
:root { color-scheme: light dark; --ground: #f4f6f5; --surface: #fff; --ink: #12201c; --soft: #4c5b56; --line: #7d8a86;
  --accent: #0b6b5c; --on: #fff; --bad: #a9281f }
@media (prefers-color-scheme: dark) { :root { --ground: #0d1211; --surface: #151c1a; --ink: #e7eeeb; --soft: #a3b2ad;
  --line: #71807b; --accent: #5ed0b4; --on: #06241e; --bad: #ff9b8f } }
* { box-sizing: border-box }
body { margin: 0; min-height: 100dvh; display: grid; place-content: center; padding: 1rem; background: var(--ground);
  color: var(--ink); font: 1rem/1.5 system-ui, sans-serif }
main { width: min(22rem, calc(100vw - 2rem)); padding: 2rem; border-radius: .875rem; background: var(--surface) }
h1 { margin: 0; font-size: 1.5rem } p { margin: .25rem 0 1.25rem; color: var(--soft); font-size: .875rem }
label { display: block; margin-bottom: 1rem; font-size: .875rem } .error { color: var(--bad) }
input, button { width: 100%; min-height: 2.75rem; padding: 0 .75rem; border-radius: .5rem; font: inherit }
input { display: block; margin-top: .25rem; border: 1px solid var(--line); background: var(--ground); color: inherit }
button { border: 0; background: var(--accent); color: var(--on); font-weight: 600; cursor: pointer }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px }
"""
FORM = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Sign in</title><link rel="stylesheet" href="{prefix}style.css"><link rel="icon" href="/favicon.svg">
<main><h1>Sign in</h1><p>Stands in for Cognito on this machine.</p>{error}
<form method="post"><label>User<input name="username" autocomplete="username" required autofocus></label>
<label>Password<input name="password" type="password" autocomplete="current-password" required></label>
<button>Sign in</button></form></main></html>"""


@dataclass(frozen=True, slots=True)
class Granted:
    """What a code stands for, until it is used or too old (`until`, by the monotonic clock)."""

    tokens: Tokens
    challenge: str
    redirect_uri: str
    until: float


@dataclass(frozen=True, slots=True)
class Login:
    """The login page of a pool, for a client of it that has a secret."""

    pool: UserPool
    client_id: str
    secret: str
    prefix: str = "/local-login/"
    codes: dict[str, Granted] = field(default_factory=dict)

    def answer(self, method: str, path: str, query: str, host: str, body: bytes, authorization: str = "") -> Sent:
        """Status, body and headers for a request below the prefix."""
        asked, told = dict(parse_qsl(query)), dict(parse_qsl(body.decode(errors="replace")))
        status, content, headers = self._answer(method, path, asked, told, host, authorization)
        return status, content, {**HEADERS, **headers}

    def _answer(
        self, method: str, path: str, asked: Mapping[str, str], told: Mapping[str, str], host: str, authorization: str
    ) -> Sent:
        match method, path.removeprefix(self.prefix):
            case ("GET" | "POST") as verb, "oauth2/authorize":
                return self._authorize(asked, host, told if verb == "POST" else None)
            case "POST", "oauth2/token" | "oauth2/revoke" if not self._is_client(authorization):
                return _refused(400, "invalid_client")
            case "POST", "oauth2/token":
                return self._token(told)
            case "POST", "oauth2/revoke":
                self.pool.revoke(told.get("token", ""))
                return 200, b"", {}
            case "GET", "logout":
                return _logout(asked, host)
            case "GET", "style.css":
                return 200, STYLE.encode(), {"Content-Type": "text/css"}
        return _refused(404, "not_found")

    def _authorize(self, asked: Mapping[str, str], host: str, told: Mapping[str, str] | None) -> Sent:
        problem = self._problem(asked, host)
        if problem:
            return _refused(400, problem)
        if told is None:
            return self._form()
        try:
            tokens = self.pool.sign_in(told.get("username", ""), told.get("password", ""))
        except ClientError:
            return self._form("The user name or password is wrong.")
        code = secrets.token_urlsafe(24)
        until = time.monotonic() + CODE_SECONDS
        self.codes[code] = Granted(tokens, asked["code_challenge"], asked["redirect_uri"], until)
        return _redirect(f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked.get('state', '')})}")

    def _problem(self, asked: Mapping[str, str], host: str) -> str | None:
        if asked.get("client_id") != self.client_id:
            return "invalid_client"
        if not _is_ours(asked.get("redirect_uri", ""), host, "/signed-in"):
            return "redirect_mismatch"
        if asked.get("response_type") != "code":
            return "unsupported_response_type"
        is_proved = asked.get("code_challenge_method") == "S256" and asked.get("code_challenge")
        return None if is_proved else "invalid_request"

    def _is_client(self, authorization: str) -> bool:
        """Whether who asks knows the client's secret (RFC 6749, 2.3.1)."""
        known = base64.b64encode(f"{self.client_id}:{self.secret}".encode()).decode()
        return bool(self.secret) and secrets.compare_digest(authorization.encode(), f"Basic {known}".encode())

    def _form(self, error: str = "") -> Sent:
        shown = f'<p class="error" role="alert">{html.escape(error)}</p>' if error else ""
        return 200, FORM.format(prefix=self.prefix, error=shown).encode(), {"Content-Type": "text/html; charset=utf-8"}

    def _token(self, told: Mapping[str, str]) -> Sent:
        if told.get("grant_type") == "refresh_token":
            try:
                return _tokens(self.pool.refresh(told.get("refresh_token", "")))
            except ClientError:
                return _refused(400, "invalid_grant")
        granted = self.codes.pop(told.get("code", ""), None)
        if not granted or not _is_proved(granted, told):
            return _refused(400, "invalid_grant")
        return _tokens(granted.tokens)


def _is_proved(granted: Granted, told: Mapping[str, str]) -> bool:
    digest = hashlib.sha256(told.get("code_verifier", "").encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    is_fresh = time.monotonic() < granted.until and told.get("redirect_uri") == granted.redirect_uri
    return is_fresh and secrets.compare_digest(challenge, granted.challenge)


def _is_ours(address: str, host: str, path: str) -> bool:
    """Whether an address is that path on the very host that was asked."""
    parts = urlsplit(address)
    return (parts.scheme, parts.netloc, parts.path) == ("http", host, path) and not parts.query


def _logout(asked: Mapping[str, str], host: str) -> Sent:
    target = asked.get("logout_uri", "")
    return _redirect(target) if _is_ours(target, host, "/") else _refused(400, "redirect_mismatch")


def _redirect(target: str) -> Sent:
    return 302, b"", {"Location": target}


def _tokens(tokens: Tokens) -> Sent:
    return 200, json.dumps(tokens).encode(), {"Content-Type": "application/json"}


def _refused(status: int, error: str) -> Sent:
    return status, json.dumps({"error": error}).encode(), {"Content-Type": "application/json"}
