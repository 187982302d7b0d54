"""One video in one page of the browser, as a viewer would watch it."""

from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page

NUMBER_BITS = 9
"""How many squares hold the number of a picture."""
WAIT_MS = 20_000


@dataclass(frozen=True, slots=True)
class Screening:
    """A page with the player; times in seconds."""

    page: Page

    def open(self, url: str, manifest: str, **settings: object) -> None:
        self.page.set_default_timeout(WAIT_MS)
        self.page.goto(url)
        self.page.evaluate("([name, settings]) => load(name, settings)", [f"run/{manifest}", settings])

    def ask(self, script: str, argument: object = None) -> Any:
        return self.page.evaluate(script, argument)

    def wait(self, condition: str, argument: object = None) -> None:
        """Until a condition holds; AssertionError tells the player's errors when there are any."""
        self.page.wait_for_function(f"(x) => errors.length || ({condition})", arg=argument)
        assert self.errors == []

    def seek(self, frame: int, rate: int) -> None:
        """Until the picture of that frame is on screen, by the browser's account of its time."""
        self.ask("(time) => { video.currentTime = time }", (frame + 0.5) / rate)
        self.wait("!video.seeking && Math.round(shown * x[1]) === x[0]", [frame, rate])

    def play(self, rate: float, until: str = "video.ended") -> None:
        self.ask("(rate) => { video.playbackRate = rate; return video.play() }", rate)
        self.wait(until)
        self.ask("() => video.pause()")

    @property
    def errors(self) -> list[str]:
        return list(self.ask("errors"))

    def frames(self, kind: str) -> int:
        """How many frames were decoded ("total") so far, or how many of them "dropped" or "corrupted"."""
        return int(self.ask("(name) => video.getVideoPlaybackQuality()[name]", f"{kind}VideoFrames"))

    def number(self) -> int:
        """The number that is drawn into the picture on screen (conftest.NUMBERED)."""
        squares = self.ask("picture(16, 9)")[:NUMBER_BITS]
        return sum(2**bit for bit, grey in enumerate(squares) if grey > 127)

    def words(self) -> list[str]:
        """What can be read over the picture."""
        return [line for line in self.ask("screenOf.innerText").split("\n") if line]
