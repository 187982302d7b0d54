"""Which browser of a machine the tests use: one that plays what we make."""

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.playback.browser import CHROMIUMS, browser_of_this_machine, candidates, found, plays, unavailable

UNKNOWN = 'video/mp4; codecs="vvc1.1.L51.CQA"'
"""What no Chromium plays."""


@pytest.fixture
def real() -> str:
    path = browser_of_this_machine()
    if path is None:
        unavailable("no browser that plays H.264 is installed")
    return path


def program(folder: Path, name: str, script: str) -> str:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


def test_a_program_that_only_says_where_a_browser_is_to_be_had_is_passed_over(tmp_path: Path, real: str) -> None:
    """Ubuntu's package of Chromium is one."""
    empty = program(tmp_path, "google-chrome", "echo install the snap >&2; exit 1")

    assert found([empty, real]) == real


def test_a_browser_that_cannot_play_is_passed_over(real: str) -> None:
    assert plays(real)
    assert not plays(real, UNKNOWN)
    assert found([real], UNKNOWN) is None


def test_a_browser_is_found_while_another_one_is_open(browser: Browser, real: str) -> None:
    assert browser.is_connected()
    assert found([real]) == real


def test_a_browser_by_its_path_is_the_only_candidate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, real: str
) -> None:
    mine = program(tmp_path, "mine", f'exec {real} "$@"')
    monkeypatch.setenv("VOD_BROWSER", mine)

    assert candidates() == (mine,)
    assert found(candidates()) == shutil.which(mine)


def test_chrome_comes_before_chromium_which_may_lack_what_is_patented() -> None:
    assert CHROMIUMS.index("google-chrome") < CHROMIUMS.index("chromium")
