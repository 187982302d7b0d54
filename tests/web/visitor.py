"""Somebody in front of the page: what they do, what they see, and what their browser complains about."""

import base64
import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Locator, Page, StorageState

from local.platform import PASSWORD, USER

WAIT_MS = 60_000
POLL_MS = 50
AXE = Path(__file__).resolve().parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
DROP = """([selector, name, content]) => {
  const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([bytes], name, { type: "video/x-matroska", lastModified: 1 }));
  for (const kind of ["dragenter", "dragover", "drop"]) {
    const event = new DragEvent(kind, { dataTransfer, bubbles: true, cancelable: true });
    document.querySelector(selector).dispatchEvent(event);
  }
}"""


class Visitor:
    """A page of the browser, on the platform's address."""

    def __init__(self, page: Page, url: str) -> None:
        self.page, self.url = page, url
        self.complaints: list[str] = []
        self.asked: list[str] = []
        page.set_default_timeout(WAIT_MS)
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self.asked.append(request.url))

    def _note(self, message: ConsoleMessage) -> None:
        # An API's refusal is an answer; what the page may not do by its own policy is a fault.
        if message.type == "error" and "status of 40" not in message.text:
            self.complaints.append(message.text)

    def forgive(self, reason: str) -> None:
        """Take back the complaints that the test itself has caused."""
        self.complaints = [complaint for complaint in self.complaints if reason not in complaint]

    def elsewhere(self) -> set[str]:
        """Hosts that were asked for anything and are not this machine."""
        hosts = {urlsplit(url).hostname for url in self.asked if urlsplit(url).scheme.startswith("http")}
        return {host for host in hosts if host not in ("localhost", "127.0.0.1")} - {None}  # type: ignore[return-value]

    def remember(self, session: StorageState) -> None:
        """Be signed in from the first page on."""
        self.page.context.add_cookies(session["cookies"])  # type: ignore[arg-type]
        kept = {each["name"]: each["value"] for origin in session["origins"] for each in origin["localStorage"]}
        self.page.context.add_init_script(
            f"for (const [name, value] of Object.entries({json.dumps(kept)}))"
            " localStorage.getItem(name) ?? localStorage.setItem(name, value)"
        )

    def go(self, path: str) -> None:
        self.page.goto(self.url + path)

    def sign_in(self, password: str = PASSWORD) -> None:
        self.go("/")
        self.press("Sign in")
        self.fill_in(password)
        self.see("heading", "Library")

    def fill_in(self, password: str) -> None:
        self.page.get_by_label("User").fill(USER)
        self.page.get_by_label("Password").fill(password)
        self.press("Sign in")

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def see(self, role: Any, name: str) -> Locator:
        found = self.page.get_by_role(role, name=name).first
        found.wait_for()
        return found

    def drop(self, file: Path) -> None:
        """Drag a file over the page and let go of it there."""
        self.page.evaluate(DROP, [".drop", file.name, base64.b64encode(file.read_bytes()).decode()])

    def ask(self, script: str) -> Any:
        """The value of a script about `video`, the element that plays."""
        return self.page.evaluate(f"(() => {{ const video = document.querySelector('video'); return {script} }})()")

    def until(self, condition: str) -> None:
        """Wait for a condition about `video`; Playwright's own wait evaluates text, which the page's policy forbids."""
        for _ in range(WAIT_MS // POLL_MS):
            if self.ask(f"video && ({condition})"):
                return
            self.page.wait_for_timeout(POLL_MS)
        raise AssertionError(f"it never held that {condition}")

    def choose(self, menu: str, choice: str) -> None:
        """Choose something in the player's settings."""
        self.page.get_by_role("button", name="Settings").click()
        self.page.get_by_role("menuitem", name=menu).click()
        self.page.get_by_role("menuitemradio", name=choice, exact=True).click()

    def is_within(self, element: Locator, frame: str) -> bool:
        """Whether an element lies in the frame that hides what sticks out."""
        inner, outer = element.bounding_box(), self.page.locator(frame).bounding_box()
        assert inner and outer
        return outer["y"] <= inner["y"] and inner["y"] + inner["height"] <= outer["y"] + outer["height"]

    def violations(self) -> list[str]:
        """What axe-core finds against WCAG 2.2 AA and its own best practices, each with the element."""
        self.page.evaluate("scrollTo({top: 0, behavior: 'instant'})")  # the head covers what is scrolled below it
        self.page.evaluate(AXE.read_text() + ";0")
        found = self.page.evaluate(
            "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})"
        )
        return [
            f"{one['id']}: {node['target']} {node.get('failureSummary', '')}"
            for one in found["violations"]
            for node in one["nodes"]
        ]
