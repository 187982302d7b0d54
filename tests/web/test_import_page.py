"""Import on the page: a file comes from its address, and everybody sees how far it is or why it did not come."""

import re
import threading
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from local.api import Api
from tests.e2e.conftest import ended
from tests.e2e.test_client import large
from tests.web.visitor import Visitor

pytestmark = pytest.mark.slow
MIB = 2**20
HALFWAY = re.compile(r"Importing [1-9]\d %")


class Film(BaseHTTPRequestHandler):
    """One file, whose last bytes wait until the gate is open."""

    def do_GET(self) -> None:
        server: Any = self.server
        content: bytes = server.content
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Content-Type", "video/mp4")
        self.send_header("ETag", '"one"')
        self.end_headers()
        with suppress(ConnectionError):  # an import that was cancelled
            self.wfile.write(content[: server.at_once])
            server.gate.wait(60)
            self.wfile.write(content[server.at_once :])

    def log_message(self, format: str, *arguments: object) -> None:
        pass


@pytest.fixture
def film(tmp_path: Path) -> Iterator[Any]:
    """A server of a film of 20 MiB, of which 17 come at once."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Film) as server:
        server.content = large(tmp_path / "film.mp4", 20).read_bytes()  # type: ignore[attr-defined]
        server.at_once, server.gate = 17 * MIB, threading.Event()  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.gate.set()  # type: ignore[attr-defined]
        server.shutdown()


def begin(visitor: Visitor, url: str) -> None:
    visitor.go("/upload")
    visitor.page.get_by_label("Or fetch it from an address").fill(url)
    visitor.press("Import")


def test_an_import_is_followed_on_every_view_until_it_plays(visitor: Visitor, api: Api, film: Any) -> None:
    begin(visitor, f"http://127.0.0.1:{film.server_port}/film.mp4?signature=secret")
    row = visitor.page.locator(".row").filter(has_text="film.mp4")
    row.get_by_text(HALFWAY).wait_for()
    row.get_by_role("progressbar", name="Import of film.mp4").wait_for()
    assert visitor.violations() == []
    visitor.page.reload()
    row.get_by_role("link", name="film.mp4").click()

    visitor.page.locator(".stage").get_by_text(HALFWAY).wait_for()
    assert visitor.violations() == []
    visitor.page.get_by_role("link", name="Library").click()
    card = visitor.page.locator(".card").filter(has_text="film.mp4").first
    card.get_by_text(HALFWAY).wait_for()
    film.gate.set()

    card.get_by_text(HALFWAY).wait_for(state="detached")
    video_id = (card.get_attribute("href") or "").rsplit("/", 1)[1]
    assert ended(api, video_id, 240)["status"] == "ready"


def test_an_import_is_cancelled_and_gone(visitor: Visitor, api: Api, film: Any) -> None:
    begin(visitor, f"http://127.0.0.1:{film.server_port}/unwanted.mp4")
    visitor.press("Cancel the import of unwanted.mp4")

    visitor.page.locator(".row").wait_for(state="detached")
    assert all(video["title"] != "unwanted.mp4" for video in api.call("GET", "/videos")["videos"])


def test_a_refused_address_stays_in_the_form_with_the_reason(visitor: Visitor) -> None:
    begin(visitor, "ftp://example.com/film.mp4")

    assert "https://" in visitor.see("alert", "").inner_text()
    assert visitor.page.get_by_label("Or fetch it").input_value() == "ftp://example.com/film.mp4"
    assert visitor.page.locator(".row").count() == 0
    assert visitor.violations() == []


def test_the_reason_of_a_failed_import_stands_in_the_list_on_its_card_and_on_its_page(visitor: Visitor) -> None:
    begin(visitor, "https://10.0.0.1/private.mp4")

    visitor.page.locator(".row-failed").get_by_text("is no public address").wait_for()
    visitor.page.get_by_role("link", name="Library").click()
    card = visitor.page.locator(".card").filter(has_text="private.mp4")
    card.get_by_text("is no public address").wait_for()
    card.click()
    visitor.page.get_by_text("The file could not be imported").wait_for()
    assert visitor.page.get_by_role("button", name="Encode again").count() == 0
    assert visitor.violations() == []
    visitor.page.get_by_role("link", name="Import it again").click()
    visitor.see("heading", "Upload")
