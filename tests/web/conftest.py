"""The platform with its page, a browser, and one video with everything that a viewer can choose."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, StorageState

from local.api import Api
from local.platform import Options, Platform
from tests.e2e.conftest import ended
from tests.lanes import TASKS_ONLY
from tests.media.generate import clip as small_clip
from tests.playback.browser import chromium, unavailable
from tests.playback.conftest import with_everything
from tests.web.visitor import Visitor

PARAMETERS = {
    "SinglePutMaxMiB": "5",  # files of a few MiB already come in parts
    "LeastChunkInSeconds": "12",  # a clip already comes in chunks
    "EncodeTargetInMinutes": "0",
    **TASKS_ONLY,
}


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="package")
def platform(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    # All tasks of a video at once, as on AWS: in the emulator the one with the sound may get its turn last.
    options = Options(
        state=tmp_path_factory.mktemp("platform"), port=0, parameters=PARAMETERS, tasks=6, wait_scale=0.02
    )
    with Platform(options) as running:
        if not running.has_page:
            unavailable("the page is not built (local/setup.sh says why)")
        yield running


@pytest.fixture(scope="package")
def api(platform: Platform) -> Api:
    return Api(platform.api, platform.token)


@pytest.fixture(scope="package")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return with_everything(tmp_path_factory.mktemp("media"))


@pytest.fixture(scope="package")
def video(api: Api, clip: Path) -> str:
    """The id of a video that is ready: two sizes, two languages, captions, a storyboard."""
    video_id = api.upload(clip, lambda _: None)
    assert ended(api, video_id, 240)["status"] == "ready"
    return video_id


@pytest.fixture(scope="package")
def session(browser: Browser, platform: Platform) -> StorageState:
    """What a browser keeps of somebody who has signed in, by hand."""
    context = browser.new_context()
    visitor = Visitor(context.new_page(), platform.url)
    visitor.sign_in()
    kept = context.storage_state()
    context.close()
    return kept


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    opened = browser.new_context(viewport={"width": 1280, "height": 800})
    yield opened
    opened.close()


@pytest.fixture
def stranger(context: BrowserContext, platform: Platform) -> Iterator[Visitor]:
    """Somebody who has not signed in."""
    visitor = Visitor(context.new_page(), platform.url)
    yield visitor
    assert visitor.complaints == []
    assert visitor.elsewhere() == set()


@pytest.fixture
def visitor(stranger: Visitor, session: StorageState) -> Visitor:
    """Somebody who has signed in before."""
    stranger.remember(session)
    return stranger


@pytest.fixture(scope="package")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_clip(tmp_path_factory.mktemp("media") / "small.mp4", seconds=2, size="320x180")
