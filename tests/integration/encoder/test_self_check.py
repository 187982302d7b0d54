"""`encode.py --check` says what its task allows, ends when it is told to, and leaves nothing."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from vod.profiles.profile import Codec

ROOT = Path(__file__).parents[3]


def started(folder: Path, *arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, str(ROOT / "container/encode.py"), "--check", *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src"), "SCRATCH_DIR": str(folder), "TMPDIR": str(folder)},
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("scratch")


@pytest.fixture(scope="module")
def told(folder: Path) -> Iterator[dict[str, Any]]:
    """Its lines by their kind, the one of its end among them, and the exit code."""
    process = started(folder)
    assert process.stdout
    found: dict[str, Any] = {}
    while "done" not in found:
        line = json.loads(process.stdout.readline())
        found[line["verify"]] = line
    process.send_signal(signal.SIGTERM)
    rest, _ = process.communicate(timeout=30)
    yield {**found, "end": [json.loads(line) for line in rest.splitlines()], "code": process.returncode}


def test_every_piece_is_measured(told: dict[str, Any]) -> None:
    pieces = {"machine", "confinement", "folders", "disk", "speeds"}

    assert pieces <= told.keys()
    assert [told[piece].get("failed") for piece in pieces] == [None] * len(pieces)
    assert told["confinement"]["sandbox"] == "entered"
    assert told["confinement"]["arriving"] == "allowed"
    assert told["folders"]["named"]["TMPDIR"]["writes"] == "yes"
    assert all(told["speeds"][codec.value] > 0.1 for codec in Codec)


def test_it_knows_when_its_process_began(told: dict[str, Any]) -> None:
    assert 0 < told["start"]["at"] - told["start"]["processStarted"] < 120


def test_sigterm_is_told_and_ends_it_in_order(told: dict[str, Any]) -> None:
    assert [line["verify"] for line in told["end"]] == ["sigterm"]
    assert told["code"] == 0


def test_it_leaves_nothing(told: dict[str, Any], folder: Path) -> None:
    assert list(folder.iterdir()) == []


def test_it_ends_with_the_code_that_is_asked_for(folder: Path) -> None:
    process = started(folder, "--exit", "28")

    assert process.wait(60) == 28
