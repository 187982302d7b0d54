"""A real browser and the player it runs: Chromium of this machine, driven by Playwright, and Shaka Player from npm."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import pytest
from playwright.sync_api import Browser, sync_playwright

HERE = Path(__file__).parent
REQUIRED = "VOD_BROWSER"
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")
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
    """The tests are skipped and say so; where a browser is required (CI), they fail."""
    if os.environ.get(REQUIRED) == "required":
        pytest.fail(f"{what}, and {REQUIRED}=required")
    pytest.skip(f"NOT TESTED IN A BROWSER: {what}")


@contextmanager
def chromium() -> Iterator[Browser]:
    path = next((found for name in CHROMIUMS if (found := shutil.which(name))), None)
    if path is None:
        unavailable("no Chromium is installed (Debian and Ubuntu: apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


def shaka_player() -> Path:
    """The folder of the player's scripts, installed when the lock file is newer than what is there."""
    lock, made = HERE / "package-lock.json", HERE / "node_modules" / ".made-from"
    if not made.exists() or made.read_bytes() != lock.read_bytes():
        _install()
        made.write_bytes(lock.read_bytes())
    return HERE / "node_modules" / "shaka-player" / "dist"


def _install() -> None:
    if not (npm := shutil.which("npm")):
        unavailable("npm is not installed, which brings Shaka Player")
    done = subprocess.run([npm, "ci"], cwd=HERE, capture_output=True, text=True, timeout=240, check=False)
    if done.returncode != 0:
        unavailable(f"npm could not install Shaka Player: {done.stderr.strip()[-300:]}")
