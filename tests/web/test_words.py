"""What the page says when something is not as it should be: true, and with what to do next."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Route

from local.api import Api
from tests.e2e.conftest import ended
from tests.media.generate import ffmpeg
from tests.web.visitor import Visitor

pytestmark = pytest.mark.slow


def let_go(visitor: Visitor, path: Path) -> None:
    """Drag a file or folder of this machine into the middle of the page and let go of it."""
    data = {"items": [], "files": [str(path)], "dragOperationsMask": 1}
    devtools = visitor.page.context.new_cdp_session(visitor.page)
    for kind in ("dragEnter", "dragOver", "drop"):
        devtools.send("Input.dispatchDragEvent", {"type": kind, "x": 600, "y": 300, "data": data})


def test_a_refused_photo_is_not_offered_to_be_encoded_again(visitor: Visitor, api: Api, tmp_path: Path) -> None:
    photo = tmp_path / "holiday.jpg"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=size=320x240", "-frames:v", "1", str(photo))
    video_id = api.upload(photo, lambda _: None)
    failed = ended(api, video_id)
    assert (failed["status"], failed["error"]["retryable"]) == ("failed", False)

    visitor.go(f"/watch/{video_id}")

    visitor.page.get_by_text("This video could not be encoded").wait_for()
    assert failed["error"]["message"] in visitor.see("alert", "").inner_text()
    assert visitor.page.get_by_role("button", name="Delete").is_visible()
    assert visitor.page.get_by_role("button", name="Encode again").count() == 0


def test_a_network_that_swallows_everything_is_told_within_seconds(visitor: Visitor, source: Path) -> None:
    held: list[Route] = []
    visitor.page.route(lambda url: "X-Amz-Signature" in url, lambda route: held.append(route))
    visitor.go("/upload")

    visitor.page.set_input_files("#files", source)

    visitor.page.get_by_text(re.compile("^No connection to the platform, will resume by itself")).wait_for(
        timeout=15_000
    )
    for route in held:
        route.continue_()
    visitor.page.get_by_text(re.compile("^Uploaded")).wait_for()


def test_a_long_tag_does_not_break_a_telephone(visitor: Visitor, api: Api, video: str) -> None:
    visitor.page.set_viewport_size({"width": 360, "height": 740})
    api.call("PATCH", f"/videos/{video}", {"tags": ["n" * 50]})

    for path in (f"/watch/{video}", "/"):
        visitor.go(path)
        visitor.see("navigation", "Main")
        visitor.page.wait_for_load_state("networkidle")
        assert visitor.ask("document.documentElement.scrollWidth <= innerWidth")
    api.call("PATCH", f"/videos/{video}", {"tags": []})


def test_a_file_dropped_on_the_library_is_uploaded(visitor: Visitor, source: Path) -> None:
    visitor.go("/")
    visitor.see("heading", "Library")

    let_go(visitor, source)

    visitor.see("heading", "Upload")
    visitor.page.get_by_text(re.compile("^Uploaded")).wait_for()


def test_a_dropped_folder_is_uploaded_with_what_it_holds(visitor: Visitor, source: Path, tmp_path: Path) -> None:
    holidays = tmp_path / "holidays"
    (holidays / "day two").mkdir(parents=True)
    (holidays / "first.mp4").write_bytes(source.read_bytes())
    (holidays / "day two" / "second.mkv").write_bytes(source.read_bytes())
    (holidays / "notes.txt").write_text("sunny")
    visitor.go("/upload")
    visitor.see("heading", "Upload")

    let_go(visitor, holidays)

    for name in ("first.mp4", "second.mkv"):
        visitor.page.locator(".row-title", has_text=name).wait_for()
    assert visitor.page.locator(".row").count() == 2
    visitor.page.get_by_text(re.compile("^Uploaded")).nth(1).wait_for()


def test_a_dropped_folder_without_a_video_says_so(visitor: Visitor, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    visitor.go("/upload")
    visitor.see("heading", "Upload")

    let_go(visitor, tmp_path / "empty")

    visitor.page.locator(".row", has_text="They contain no video.").wait_for()
