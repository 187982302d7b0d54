"""A video is watched from its beginning while the rest of it is encoded, and goes on to its end without a reload."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from local.api import Api
from tests.e2e.conftest import ended
from tests.e2e.encoders import held
from tests.local.aws import until
from tests.media.generate import clip
from tests.web.visitor import Visitor

pytestmark = pytest.mark.slow
SECONDS = 48


@pytest.fixture
def film(api: Api, tmp_path: Path) -> Iterator[str]:
    """The id of a video whose first chunks are being encoded, and who is held there until the test lets go of it."""
    # Large enough to be encoded for many seconds after its first ones, also on a quiet machine.
    video_id = api.upload(clip(tmp_path / "film.mp4", seconds=SECONDS, size="1280x720"), lambda _: None)
    until(lambda: api.video(video_id)["status"] == "playable", 120)
    yield video_id
    ended(api, video_id, 120)
    api.call("DELETE", f"/videos/{video_id}")


# Of an EVENT playlist Shaka Player fetches more only when it has less than ten seconds in hand: not faster than that.
@pytest.mark.parametrize(("address", "rate"), [("", 8), ("?format=hls", 2)])
def test_a_growing_video_is_watched_to_its_end_without_a_reload(
    visitor: Visitor, api: Api, film: str, address: str, rate: int
) -> None:
    with held(film):
        visitor.go(f"/watch/{film}{address}")
        visitor.page.get_by_text("Still encoding").wait_for()
        visitor.page.get_by_role("button", name="Play", exact=True).click()
        visitor.until("video.currentTime > 1 && video.currentTime < 8")
        visitor.ask("video.pause()")
        visitor.page.evaluate("window.sameVisit = true")
        visitor.ask(f"video.currentTime = {SECONDS - 2}")  # what is not there yet is waited for
        visitor.page.wait_for_timeout(1000)
        visitor.ask("video.currentTime = 2")
        visitor.until("!video.seeking && video.currentTime < 8 && video.readyState >= 2")

    visitor.page.get_by_text("Still encoding").wait_for(state="detached")
    visitor.ask(f"(video.playbackRate = {rate}, video.play())")
    visitor.until(f"video.ended && video.currentTime > {SECONDS - 1}")
    assert visitor.page.evaluate("window.sameVisit")
    assert api.video(film)["status"] == "ready"
    # What only a finished video has, its storyboard, came by itself.
    visitor.page.locator(".seek").hover()
    visitor.page.locator(".seek-tile").wait_for()


def test_encoding_is_cancelled_and_begun_again_by_two_buttons(visitor: Visitor, api: Api, film: str) -> None:
    visitor.go(f"/watch/{film}")

    visitor.press("Cancel encoding")
    visitor.page.get_by_text("Cancelled", exact=True).first.wait_for()
    assert api.video(film)["status"] == "cancelled"
    visitor.press("Encode again")

    visitor.page.get_by_text("Ready", exact=True).first.wait_for(timeout=180_000)
    visitor.until("video.readyState >= 2")
