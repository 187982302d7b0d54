"""A real browser and the player it runs: a Chromium of this machine that plays H.264, and players from npm.

`python -m tests.playback.browser` prints the browser's path, or fails. CodeBuild's image has a Chromium that cannot
play H.264 beside Chrome, which can; so each candidate is started and asked.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import NoReturn

import pytest
from playwright.sync_api import Browser, sync_playwright
from playwright.sync_api import Error as BrowserError

HERE = Path(__file__).parent
REQUIRED = "VOD_BROWSER"
CHROMIUMS = ("google-chrome", "google-chrome-stable", "chromium", "chromium-browser")
OURS = 'video/mp4; codecs="avc1.64001f,mp4a.40.2"'
"""What every rendition of ours holds: H.264 High and AAC."""
FLAGS = [
    "--no-sandbox",  # it runs as root in CI and opens nothing but our own page
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]


def unavailable(what: str) -> NoReturn:
    """The tests are skipped and say so; where a browser is required (CI) or named, they fail."""
    if required := os.environ.get(REQUIRED):
        pytest.fail(f"{what}, and {REQUIRED}={required}")
    pytest.skip(f"NOT TESTED IN A BROWSER: {what}")


def candidates() -> tuple[str, ...]:
    """Programs that may be a browser: the one that VOD_BROWSER names, or those that are usual."""
    named = os.environ.get(REQUIRED, "required")
    return CHROMIUMS if named == "required" else (named,)


def plays(path: str, kind: str = OURS) -> bool:
    """Whether a program is a browser that plays a kind of media; False for one that does not start."""
    # A thread of its own: Playwright refuses a second start in a thread where a browser of another test is open.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(_plays, path, kind).result()


def _plays(path: str, kind: str) -> bool:
    asked = "kind => typeof MediaSource === 'function' && MediaSource.isTypeSupported(kind)"
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=path, args=FLAGS, timeout=30_000)
            try:
                return bool(browser.new_page().evaluate(asked, kind))
            finally:
                browser.close()
    except BrowserError:
        return False


def found(names: Iterable[str], kind: str = OURS) -> str | None:
    """The path of the first program that plays a kind of media."""
    paths = (path for name in names if (path := shutil.which(name)))
    return next((path for path in paths if plays(path, kind)), None)


@cache
def browser_of_this_machine() -> str | None:
    """The browser that tests use."""
    return found(candidates())


@contextmanager
def chromium() -> Iterator[Browser]:
    path = browser_of_this_machine()
    if path is None:
        tried = ", ".join(candidates())
        unavailable(
            f"no browser that plays H.264 is installed, of {tried} (Debian and Ubuntu: apt-get install chromium)"
        )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


def shaka_player() -> Path:
    """The folder of Shaka Player's scripts."""
    return players() / "shaka-player" / "dist"


def players() -> Path:
    """The folder of the players, installed when the lock file is newer than what is there."""
    lock, made = HERE / "package-lock.json", HERE / "node_modules" / ".made-from"
    if not made.exists() or made.read_bytes() != lock.read_bytes():
        _install()
        made.write_bytes(lock.read_bytes())
    return HERE / "node_modules"


def _install() -> None:
    if not (npm := shutil.which("npm")):
        unavailable("npm is not installed, which brings the players")
    done = subprocess.run([npm, "ci"], cwd=HERE, capture_output=True, text=True, timeout=240, check=False)
    if done.returncode != 0:
        unavailable(f"npm could not install the players: {done.stderr.strip()[-300:]}")


if __name__ == "__main__":
    sys.exit(print(path) if (path := browser_of_this_machine()) else "no browser here plays H.264")
