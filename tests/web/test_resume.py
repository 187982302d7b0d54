"""An upload that was interrupted goes on with the parts that are missing, and only with those."""

import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, Request, Response, Route

from local.api import Api
from tests.e2e.conftest import ended
from tests.web.visitor import Visitor

pytestmark = pytest.mark.slow
PART = 8 * 2**20
PARTS = 5
ARRIVING = {1, 3}
PART_URL = re.compile(r"[?&]partNumber=\d+")


@pytest.fixture
def large(source: Path, tmp_path: Path) -> Path:
    """A clip that takes five parts, most of it an MP4 box to be skipped."""
    content = source.read_bytes()
    filler = (PARTS - 1) * PART + 1000 - len(content)
    file = tmp_path / "large.mp4"
    file.write_bytes(content + filler.to_bytes(4) + b"free" + bytes(filler - 8))
    return file


def number(url: str) -> int:
    return int(parse_qs(urlsplit(url).query)["partNumber"][0])


def let_arrive(page: Page, wanted: set[int]) -> set[int]:
    """Hold every part but those back; the set fills with the ones that have arrived."""
    arrived: set[int] = set()

    def choose(route: Route) -> None:
        if number(route.request.url) in wanted:
            route.continue_()

    def note(response: Response) -> None:
        if PART_URL.search(response.url) and response.ok:
            arrived.add(number(response.url))

    page.route(PART_URL, choose)
    page.on("response", note)
    return arrived


def sent_parts(page: Page) -> list[int]:
    """Fills with the number of every part that is sent from now on."""
    sent: list[int] = []

    def note(request: Request) -> None:
        if request.method == "PUT" and PART_URL.search(request.url):
            sent.append(number(request.url))

    page.on("request", note)
    return sent


def test_after_a_reload_only_the_missing_parts_are_sent(visitor: Visitor, api: Api, large: Path) -> None:
    arrived = let_arrive(visitor.page, ARRIVING)
    visitor.go("/upload")
    visitor.page.set_input_files("#files", large)
    while arrived != ARRIVING:
        visitor.page.wait_for_timeout(50)

    shown = visitor.see("progressbar", "Upload of large.mp4").get_attribute("aria-valuenow")
    visitor.page.reload()
    visitor.page.unroute(PART_URL)
    sent = sent_parts(visitor.page)
    with visitor.page.expect_file_chooser() as chooser:
        visitor.press("Resume")
    chooser.value.set_files(large)

    visitor.page.get_by_text(re.compile("^Uploaded")).wait_for()
    assert 40 <= int(shown or 0) <= 60
    assert sorted(sent) == sorted(set(range(1, PARTS + 1)) - ARRIVING)
    newest = api.call("GET", "/videos?limit=1")["videos"][0]
    assert newest["title"] == "large"
    assert ended(api, newest["id"], 240)["status"] == "ready"


def test_an_upload_waits_for_a_lost_network_and_goes_on_by_itself(visitor: Visitor, api: Api, large: Path) -> None:
    arrived = let_arrive(visitor.page, ARRIVING)
    visitor.go("/upload")
    visitor.page.set_input_files("#files", large)
    while arrived != ARRIVING:
        visitor.page.wait_for_timeout(50)

    visitor.page.context.set_offline(True)
    visitor.page.get_by_text(re.compile("^Offline, goes on by itself")).wait_for()
    visitor.page.unroute(PART_URL)
    sent = sent_parts(visitor.page)
    visitor.page.context.set_offline(False)

    visitor.page.get_by_text(re.compile("^Uploaded")).wait_for()
    visitor.forgive("net::ERR_INTERNET_DISCONNECTED")
    assert ARRIVING.isdisjoint(sent)
    assert ended(api, api.call("GET", "/videos?limit=1")["videos"][0]["id"], 240)["status"] == "ready"


def test_another_file_is_not_taken_for_the_one_that_was_begun(visitor: Visitor, large: Path, source: Path) -> None:
    let_arrive(visitor.page, set())
    visitor.go("/upload")
    with visitor.page.expect_request(PART_URL):
        visitor.page.set_input_files("#files", large)
    visitor.page.reload()

    with visitor.page.expect_file_chooser() as chooser:
        visitor.press("Resume")
    chooser.value.set_files(source)

    visitor.page.get_by_text("That is another file").wait_for()
    visitor.press("Discard large.mp4")
    visitor.page.get_by_text("Unfinished", exact=True).wait_for(state="detached")


def test_an_upload_pauses_and_goes_on_and_can_be_cancelled(visitor: Visitor, api: Api, large: Path) -> None:
    arrived = let_arrive(visitor.page, {1})
    visitor.go("/upload")
    visitor.page.set_input_files("#files", large)
    while arrived != {1}:
        visitor.page.wait_for_timeout(50)

    visitor.press("Pause large.mp4")
    visitor.page.get_by_text(re.compile("^Paused")).wait_for()
    sent = sent_parts(visitor.page)
    with visitor.page.expect_request(PART_URL):
        visitor.press("Resume large.mp4")
    visitor.press("Cancel large.mp4")

    visitor.page.get_by_text("large.mp4").wait_for(state="detached")
    assert 1 not in sent
    visitor.go("/?q=large&status=awaiting_upload")
    visitor.see("heading", "Nothing matches")
