"""A session of the page: it lasts over reloads and tabs, no script can read what makes it last, and it really ends."""

import json
import urllib.error
import urllib.request
from typing import Any

import pytest

from local.platform import Platform
from tests.web.visitor import Visitor

pytestmark = pytest.mark.slow
READABLE = """() => JSON.stringify([
  Object.entries(localStorage), Object.entries(sessionStorage), document.cookie, location.href, history.state,
])"""


def refresh_token(visitor: Visitor) -> str:
    (cookie,) = visitor.page.context.cookies(f"{visitor.url}/api/session")
    return cookie["value"]


def asked(url: str, method: str, body: Any = None, **headers: str) -> tuple[int, Any]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    content = None if body is None else json.dumps(body).encode()
    try:
        request = urllib.request.Request(url, content, {"Content-Type": "application/json", **named}, method=method)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, json.loads(answer.read() or b"null")
    except urllib.error.HTTPError as refused:
        return refused.code, json.loads(refused.read())


def test_after_sign_in_no_script_can_read_a_token_and_a_reload_keeps_the_session(stranger: Visitor) -> None:
    stranger.sign_in()

    (cookie,) = stranger.page.context.cookies(f"{stranger.url}/api/session")
    readable = stranger.page.evaluate(READABLE)
    assert len(cookie["value"]) > 100
    assert cookie["value"] not in readable
    assert "eyJ" not in readable  # how every JSON web token begins
    assert json.loads(readable)[1:4] == [[], "", f"{stranger.url}/"]
    assert (cookie["httpOnly"], cookie["sameSite"], cookie["path"]) == (True, "Strict", "/api/session")
    stranger.page.reload()
    stranger.see("heading", "Library")
    stranger.page.get_by_text("local@example.com").wait_for()


def test_the_cookie_goes_to_the_session_and_to_nothing_else(stranger: Visitor, platform: Platform) -> None:
    stranger.sign_in()

    for path in ("/", "/api/videos", "/videos/x", "/api/sessions"):
        assert stranger.page.context.cookies(platform.url + path) == []


def test_another_tab_is_signed_in_and_signed_out_with_the_first(stranger: Visitor) -> None:
    stranger.sign_in()
    other = Visitor(stranger.page.context.new_page(), stranger.url)
    other.go("/upload")
    other.see("heading", "Upload")

    stranger.press("Sign out")

    other.see("heading", "Upload once. Plays everywhere.")
    assert other.complaints == []


def test_after_sign_out_the_refresh_token_is_worthless_wherever_it_was_copied(
    stranger: Visitor, platform: Platform
) -> None:
    stranger.sign_in()
    copied, renew = f"vod-session={refresh_token(stranger)}", f"{platform.api}/session/token"
    assert asked(renew, "POST", Cookie=copied)[0] == 200

    stranger.press("Sign out")
    stranger.see("heading", "Upload once. Plays everywhere.")

    status, said = asked(renew, "POST", Cookie=copied)
    assert (status, said["code"]) == (401, "unauthorized")


def test_signing_in_again_ends_the_session_before(stranger: Visitor, platform: Platform) -> None:
    stranger.sign_in()
    copied, renew = f"vod-session={refresh_token(stranger)}", f"{platform.api}/session/token"
    stranger.page.evaluate("localStorage.clear()")

    stranger.sign_in()

    assert asked(renew, "POST", Cookie=copied)[0] == 401
    assert asked(renew, "POST", Cookie=f"vod-session={refresh_token(stranger)}")[0] == 200


def test_another_site_can_neither_sign_in_nor_renew_nor_sign_out(stranger: Visitor, platform: Platform) -> None:
    stranger.sign_in()
    cookie, body = f"vod-session={refresh_token(stranger)}", {"code": "c", "verifier": "v" * 43}

    for method, path, sent in (("POST", "", body), ("POST", "/token", None), ("DELETE", "", None)):
        status, said = asked(
            f"{platform.api}/session{path}", method, sent, Cookie=cookie, Origin="https://elsewhere.example"
        )
        assert (status, said["code"]) == (403, "forbidden")
    assert asked(f"{platform.api}/session/token", "POST", Cookie=cookie, Origin=platform.url)[0] == 200


def test_a_code_that_a_script_steals_from_the_page_gives_it_no_tokens(stranger: Visitor) -> None:
    stranger.go("/")
    stranger.page.route("**/api/session", lambda route: route.abort())
    stranger.press("Sign in")
    with stranger.page.expect_request("**/signed-in?*") as arrived:
        stranger.fill_in("Local-demo-1")
    stranger.page.get_by_text("Sign-in failed").wait_for()
    stranger.forgive("ERR_FAILED")

    code = arrived.value.url.split("code=")[1].split("&")[0]
    said = stranger.page.evaluate(
        """async (code) => (await fetch("/local-login/oauth2/token", {
          method: "POST",
          body: new URLSearchParams({ grant_type: "authorization_code", code, code_verifier: "v" }),
        })).json()""",
        code,
    )
    assert said == {"error": "invalid_client"}


def test_a_sign_out_that_the_platform_did_not_hear_of_says_so(stranger: Visitor) -> None:
    stranger.sign_in()
    stranger.page.route("**/api/session", lambda route: route.abort())

    stranger.press("Sign out")

    assert "cannot be reached" in stranger.page.get_by_role("alert").inner_text()
    stranger.page.unroute("**/api/session")
    stranger.press("Sign out")
    stranger.see("heading", "Upload once. Plays everywhere.")
    stranger.forgive("ERR_FAILED")


def test_tokens_that_an_earlier_release_kept_are_removed(stranger: Visitor) -> None:
    stranger.go("/favicon.svg")
    stranger.page.evaluate("localStorage.setItem('vod.session', '{}')")

    stranger.go("/")

    stranger.see("button", "Sign in")
    assert stranger.page.evaluate("localStorage.length") == 0
