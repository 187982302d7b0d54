"""A video is watched from its beginning while the rest of it is encoded, and goes on to its end without a reload."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from local.api import Api
from local.platform import Platform
from tests.e2e.conftest import ended
from tests.e2e.encoders import LAST_CHUNK, no_capacity
from tests.local.aws import until
from tests.media.generate import clip
from tests.web.visitor import Visitor

pytestmark = pytest.mark.slow
SECONDS = 48


@pytest.fixture
def film(api: Api, platform: Platform, tmp_path: Path) -> Iterator[tuple[str, ExitStack]]:
    """The id of a video that is encoded but for its last chunk, and what keeps that waiting until it is closed."""
    with ExitStack() as waiting:
        waiting.enter_context(no_capacity(platform, LAST_CHUNK))
        video_id = api.upload(clip(tmp_path / "film.mp4", seconds=SECONDS, size="320x180"), lambda _: None)
        until(lambda: api.video(video_id)["status"] == "playable", 120)
        yield video_id, waiting
    ended(api, video_id, 120)
    api.call("DELETE", f"/videos/{video_id}")


# Of an EVENT playlist Shaka Player fetches more only when it has less than ten seconds in hand: not faster than that.
@pytest.mark.parametrize(("address", "rate"), [("", 8), ("?format=hls", 2)])
def test_a_growing_video_is_watched_to_its_end_without_a_reload(
    visitor: Visitor, api: Api, film: tuple[str, ExitStack], address: str, rate: int
) -> None:
    video_id, waiting = film
    visitor.go(f"/watch/{video_id}{address}")
    visitor.page.get_by_text("Still encoding").wait_for()
    visitor.page.get_by_role("button", name="Play", exact=True).click()
    visitor.until("video.currentTime > 1 && video.currentTime < 8")
    visitor.ask("video.pause()")
    visitor.page.evaluate("window.sameVisit = true")
    visitor.ask(f"video.currentTime = {SECONDS - 2}")  # what is not there yet is waited for
    visitor.page.wait_for_timeout(1000)
    visitor.ask("video.currentTime = 2")
    visitor.until("!video.seeking && video.currentTime < 8 && video.readyState >= 2")

    waiting.close()
    visitor.page.get_by_text("Still encoding").wait_for(state="detached")
    visitor.ask(f"(video.playbackRate = {rate}, video.play())")
    visitor.until(f"video.ended && video.currentTime > {SECONDS - 1}")
    assert visitor.page.evaluate("window.sameVisit")
    assert api.video(video_id)["status"] == "ready"
    # What only a finished video has, its storyboard, came by itself.
    visitor.page.locator(".seek").hover()
    visitor.page.locator(".seek-tile").wait_for()


def test_encoding_is_cancelled_and_begun_again_by_two_buttons(
    visitor: Visitor, api: Api, film: tuple[str, ExitStack]
) -> None:
    video_id, waiting = film
    visitor.go(f"/watch/{video_id}")

    visitor.press("Cancel encoding")
    visitor.page.get_by_text("Cancelled", exact=True).first.wait_for()
    assert api.video(video_id)["status"] == "cancelled"
    waiting.close()
    visitor.press("Encode again")

    visitor.page.get_by_text("Ready", exact=True).first.wait_for(timeout=180_000)
    visitor.until("video.readyState >= 2")
