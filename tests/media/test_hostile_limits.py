"""Limits of what is captured whole (posters, subtitles, sheets), and of pixels where the probe saw none: each is hit."""

import threading
from pathlib import Path
from typing import BinaryIO

import pytest

from tests.hostile import files
from tests.hostile.confined import SMALL, budget, let_python_start, python
from tests.integration.sandbox.test_hostile import encoder, planned, stored
from vod.encoder import limits as budgets
from vod.ffmpeg import runner
from vod.sandbox.sandbox import Sandbox
from vod.steps.encode import encode


def test_output_that_fits_is_captured_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    let_python_start(monkeypatch)
    exactly = f"import os\nos.write(1, bytes({SMALL.output_bytes}))"

    assert runner.capture(python(exactly), Sandbox(SMALL)) == bytes(SMALL.output_bytes)


def test_captured_output_ends_at_its_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    let_python_start(monkeypatch)
    too_much = f"import os\nfor _ in range(17): os.write(1, bytes({SMALL.output_bytes // 16}))"

    assert runner.capture(python(too_much), Sandbox(SMALL)) == b""


def test_a_capture_that_hangs_ends_with_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    let_python_start(monkeypatch)
    hang = "import os, time\nos.write(1, b'begun'); time.sleep(100)"

    assert runner.capture(python(hang), Sandbox(budget(wall_seconds=1))) == b""


def test_a_still_may_be_no_larger_than_a_still(tmp_path: Path) -> None:
    plan = planned(stored(tmp_path, b"source"), "mov").model_copy(update={"duration": 12 * 3600.0})

    spend = budgets.of_still(plan, plan.chunks[0], 2, 60)

    assert spend.output_bytes <= 64 * 2**20


def test_what_a_reader_takes_in_one_piece_is_counted_while_it_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    let_python_start(monkeypatch)
    endless = "import os\nwhile True: os.write(OUT, bytes(1024))"

    def build(outputs: object, _: str) -> list[str]:
        return python(endless.replace("OUT", outputs["v"].removeprefix("pipe:")))  # type: ignore[index]

    def take_all(_: str, pipe: BinaryIO) -> None:
        pipe.read()

    confined = Sandbox(budget(wall_seconds=5))
    finished = runner.run(build, ["v"], take_all, lambda *_: True, threading.Event(), confined)

    assert finished.exceeded == f"{SMALL.output_bytes} bytes of output"


def test_a_picture_too_large_for_the_probe_is_too_large_for_ffmpeg(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = stored(tmp_path, files.huge_picture(tmp_path, 8000))
    plan = planned(path, "mov")

    report = encode(encoder(tmp_path, path), plan, plan.chunks[0])

    assert report.outcome == "refused"
    assert "exceeds specified max pixel count" in caplog.text
