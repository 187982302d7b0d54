"""The player's keys work from where a visitor is, and a list says which there are."""

import pytest

from tests.web.visitor import Visitor

pytestmark = pytest.mark.slow


def test_after_the_large_button_the_keys_are_the_players(visitor: Visitor, video: str) -> None:
    visitor.go(f"/watch/{video}")
    visitor.page.get_by_role("button", name="Play", exact=True).click()
    visitor.until("video.currentTime > 0.5")

    assert visitor.page.evaluate("document.activeElement.tagName") == "VIDEO"
    visitor.page.keyboard.press(" ")
    visitor.until("video.paused")
    assert visitor.page.evaluate("scrollY") == 0


def test_the_keys_work_before_anything_has_the_focus(visitor: Visitor, video: str) -> None:
    visitor.go(f"/watch/{video}")
    visitor.until("video.readyState >= 2")

    visitor.page.keyboard.press("5")
    visitor.until("!video.seeking && video.currentTime > 5")
    visitor.page.keyboard.press("k")
    visitor.until("!video.paused")
    visitor.page.keyboard.press(" ")
    visitor.until("video.paused")
    visitor.page.keyboard.press("f")
    visitor.until("document.fullscreenElement !== null")
    visitor.page.keyboard.press("f")
    visitor.until("document.fullscreenElement === null")


def test_a_letter_works_beside_the_player_but_not_where_somebody_types(visitor: Visitor, video: str) -> None:
    visitor.go(f"/watch/{video}")
    visitor.until("video.readyState >= 2")

    visitor.page.get_by_role("link", name="Library").focus()
    visitor.page.keyboard.press("m")
    visitor.until("video.muted")
    visitor.page.get_by_label("Add a tag").press("m")

    assert visitor.ask("video.muted")
    assert visitor.page.get_by_label("Add a tag").input_value() == "m"


@pytest.mark.parametrize("view", ["/", "/upload", "/watch/"])
def test_a_question_mark_lists_the_keys_on_every_view(visitor: Visitor, video: str, view: str) -> None:
    visitor.go(view + video if view.endswith("watch/") else view)
    visitor.see("navigation", "Main")

    visitor.page.keyboard.press("?")

    visitor.see("dialog", "Keyboard shortcuts")
    assert visitor.page.get_by_text("Play or pause").is_visible()
    assert visitor.violations() == []
    visitor.page.keyboard.press("Escape")
    visitor.page.get_by_role("dialog").wait_for(state="detached")
