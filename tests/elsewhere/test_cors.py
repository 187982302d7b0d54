"""What the distribution says to other origins, header by header, as caches and browsers read it."""

import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import NamedTuple

import pytest

from tests.elsewhere.conftest import Running
from tests.elsewhere.sites import Site

pytestmark = pytest.mark.slow


class Answer(NamedTuple):
    status: int
    headers: Mapping[str, str]

    @property
    def allowed(self) -> str | None:
        return self.headers.get("Access-Control-Allow-Origin")


def ask(address: str, method: str = "GET", **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        with urllib.request.urlopen(urllib.request.Request(address, method=method, headers=named), timeout=30) as done:
            return Answer(done.status, done.headers)
    except urllib.error.HTTPError as refused:
        return Answer(refused.code, refused.headers)


def played(running: Running) -> list[str]:
    """An address of each kind: manifests, a picture, the storyboard, and what the API says of them."""
    signed = running.api.call("GET", f"/videos/{running.video}/playback")["signed"]
    return [*signed.values()]


def test_what_plays_names_an_allowed_site_and_says_that_it_depends_on_who_asks(private: Running, site: Site) -> None:
    for address in played(private):
        answer = ask(address, Origin=site.origin)

        assert (answer.status, answer.allowed) == (200, site.origin), address
        assert "Origin" in answer.headers["Vary"]
        assert answer.headers.get("Access-Control-Allow-Credentials") is None


def test_what_plays_names_no_other_site_and_nobody_who_is_none(private: Running, stranger: Site) -> None:
    for address in played(private):
        for headers in ({"Origin": stranger.origin}, {"Origin": "null"}, {}):
            answer = ask(address, **headers)

            assert (answer.status, answer.allowed) == (200, None), address
            assert "Origin" in answer.headers["Vary"]


def test_where_all_sites_are_allowed_the_answer_is_good_for_all(public: Running, stranger: Site) -> None:
    for address in played(public):
        assert ask(address, Origin=stranger.origin).allowed == "*"


@pytest.mark.parametrize("kind", ["api", "file"])
def test_a_preflight_is_answered_for_allowed_sites_only(
    private: Running, site: Site, stranger: Site, kind: str
) -> None:
    signed = private.api.call("GET", f"/videos/{private.video}/playback")["signed"]
    address = f"{private.platform.api}/videos/{private.video}/playback" if kind == "api" else signed["poster"]

    def preflight(origin: str) -> Answer:
        return ask(address, "OPTIONS", Origin=origin, Access_Control_Request_Method="GET", Access_Control_Request_Headers="range")  # fmt: skip

    assert preflight(site.origin).status in (200, 204)
    assert preflight(site.origin).allowed == site.origin
    assert "range" in preflight(site.origin).headers["Access-Control-Allow-Headers"]
    assert preflight(stranger.origin).allowed is None


def test_a_preflight_of_a_private_file_needs_its_signature_too(private: Running, site: Site) -> None:
    address = played(private)[2].partition("?")[0]

    refused = ask(address, "OPTIONS", Origin=site.origin, Access_Control_Request_Method="GET")

    assert refused.status == 403


@pytest.mark.parametrize("path", ["/videos", "/videos/{video}", "/videos/{video}/shares"])
def test_the_rest_of_the_api_answers_no_other_site(private: Running, site: Site, path: str) -> None:
    token = {"Authorization": f"Bearer {private.platform.token}", "Origin": site.origin}
    address = private.platform.api + path.format(video=private.video)

    assert (ask(address, **token).status, ask(address, **token).allowed) == (200, None)
    assert ask(address, "OPTIONS", Origin=site.origin, Access_Control_Request_Method="DELETE").status >= 400
