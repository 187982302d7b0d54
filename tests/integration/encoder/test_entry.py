"""The encoder's entry point: it ends by itself, and its exit code says what can be done."""

import io
import json
import logging
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import encode
import pytest

from tests import samples
from tests.integration.conftest import OUTPUT, SOURCE, TABLE
from vod import keys
from vod.aws import run_credentials
from vod.aws.objects import S3Output
from vod.encoder.scratch import FULL_EXIT
from vod.errors import SandboxUnavailable
from vod.sandbox import landlock, sandbox


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
    monkeypatch.setattr(landlock, "abi", lambda: 0)
    encode.main()

    lines = [json.loads(line) for line in written.getvalue().splitlines()]
    assert [line["level"] for line in lines] == ["WARNING", "WARNING", "CRITICAL"]
    assert lines.pop(0)["message"].startswith("no Landlock in this kernel")
    assert lines[0]["message"] == "two\nlines"
    about = {"videoId": samples.VIDEO_ID, "run": samples.RUN, "chunk": 0}
    about["execution"] = keys.execution_name(samples.VIDEO_ID, samples.RUN)
    assert all(about.items() <= line.items() for line in lines)


class Throttled(Exception):
    """Stands in for TooManyRequestsException."""


class Functions:
    """Stands in for Lambda: answers what it was made with, and keeps the questions."""

    exceptions = SimpleNamespace(TooManyRequestsException=Throttled)

    def __init__(self, *answers: dict[str, str]) -> None:
        self.answers = list(answers)
        self.asked: list[dict[str, str]] = []

    def invoke(self, FunctionName: str, Payload: bytes) -> dict[str, Any]:
        self.asked.append(json.loads(Payload))
        answer = self.answers.pop(0)
        if "throttled" in answer:
            raise Throttled
        failed = {"FunctionError": "Unhandled"} if "errorMessage" in answer else {}
        return {"Payload": io.BytesIO(json.dumps(answer).encode())} | failed


def granted(key: str, seconds: float) -> dict[str, str]:
    end = (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()
    return {"outcome": "granted", "accessKey": key, "secretKey": "s", "sessionToken": "t", "expiration": end}


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)


def test_the_rights_of_the_run_are_asked_for_again_before_they_end(
    session: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    functions = Functions(granted("first", 60), granted("second", 900))
    monkeypatch.setattr(run_credentials, "client", lambda _: functions)

    run_credentials.use("function", samples.VIDEO_ID, samples.RUN, "token")

    held = boto3.client("s3", region_name="eu-west-1")._request_signer._credentials
    assert held.get_frozen_credentials().access_key == "second"
    assert functions.asked == [{"videoId": samples.VIDEO_ID, "run": samples.RUN, "token": "token"}] * 2


def test_a_function_that_was_killed_or_is_throttled_is_asked_again(
    session: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    functions = Functions({"errorMessage": "killed"}, {"throttled": "yes"}, granted("third", 900))
    monkeypatch.setattr(run_credentials, "client", lambda _: functions)

    run_credentials.use("function", samples.VIDEO_ID, samples.RUN, "token")

    assert len(functions.asked) == 3


def test_a_task_of_a_run_that_is_over_ends_at_once(
    session: None, arguments: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CREDENTIALS_FUNCTION", "function")
    monkeypatch.setenv("RUN_TOKEN", "token")
    monkeypatch.setattr(run_credentials, "client", lambda _: Functions({"outcome": "unwanted"}))
    monkeypatch.setattr(encode, "encode", lambda *_: pytest.fail("it encodes"))

    assert encode.main() == 0
