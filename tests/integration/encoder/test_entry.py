"""The encoder's entry point: it ends by itself, and its exit code says what can be done."""

import io
import json
import logging
import threading
from pathlib import Path
from typing import Any

import encode
import pytest

from tests import samples
from tests.integration.conftest import OUTPUT, SOURCE, TABLE
from vod import keys
from vod.aws.objects import S3Output
from vod.encoder.scratch import FULL_EXIT
from vod.errors import SandboxUnavailable
from vod.sandbox import sandbox


@pytest.fixture
def arguments(s3: Any, table: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stored plan and the task's environment; the folder where it works."""
    plan = samples.plan()
    key = keys.plan_key(plan.video_id, plan.run)
    S3Output(s3, OUTPUT).put(key, plan.model_dump_json().encode())
    places = {"SCRATCH_DIR": str(tmp_path / "scratch"), "SOURCE_DIR": str(tmp_path / "disk")}
    for name, value in {"OUTPUT_BUCKET": OUTPUT, "SOURCE_BUCKET": SOURCE, "TABLE_NAME": TABLE, **places}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.argv", ["encode.py", "--plan-key", key, "--chunk", "0"])
    monkeypatch.setattr(sandbox, "hide", lambda: None)
    monkeypatch.setattr("signal.signal", lambda *_: None)
    return tmp_path


def test_an_encoder_stops_when_its_time_is_over() -> None:
    stop = threading.Event()

    encode.end_after(0.05, stop)

    assert stop.wait(5)


@pytest.mark.parametrize(
    ("failed", "code"),
    [(SandboxUnavailable("seccomp filter refused"), sandbox.MISSING_EXIT), (OSError(28, "full"), FULL_EXIT)],
)
def test_what_stopped_an_encode_is_told_by_the_exit_code(
    arguments: Path, monkeypatch: pytest.MonkeyPatch, failed: Exception, code: int
) -> None:
    def refuse(*_: object) -> None:
        raise failed

    monkeypatch.setattr(encode, "encode", refuse)

    assert encode.main() == code


def test_every_line_of_its_log_names_the_video_the_run_and_the_chunk(
    arguments: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = io.StringIO()
    for handler in logging.getLogger("vod").handlers:
        monkeypatch.setattr(handler, "stream", written)

    def refuse(*_: object) -> None:
        logging.getLogger("vod.steps.encode").warning("two\nlines")
        raise SandboxUnavailable("seccomp filter refused")

    monkeypatch.setattr(encode, "encode", refuse)
    encode.main()

    lines = [json.loads(line) for line in written.getvalue().splitlines()]
    assert [line["level"] for line in lines] == ["WARNING", "CRITICAL"]
    assert lines[0]["message"] == "two\nlines"
    about = {"videoId": samples.VIDEO_ID, "run": samples.RUN, "chunk": 0}
    about["execution"] = keys.execution_name(samples.VIDEO_ID, samples.RUN)
    assert all(about.items() <= line.items() for line in lines)
