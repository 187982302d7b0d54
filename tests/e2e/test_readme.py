"""The README's examples work as they stand."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from local.api import Api
from local.platform import Platform
from tests.e2e.conftest import ended

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
DOCS = sorted((ROOT / "docs").rglob("*.md"))
PAGES = [
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "client/README.md",
    *(str(each.relative_to(ROOT)) for each in DOCS),
]


def section(title: str, page: str = README) -> str:
    """A page's part below a heading of the second level."""
    return page.split(f"## {title}\n")[1].split("\n## ")[0]


def run(example: str, platform: Platform, source: Path, folder: Path) -> str:
    (folder / ".local").mkdir()
    shutil.copy(platform.env_file, folder / ".local" / "env")
    shutil.copy(source, folder / "clip.mp4")
    command = ["sh", "-eu", "-c", example]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_first_command_is_near_the_top() -> None:
    assert README.splitlines().index("make demo                  # or: make demo FILE=your.mp4") < 40


def test_three_curl_calls_upload_a_video(platform: Platform, api: Api, source: Path, tmp_path: Path) -> None:
    (example,) = re.findall(r"```sh\n(.*?)```", section("Use it"), re.S)

    video = json.loads(run(example, platform, source, tmp_path))["video"]

    assert example.count("curl ") == 3
    assert video["title"] == "clip.mp4"
    assert ended(api, video["id"], 120)["status"] == "ready"


def test_the_tour_with_curl_runs(platform: Platform, source: Path, tmp_path: Path) -> None:
    tour = section("A tour with curl", (ROOT / "docs" / "api.md").read_text())
    (example,) = re.findall(r"```sh\n(.*?)```", tour, re.S)

    said = run(example, platform, source, tmp_path)

    assert "/index.m3u8" in said
    assert '"title": "Renamed"' in said or '"title":"Renamed"' in said


@pytest.mark.parametrize("page", PAGES)
def test_every_file_that_a_page_names_is_there(page: str) -> None:
    place = ROOT / page
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", place.read_text()):
        assert (place.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES)
def test_every_heading_that_a_page_links_to_is_there(page: str) -> None:
    place = ROOT / page
    for target, heading in re.findall(r"\]\(([^)#:]*)#([^)]+)\)", place.read_text()):
        found = (place.parent / target if target else place).resolve()
        assert heading in anchors(found), f"{target}#{heading}"


def anchors(page: Path) -> set[str]:
    """What a link can name of a page, as GitHub makes it of the headings, or as HTML has it."""
    text = page.read_text()
    if page.suffix == ".html":
        return set(re.findall(r" id=\"([^\"]+)\"", text))
    headings = re.findall(r"^#+ (.+)$", re.sub(r"```.*?```", "", text, flags=re.S), re.M)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES)
def test_prose_is_at_most_120_columns_wide(page: str) -> None:
    prose = re.sub(r"```.*?```", "", (ROOT / page).read_text(), flags=re.S)

    assert [line for line in prose.splitlines() if len(line) > 120 and not line.startswith("|")] == []


def test_every_make_target_that_a_page_names_is_there() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "local" / "emulator" / "README.md", *DOCS]
    named = {name for page in pages for name in re.findall(r"`make ([a-z-]+)", page.read_text())}

    assert named - targets == set()
