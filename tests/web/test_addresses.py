"""Whatever stands in an address of the page, somebody else may have written it."""

import pytest

from tests.web.visitor import Visitor

pytestmark = pytest.mark.slow


def test_what_can_be_no_id_is_not_there_and_the_platform_is_asked_nothing(visitor: Visitor) -> None:
    addresses = {
        "/watch/none": "There is no such video",
        f"/watch/{'0' * 20}%2F..%2F..%2Fx": "There is no such video",
        f"/watch/{'0' * 20}%00": "There is no such video",
        "/share/none": "This link is no longer valid",
        "/share/..%2Fvideos": "This link is no longer valid",
        "/embed/none": "There is no such video",
    }
    for path, heading in addresses.items():
        visitor.go(path)
        visitor.see("heading", heading)

    assert [url for url in visitor.asked if "/api/" in url] == []


def test_a_sign_in_that_failed_is_told_in_our_own_words(stranger: Visitor) -> None:
    stranger.go("/signed-in?error=access_denied&error_description=Call+555-0100+to+unlock+your+account")

    stranger.page.get_by_text("Sign-in failed").wait_for()
    said = stranger.page.locator("main").inner_text()
    assert "cancelled or refused" in said
    assert "555" not in said
