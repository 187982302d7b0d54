"""What SAM packs into functions and layers is what the lock files name, byte by byte."""

import hashlib
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from deployment import REPOSITORY, wheels

WHEEL = "small-1.0-py3-none-any.whl"


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one package, and no other index."""
    folder = tmp_path / "index"
    folder.mkdir()
    with zipfile.ZipFile(folder / WHEEL, "w") as made:
        made.writestr("small.py", "")
        made.writestr("small-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: small\nVersion: 1.0\n")
        made.writestr("small-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        made.writestr("small-1.0.dist-info/RECORD", "")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


def locked(folder: Path, digest: str) -> Path:
    lock = folder / "requirements.txt"
    lock.write_text(f"small==1.0 --hash=sha256:{digest}\n")
    return lock


def test_a_package_that_is_the_locked_one_is_downloaded(index: Path, tmp_path: Path) -> None:
    lock = locked(tmp_path, hashlib.sha256((index / WHEEL).read_bytes()).hexdigest())

    for command in wheels.downloads("arm64", [lock], tmp_path / "wheels"):
        subprocess.run(command, check=True)

    assert (tmp_path / "wheels" / WHEEL).exists()


@pytest.mark.parametrize("step", [0, 1], ids=["for this machine", "for the stack's processor"])
def test_another_file_of_that_name_and_version_is_refused(index: Path, tmp_path: Path, step: int) -> None:
    lock = locked(tmp_path, "0" * 64)

    done = subprocess.run(
        wheels.downloads("arm64", [lock], tmp_path / "wheels")[step], capture_output=True, text=True, check=False
    )

    assert done.returncode != 0
    assert "DO NOT MATCH THE HASHES" in done.stderr
    assert not (tmp_path / "wheels" / WHEEL).exists()


def test_sam_finds_nothing_but_what_was_checked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    ran: list[tuple[list[str], dict[str, Any]]] = []
    monkeypatch.setattr(wheels, "FOLDER", tmp_path / "wheels")
    (tmp_path / "wheels").mkdir()
    (tmp_path / "wheels" / "left.whl").write_bytes(b"of an earlier build")
    monkeypatch.setattr("subprocess.run", lambda command, **options: ran.append((command, options)))

    assert wheels.main(["Architecture=x86_64"]) == 0

    command, options = ran[-1]
    assert command == ["sam", "build", "--parameter-overrides", "Architecture=x86_64"]
    assert options["env"]["PIP_NO_INDEX"] == "1"
    assert options["env"]["PIP_FIND_LINKS"] == str(tmp_path / "wheels")
    assert not (tmp_path / "wheels").exists()


def test_wheels_are_those_of_the_stack_s_processor() -> None:
    here, there = wheels.downloads("x86_64")

    assert here[:4] == [sys.executable, "-m", "pip", "download"]
    assert [there[at + 1] for at, word in enumerate(there) if word == "--platform"] == [
        "manylinux_2_34_x86_64",
        "manylinux_2_28_x86_64",
        "manylinux_2_17_x86_64",
        "manylinux2014_x86_64",
    ]


def test_another_processor_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert wheels.main(["Architecture=riscv"]) == 1
    assert "arm64 or x86_64" in capsys.readouterr().err


@pytest.mark.parametrize("file", ["ci/build.sh", "Makefile"])
def test_the_pipeline_and_make_build_this_way(file: str) -> None:
    text = (REPOSITORY / file).read_text()

    assert "python -m deployment.wheels" in text
    assert not re.search(r"^\s*(@?\$\(with_tools\) )?sam build", text, re.M)
