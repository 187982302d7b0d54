"""The pages of docs/playback.md, each opened from another origin: what they play, and what no other site may fetch."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from local.platform import REPOSITORY
from tests.elsewhere.conftest import Running
from tests.elsewhere.guest import Guest
from tests.elsewhere.sites import Site
from tests.playback.browser import players

pytestmark = pytest.mark.slow
TEXT = (REPOSITORY / "docs" / "playback.md").read_text()
PAGES = dict(re.findall(r"^### (.+?)\n.*?```html\n(.+?)```", TEXT, re.MULTILINE | re.DOTALL))
ASKED = re.compile(r'"https://videos\.example\.com/api/[^"]+"')
FETCH = "(address) => fetch(address).then((answer) => answer.status, (error) => error.name)"


@pytest.fixture(scope="module")
def npm(site: Site, stranger: Site) -> Path:
    folder = players()
    site.folders["players"] = stranger.folders["players"] = folder
    return folder


@pytest.fixture(params=["private", "public"])
def platform(request: pytest.FixtureRequest) -> Running:
    running: Running = request.getfixturevalue(request.param)
    return running


def playback(running: Running, *sites: str) -> str:
    """Where a page asks for what it plays."""
    is_public = running.api.video(running.video)["playback"]["hls"].find("/manifest/") < 0
    path = f"public/{running.video}" if is_public else f"shares/{running.share(*sites)}"
    return f"{running.url}/api/{path}/playback"


def test_every_player_of_the_document_is_tested() -> None:
    assert list(PAGES) == ["hls.js", "dash.js", "Shaka Player", "video.js", "Native HLS"]
    assert all(len(ASKED.findall(page)) == 1 for page in PAGES.values())


@pytest.mark.parametrize("name", PAGES)
def test_the_player_plays_from_another_origin(
    usual: Guest, platform: Running, site: Site, npm: Path, name: str
) -> None:
    usual.platform = platform.url
    usual.go(site.page(ASKED.sub(json.dumps(playback(platform)), PAGES[name])))
    if name == "Native HLS" and not usual.ask("document.createElement('video').canPlayType('application/x-mpegURL')"):
        pytest.skip("NOT TESTED: this browser plays no HLS by itself")

    usual.until("video && video.readyState >= 2")
    usual.ask(
        "(async () => { const video = document.querySelector('video'); video.muted = true; await video.play() })()"
    )
    usual.until("video.videoHeight > 0 && video.currentTime > 1.5")

    assert usual.refusals() == []
    assert {each.status for each in usual.fetched("poster.jpg")} == {200}


def test_a_site_that_is_not_allowed_fetches_nothing(
    usual: Guest, private: Running, stranger: Site, site: Site, npm: Path
) -> None:
    address = playback(private)
    usual.go(site.page(""))
    signed = usual.ask("(address) => fetch(address).then((answer) => answer.json())", address)["signed"]
    assert [usual.ask(FETCH, each) for each in signed.values()] == [200] * 4

    usual.go(stranger.page(""))

    assert [usual.ask(FETCH, each) for each in (address, *signed.values())] == ["TypeError"] * 5


def test_a_link_for_other_sites_is_of_no_use_to_an_allowed_one(usual: Guest, private: Running, site: Site) -> None:
    usual.go(site.page(""))

    assert usual.ask(FETCH, playback(private, site.origin)) == 200
    assert usual.ask(FETCH, playback(private, "https://example.com")) == 403


@pytest.fixture
def asked(private: Running) -> Callable[..., object]:
    def ask(guest: Guest, path: str, method: str = "GET", **headers: str) -> object:
        address = path if path.startswith("http") else f"{private.url}/api{path}"
        request = json.dumps({"method": method, "headers": headers})
        return guest.ask(f"fetch('{address}', {request}).then((answer) => answer.status, (error) => error.name)")

    return ask


def test_a_preflight_lets_a_token_through_to_playback_and_to_nothing_else(
    usual: Guest, private: Running, site: Site, asked: Callable[..., object]
) -> None:
    token = f"Bearer {private.platform.token}"
    usual.go(site.page(""))

    assert asked(usual, f"/videos/{private.video}/playback", Authorization=token) == 200
    assert asked(usual, f"/videos/{private.video}", Authorization=token) == "TypeError"
    assert asked(usual, "/videos", Authorization=token) == "TypeError"
    assert asked(usual, f"/videos/{private.video}", "DELETE", Authorization=token) == "TypeError"
    assert private.api.video(private.video)["status"] == "ready"


def test_a_preflight_of_a_file_is_answered_by_the_bucket(
    usual: Guest, private: Running, site: Site, asked: Callable[..., object]
) -> None:
    usual.go(site.page(""))
    signed = usual.ask("(address) => fetch(address).then((answer) => answer.json())", playback(private))["signed"]

    # More than one range is not what a browser asks for without a preflight.
    assert asked(usual, signed["poster"], Range="bytes=0-1,4-5") in (200, 206)
