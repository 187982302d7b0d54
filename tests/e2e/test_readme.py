"""The README's examples work as they stand."""

import re
import shutil
import subprocess
from pathlib import Path

from local.platform import Platform

README = (Path(__file__).parents[2] / "README.md").read_text()


def section(title: str) -> str:
    return README.split(f"## {title}\n")[1].split("\n## ")[0]


def test_the_first_command_is_near_the_top() -> None:
    assert README.splitlines().index("make demo                  # or: make demo FILE=your.mp4") < 25


def test_the_curl_examples_run(platform: Platform, source: Path, tmp_path: Path) -> None:
    (example,) = re.findall(r"```sh\n(.*?)```", section("Use it"), re.S)
    (tmp_path / ".local").mkdir()
    shutil.copy(platform.env_file, tmp_path / ".local" / "env")
    shutil.copy(source, tmp_path / "clip.mp4")

    done = subprocess.run(
        ["sh", "-eu", "-c", example], cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False
    )

    assert done.returncode == 0, done.stderr
    assert "/index.m3u8" in done.stdout
    assert '"title": "Renamed"' in done.stdout or '"title":"Renamed"' in done.stdout


def test_every_file_it_names_is_there() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert (Path(__file__).parents[2] / target).exists(), target
