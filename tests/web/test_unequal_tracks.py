"""A video whose picture ended long before its sound, on our own page: it plays to its end and from its middle."""

from collections.abc import Iterator

import pytest

from local.api import Api
from tests.e2e.conftest import ended
from tests.integration.encoder.test_unequal_tracks import unequal
from tests.web.visitor import Visitor

pytestmark = pytest.mark.slow
SECONDS = 30
both_manifests = pytest.mark.parametrize("manifest", ["hls", "dash"])


@pytest.fixture(scope="module")
def film(api: Api, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The id of a video with 5 s of picture."""
    video_id = api.upload(unequal(tmp_path_factory.mktemp("media") / "a.mp4", 5, SECONDS), lambda _: None)
    assert ended(api, video_id, 240)["status"] == "ready"
    yield video_id
    api.call("DELETE", f"/videos/{video_id}")


@both_manifests
def test_it_plays_to_its_end(visitor: Visitor, film: str, manifest: str) -> None:
    visitor.go(f"/watch/{film}?format={manifest}")
    visitor.page.get_by_role("button", name="Play", exact=True).click()
    visitor.ask("video.playbackRate = 8")

    visitor.until("video.ended")

    assert visitor.ask("video.currentTime") == pytest.approx(SECONDS, abs=0.5)


@both_manifests
def test_it_plays_on_from_its_middle(visitor: Visitor, film: str, manifest: str) -> None:
    middle = SECONDS / 2
    visitor.go(f"/watch/{film}?format={manifest}")
    visitor.until("video.readyState >= 2")

    visitor.ask(f"(video.currentTime = {middle}, video.play())")

    visitor.until(f"video.currentTime > {middle + 1}")
