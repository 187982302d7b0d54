"""Somebody who looks at a video on a page of somebody else's."""

from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Frame, Page, Response

WAIT_MS = 60_000
POLL_MS = 50


class Guest:
    """A page of the browser, and what the platform answered to it."""

    def __init__(self, page: Page, platform: str) -> None:
        self.page, self.platform = page, platform
        self.answers: list[Response] = []
        self.complaints: list[str] = []
        page.set_default_timeout(WAIT_MS)
        page.on("response", lambda response: self.answers.append(response))
        page.on("console", lambda message: self.complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def go(self, address: str) -> None:
        self.page.goto(address)

    @property
    def frame(self) -> Frame:
        """The document in the page's only frame."""
        (framed,) = self.page.main_frame.child_frames
        return framed

    def reads(self, words: str) -> bool:
        """Whether the frame comes to show these words."""
        return self.until(f"document.body?.innerText.includes({words!r})", self.frame)

    def until(self, condition: str, frame: Frame | None = None) -> bool:
        """Wait for a condition about `video`, the element that plays; AssertionError when it never holds."""
        asked = frame or self.page.main_frame
        for _ in range(WAIT_MS // POLL_MS):
            if asked.evaluate(
                f"(() => {{ const video = document.querySelector('video'); return Boolean({condition}) }})()"
            ):
                return True
            self.page.wait_for_timeout(POLL_MS)
        raise AssertionError(f"it never held that {condition}; {self.complaints}; {self.refusals()}")

    def plays(self, frame: Frame | None = None) -> None:
        """Wait until a picture of the video is there and its time goes on."""
        (frame or self.page.main_frame).evaluate("document.querySelector('video').muted = true")
        self.until("video.videoHeight > 0 && video.currentTime > 1", frame)

    def refusals(self) -> list[str]:
        """What the platform did not answer well."""
        return [f"{each.status} {each.url[:120]}" for each in self.answers if each.status >= 400]

    def fetched(self, ending: str) -> list[Response]:
        """Answers of the platform about files whose name ends so."""
        host = urlsplit(self.platform).netloc
        return [
            each
            for each in self.answers
            if urlsplit(each.url).netloc == host and urlsplit(each.url).path.endswith(ending)
        ]

    def ask(self, script: str, argument: Any = None) -> Any:
        return self.page.evaluate(script, argument)
