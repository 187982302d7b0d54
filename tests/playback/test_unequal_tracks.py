"""Videos whose source had tracks of unequal length, in every player at once: each plays to the end and from the middle."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from playwright.sync_api import TimeoutError as TooLate

from tests.integration.encoder.test_encode import made
from tests.integration.encoder.test_unequal_tracks import unequal
from tests.media.generate import ffmpeg
from tests.playback.browser import players
from tests.playback.conftest import RATE
from tests.playback.site import served

FASTER = 8
WAIT_MS = 20_000
PLAYERS = ["hls.js", "dash.js", "Shaka Player, HLS", "Shaka Player, DASH"]
SHOWN_AT = (0, 0.1, 0.7, 2)
"""When (s) a screen recording has pictures: where nothing moves there are none."""


def recording(target: Path, seconds: float) -> Path:
    """A screen on which nothing moves from the third second on, and someone who goes on speaking."""
    chosen = "+".join(f"eq(n\\,{round(time * RATE)})" for time in SHOWN_AT)
    screen = ["-f", "lavfi", "-t", "3", "-i", f"testsrc2=size=320x180:rate={RATE}"]
    words = ["-f", "lavfi", "-t", str(seconds), "-i", "sine=440"]
    ffmpeg(*screen, *words, "-vf", f"select='{chosen}'", "-fps_mode", "vfr", "-pix_fmt", "yuv420p", str(target))
    return target


@dataclass(frozen=True)
class Viewing:
    """A page with all players; times in seconds."""

    page: Page
    seconds: float

    def play(self, time: float, rate: float, until: str) -> None:
        """Until a condition holds of every `video`, or for as long as anybody would wait."""
        self.page.evaluate("([time, rate]) => play(time, rate)", [time, rate])
        self.wait(until)

    def wait(self, condition: str) -> None:
        with suppress(TooLate):  # the assertion tells which player stands where
            self.page.wait_for_function(f"errors.length || Object.values(each((video) => {condition})).every(Boolean)")
        assert self.page.evaluate("errors") == []

    def each(self, question: str) -> dict[str, Any]:
        """The answer of every `video`, by its player."""
        return dict(self.page.evaluate(f"each((video) => {question})"))


SOURCES: dict[str, tuple[float, Callable[[Path], Path]]] = {
    "one picture, 30 s of sound": (30, lambda target: unequal(target, 1 / RATE, 30, rate=RATE)),
    "5 s of picture, 30 s of sound": (30, lambda target: unequal(target, 5, 30, rate=RATE)),
    "30 s of picture, 5 s of sound": (30, lambda target: unequal(target, 30, 5, rate=RATE)),
    "30 s of picture, 22 s of sound": (30, lambda target: unequal(target, 30, 22, rate=RATE)),
    "a screen recording of 20 s": (20, lambda target: recording(target, 20)),
}
"""By name: how long (s) it lasts, and how it is made."""


@pytest.fixture(scope="module", params=SOURCES)
def film(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[float, Path]:
    """How long (s) a video lasts, and its run."""
    folder = tmp_path_factory.mktemp("unequal")
    seconds, source = SOURCES[request.param]
    return seconds, made(folder, source(folder / "source.mp4"))[2]


@pytest.fixture
def viewing(browser: Browser, film: tuple[float, Path]) -> Iterator[Viewing]:
    seconds, run = film
    with served(players(), run, "players.html") as site:
        page = browser.new_page()
        page.set_default_timeout(WAIT_MS)
        page.goto(site.url)
        viewing = Viewing(page, seconds)
        viewing.wait("video.readyState >= 3")
        yield viewing
        page.close()
        assert site.missing == []


def test_every_player_plays_to_the_end(viewing: Viewing) -> None:
    viewing.play(0, FASTER, until="video.ended")

    assert viewing.each("video.ended") == dict.fromkeys(PLAYERS, True), viewing.each("video.currentTime")
    assert viewing.each("video.currentTime") == dict.fromkeys(PLAYERS, pytest.approx(viewing.seconds, abs=0.5))


def test_every_player_plays_on_from_the_middle(viewing: Viewing) -> None:
    middle = viewing.seconds / 2

    viewing.play(middle, 1, until=f"video.currentTime > {middle + 1}")

    assert min(viewing.each("video.currentTime").values()) > middle + 1, viewing.each("video.currentTime")
