"""Two platforms, one private and one public; two sites, of which one may show their videos; browsers that keep data for
sites in frames, and that do not."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Playwright, sync_playwright

from local.api import Api
from local.platform import Options, Platform
from tests.e2e.conftest import ended
from tests.elsewhere.guest import Guest
from tests.elsewhere.sites import Site, serving
from tests.playback.browser import FLAGS, browser_of_this_machine, unavailable
from tests.playback.conftest import with_everything

SECONDS = 14
STORAGE = {
    "kept": {"cookie_controls_mode": 0, "block_third_party_cookies": False},
    "blocked": {"cookie_controls_mode": 1, "block_third_party_cookies": True},
}
"""Chromium's settings of cookies and other data of sites in frames of other sites: kept, or blocked as browsers do now."""
NOTHING = {"default_content_setting_values": {"cookies": 2}}
"""No site keeps anything, wherever it stands."""


@dataclass(frozen=True)
class Running:
    """A platform with a video that is ready."""

    platform: Platform
    api: Api
    video: str

    @property
    def url(self) -> str:
        return self.platform.url

    def share(self, *sites: str) -> str:
        """The token of a new link, good on some sites or on all."""
        made = self.api.call("POST", f"/videos/{self.video}/shares", {"expiresInHours": 1, "sites": list(sites)})
        return str(made["share"]["url"].rsplit("/", 1)[1])

    def embedded(self, token: str = "") -> str:
        return f"{self.url}/embed/{self.video}" + (f"?share={token}" if token else "")


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    if browser_of_this_machine() is None:
        unavailable("no browser that plays H.264 is installed")
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="package")
def site(playwright: Playwright) -> Iterator[Site]:
    """The site that may show videos, wherever a list names any."""
    with serving() as opened:
        yield opened


@pytest.fixture(scope="package")
def stranger(playwright: Playwright) -> Iterator[Site]:
    """A site that no list names."""
    with serving() as opened:
        yield opened


@pytest.fixture(scope="package")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return with_everything(tmp_path_factory.mktemp("media"), seconds=SECONDS)


def running(state: Path, clip: Path, **parameters: str) -> Iterator[Running]:
    with Platform(Options(state=state, port=0, parameters=parameters, tasks=6)) as platform:
        if not platform.has_page:
            unavailable("the page is not built (local/setup.sh says why)")
        api = Api(platform.api, platform.token)
        video = api.upload(clip, lambda _: None)
        assert ended(api, video, 240)["status"] == "ready"
        yield Running(platform, api, video)


@pytest.fixture(scope="package")
def private(site: Site, clip: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Framed by all, fetched by the players of one site."""
    yield from running(tmp_path_factory.mktemp("private"), clip, AllowedOrigins=site.origin)


@pytest.fixture(scope="package")
def public(site: Site, clip: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Framed by one site, fetched by the players of all."""
    state = tmp_path_factory.mktemp("public")
    yield from running(state, clip, PlaybackAccess="public", EmbedOrigins=site.origin, AllowedOrigins="*")


def profile(playwright: Playwright, folder: Path, settings: Mapping[str, object]) -> BrowserContext:
    """A browser with a profile of its own, since only there these settings can be chosen."""
    (folder / "Default").mkdir()
    (folder / "Default" / "Preferences").write_text(json.dumps({"profile": settings}))
    path = browser_of_this_machine()
    return playwright.chromium.launch_persistent_context(
        folder, executable_path=path, args=FLAGS, viewport={"width": 900, "height": 560}
    )


@pytest.fixture(scope="package")
def profiles(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, BrowserContext]]:
    opened = {name: profile(playwright, tmp_path_factory.mktemp(name), settings) for name, settings in STORAGE.items()}
    yield opened
    for each in opened.values():
        each.close()


@pytest.fixture(params=STORAGE)
def storage(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def guest(profiles: dict[str, BrowserContext], storage: str) -> Iterator[Guest]:
    """With each of the two browsers."""
    yield from guest_of(profiles[storage])


@pytest.fixture
def usual(profiles: dict[str, BrowserContext]) -> Iterator[Guest]:
    """With the browser that people have."""
    yield from guest_of(profiles["blocked"])


@pytest.fixture
def forgetful(playwright: Playwright, tmp_path: Path) -> Iterator[Guest]:
    """With a browser that keeps nothing at all."""
    context = profile(playwright, tmp_path, NOTHING)
    yield from guest_of(context)
    context.close()


def guest_of(context: BrowserContext) -> Iterator[Guest]:
    context.clear_cookies()
    page = context.new_page()
    yield Guest(page, "")
    page.close()
