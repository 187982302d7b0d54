from dataclasses import dataclass, field

import pytest

from vod.errors import Forbidden, Unauthorized, Unavailable
from vod.ports.sign_in import Tokens
from vod.steps.session import Sessions

PAGE = "https://video.example"
FOREIGN = ("https://elsewhere.example", "null", "http://video.example", "https://video.example.evil")


@dataclass
class FakeSignIn:
    """Knows one code, which begins the session `refresh`."""

    asked: list[str] = field(default_factory=list)
    revoked: set[str] = field(default_factory=set)

    def exchange(self, code: str, verifier: str, redirect_uri: str) -> Tokens:
        self.asked.append(redirect_uri)
        return Tokens(f"id of {code} {verifier}", "refresh")

    def refresh(self, refresh_token: str) -> Tokens:
        if refresh_token in self.revoked:
            raise Unauthorized("over")
        return Tokens(f"id of {refresh_token}")

    def revoke(self, refresh_token: str) -> None:
        self.revoked.add(refresh_token)


@pytest.fixture
def sign_in() -> FakeSignIn:
    return FakeSignIn()


@pytest.fixture
def sessions(sign_in: FakeSignIn) -> Sessions:
    return Sessions(sign_in, lambda: PAGE)


def test_a_code_is_exchanged_for_the_page_s_own_address(sessions: Sessions, sign_in: FakeSignIn) -> None:
    assert sessions.open("code", "proof", PAGE, "") == Tokens("id of code proof", "refresh")
    assert sign_in.asked == [f"{PAGE}/signed-in"]


def test_a_session_gives_id_tokens_until_it_is_closed(sessions: Sessions) -> None:
    assert sessions.renew("refresh", PAGE) == "id of refresh"

    sessions.close("refresh", PAGE)

    with pytest.raises(Unauthorized):
        sessions.renew("refresh", PAGE)


def test_a_sign_in_ends_the_session_that_it_replaces(sessions: Sessions, sign_in: FakeSignIn) -> None:
    sessions.open("code", "proof", PAGE, "earlier")

    assert sign_in.revoked == {"earlier"}


def test_a_sign_in_that_is_refused_ends_no_session() -> None:
    class Refusing(FakeSignIn):
        def exchange(self, code: str, verifier: str, redirect_uri: str) -> Tokens:
            raise Unauthorized("used")

    refusing = Refusing()
    with pytest.raises(Unauthorized):
        Sessions(refusing, lambda: PAGE).open("code", "proof", PAGE, "earlier")

    assert refusing.revoked == set()


def test_a_sign_in_succeeds_when_the_earlier_session_cannot_be_ended() -> None:
    class Deaf(FakeSignIn):
        def revoke(self, refresh_token: str) -> None:
            raise Unavailable("sign_in_unavailable", "")

    assert Sessions(Deaf(), lambda: PAGE).open("code", "proof", PAGE, "earlier").refresh_token == "refresh"


def test_without_a_session_nothing_is_renewed_and_signing_out_is_fine(sessions: Sessions, sign_in: FakeSignIn) -> None:
    with pytest.raises(Unauthorized, match="Sign in again"):
        sessions.renew("", PAGE)
    sessions.close("", PAGE)
    assert sign_in.revoked == set()


@pytest.mark.parametrize("origin", FOREIGN)
def test_no_other_site_starts_renews_or_ends_a_session(sessions: Sessions, sign_in: FakeSignIn, origin: str) -> None:
    for attempt in (
        lambda: sessions.open("code", "proof", origin, "earlier"),
        lambda: sessions.renew("refresh", origin),
        lambda: sessions.close("refresh", origin),
    ):
        with pytest.raises(Forbidden):
            attempt()
    assert (sign_in.asked, sign_in.revoked) == ([], set())


def test_browsers_write_a_host_in_lower_case(sign_in: FakeSignIn) -> None:
    assert Sessions(sign_in, lambda: "https://Video.Example").renew("refresh", PAGE) == "id of refresh"
