"""What holds of every view: nobody is shut out, nothing is fetched from elsewhere, and little is fetched at all."""

import gzip
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from local.api import Api
from local.platform import PAGE, REPOSITORY, Platform
from tests.web.visitor import Visitor

pytestmark = pytest.mark.slow
BUDGET_BYTES = 150_000
VIEWS = {
    "library": "/",
    "upload": "/upload",
    "video": "/watch/{video}",
    "nothing": "/?q=no-such-title",
    "keys": "/keys",
    "webhooks": "/webhooks",
    "gone": "/watch/none",
    "embed": "/embed/{video}?share={share}",
    "embed private": "/embed/{video}",
    "embed nothing": "/embed/",
    "share": "/share/none",
}
SIZES = {"phone": {"width": 360, "height": 740}, "desktop": {"width": 1280, "height": 800}}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_axe_finds_no_violation_and_nothing_overflows(
    browser: Browser, platform: Platform, api: Api, session: str, video: str, size: str, scheme: str
) -> None:
    share = api.call("POST", f"/videos/{video}/shares", {"expiresInHours": 1})["share"]["url"].rsplit("/", 1)[1]
    context = browser.new_context(viewport=SIZES[size], color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
    visitor = Visitor(context.new_page(), platform.url)
    visitor.remember(session)
    found = {}
    for name, path in VIEWS.items():
        visitor.go(path.format(video=video, share=share))
        visitor.page.wait_for_load_state("networkidle")

        found[name] = visitor.violations()
        assert visitor.ask("document.documentElement.scrollWidth <= innerWidth"), name
    context.close()
    assert found == {name: [] for name in VIEWS}
    assert visitor.complaints == []


def test_the_door_has_no_violation_either(stranger: Visitor) -> None:
    stranger.go("/")
    stranger.see("button", "Sign in")

    assert stranger.violations() == []
    stranger.press("Sign in")
    stranger.page.get_by_label("User").wait_for()
    assert stranger.violations() == []


def test_the_open_menu_and_the_question_before_deleting_have_none(visitor: Visitor, video: str) -> None:
    visitor.go(f"/watch/{video}")
    visitor.until("video.readyState >= 2")

    visitor.press("Settings")
    assert visitor.violations() == []
    visitor.press("Settings")
    visitor.press("Delete")

    visitor.see("heading", "Delete this video?")
    assert visitor.violations() == []


def test_everything_can_be_reached_with_the_tab_key_and_is_seen_when_it_is(visitor: Visitor, video: str) -> None:
    visitor.go(f"/watch/{video}")
    visitor.until("video.readyState >= 2")
    reached = set()
    for _ in range(40):
        visitor.page.keyboard.press("Tab")
        reached.add(
            visitor.ask(
                "document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent.trim()"
            )
        )
        focus = visitor.ask(
            "document.activeElement === document.body || getComputedStyle(document.activeElement).outlineStyle !== 'none'"
        )

        assert focus, reached

    assert {
        "Skip to the content",
        "Library",
        "Seek",
        "Settings",
        "Rename",
        "Add a tag",
        "Delete",
        "Copy HLS URL",
    } <= reached


def test_the_page_without_the_player_keeps_its_budget() -> None:
    files = [
        file
        for file in (REPOSITORY / PAGE).rglob("*")
        if file.is_file() and "shaka" not in file.name and file.name != ".stamp"
    ]

    sizes = {file.name: transferred(file) for file in files}

    assert sum(sizes.values()) < BUDGET_BYTES, sizes


def transferred(file: Path) -> int:
    """Bytes on the wire; fonts are compressed already."""
    content = file.read_bytes()
    return len(content) if file.suffix == ".woff2" else len(gzip.compress(content))
