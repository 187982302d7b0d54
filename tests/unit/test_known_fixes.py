"""Nothing that is pinned is older than a security fix that we know of."""

import json
import re
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import av
import imageio_ffmpeg
import pytest
import yaml

from vod.ffmpeg import version
from vod.ffmpeg.version import Version, release

ROOT = Path(__file__).parents[2]
LIST = yaml.safe_load((ROOT / "requirements/known-fixes.yaml").read_text())
FIXES = LIST["fixes"]
PLAYERS = {"shaka-player", "hls.js", "dashjs", "video.js"}


def numbers(text: str) -> Version:
    return tuple(map(int, re.findall(r"\d+", text)))


def is_fixed(pinned: Version, fixed: Sequence[Version]) -> bool:
    """Whether a version is that of a fix or after it, in its own branch or in one after all of them."""
    return pinned >= max(fixed) or any(pinned[:2] == each[:2] and pinned >= each for each in fixed)


def pinned() -> Iterator[tuple[str, str, Version]]:
    """Every pinned component: its name, where it is pinned, its version."""
    encoders = subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), "-version"], capture_output=True, text=True, check=True)
    yield "ffmpeg", "imageio-ffmpeg", release(encoders.stdout.split()[2]) or ()
    yield "ffmpeg", "av", release(av.ffmpeg_version_info) or ()
    files = subprocess.run(
        ["git", "ls-files", "*requirements*.txt", "*package-lock.json"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for file in files.stdout.split():
        text = (ROOT / file).read_text()
        yield from _npm(file, json.loads(text)) if file.endswith(".json") else _pip(file, text)


def _pip(file: str, text: str) -> Iterator[tuple[str, str, Version]]:
    for name, found in re.findall(r"^([\w.-]+)==([\d.]+)", text, re.M):
        yield name, file, numbers(found)


def _npm(file: str, lock: Any) -> Iterator[tuple[str, str, Version]]:
    for path, package in lock["packages"].items():
        if path:
            yield path.rpartition("node_modules/")[2], file, numbers(package["version"].split("-")[0])


PINNED = list(pinned())


@pytest.mark.parametrize("fix", FIXES, ids=lambda fix: f"{fix['component']} {fix['advisory']}")
def test_what_is_pinned_has_the_fix(fix: Any) -> None:
    fixed = [numbers(each) for each in fix["fixed"]]

    old = [
        f"{file}: {'.'.join(map(str, found))}"
        for name, file, found in PINNED
        if name == fix["component"] and not is_fixed(found, fixed)
    ]

    assert old == [], f"{fix['component']} needs {' or '.join(fix['fixed'])} for {fix['advisory']}: {fix['about']}"


@pytest.mark.parametrize("fix", FIXES, ids=lambda fix: f"{fix['component']} {fix['advisory']}")
def test_an_entry_says_what_it_is_and_where_it_was_read(fix: Any) -> None:
    assert fix.keys() == {"component", "fixed", "advisory", "about", "source"}
    assert all(isinstance(each, str) and re.fullmatch(r"\d+(\.\d+)+", each) for each in fix["fixed"])
    assert re.match(r"CVE-\d{4}-\d+|GHSA-", fix["advisory"])


def test_every_reader_of_foreign_media_was_looked_up() -> None:
    looked_up = {fix["component"] for fix in FIXES} | set(LIST["nothing_known"]["components"])

    assert {"ffmpeg", *PLAYERS} <= looked_up
    assert looked_up <= {name for name, _, _ in PINNED}


def test_the_gate_of_ffmpeg_is_not_below_the_list() -> None:
    needed = [[numbers(each) for each in fix["fixed"]] for fix in FIXES if fix["component"] == "ffmpeg"]

    assert [floor for floor in version.OLDEST_SAFE.values() if not all(is_fixed(floor, each) for each in needed)] == []


@pytest.mark.parametrize(
    ("found", "expected"),
    [("8.1.2", True), ("9.1", True), ("8.0.4", False), ("8.1.1", False), ("7.9", False), ("9.0.1", True)],
)
def test_a_fix_counts_in_its_branch_and_in_later_ones(found: str, expected: bool) -> None:
    assert is_fixed(numbers(found), [(8, 1, 2), (9, 0, 1)]) is expected
