"""`make deploy` looks before it builds, and ends with what is still missing."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from deployment import missing
from deployment.__main__ import main, next_steps
from tests.deployment.test_preflight import DEPLOYED, Answer, StubbedSession

ABSENT = "ValidationError: Stack with id Mine does not exist"
Answers = Mapping[tuple[str, str], list[Answer]]


@pytest.fixture(autouse=True)
def nothing_is_built(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(command: list[str], **_: Any) -> None:
        raise AssertionError(f"{command} was run")

    monkeypatch.setattr("subprocess.run", run)
    monkeypatch.setattr("shutil.which", lambda tool: f"/bin/{tool}")
    monkeypatch.delenv("CLEAN", raising=False)
    monkeypatch.setattr("sys.stdin.isatty", lambda: False)


def exit_code(monkeypatch: pytest.MonkeyPatch, answers: Answers, *arguments: str) -> int:
    session = StubbedSession(answers)
    monkeypatch.setattr("boto3.Session", lambda **_: session)
    return main(["--without-page", *arguments])


def test_nothing_is_built_for_who_is_nobody(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answers: Answers = {
        ("cloudformation", "describe_stacks"): [ABSENT],
        ("sts", "get_caller_identity"): ["ExpiredToken: The security token is expired"],
    }

    assert exit_code(monkeypatch, answers) == 1
    told = capsys.readouterr()
    assert "aws sso login" in told.out
    assert "nothing was built" in told.err


def test_a_stack_that_is_stuck_is_explained_and_left_to_who_does_not_ask(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stuck = {**DEPLOYED, "StackStatus": "ROLLBACK_COMPLETE", "Outputs": []}
    failed = {
        "StackId": "id",
        "EventId": "event",
        "StackName": "Mine",
        "Timestamp": 0,
        "LogicalResourceId": "Cluster",
        "ResourceType": "AWS::ECS::Cluster",
        "ResourceStatus": "CREATE_FAILED",
        "ResourceStatusReason": "no role",
    }
    answers: Answers = {
        ("cloudformation", "describe_stacks"): [{"Stacks": [stuck]}],
        ("cloudformation", "describe_stack_events"): [{"StackEvents": [failed]}],
    }

    assert exit_code(monkeypatch, answers) == 1
    told = capsys.readouterr()
    assert "First: Cluster (AWS::ECS::Cluster): no role" in told.out
    assert "nothing was done" in told.err


def after(images: Answer, users: list[dict[str, str]]) -> str:
    answers: Answers = {
        ("cloudformation", "describe_stacks"): [{"Stacks": [DEPLOYED]}],
        ("ecr", "describe_images"): [images],
        ("cognito-idp", "list_users"): [{"Users": users}],
    }
    return next_steps(StubbedSession(answers), "Mine")


def test_a_first_deployment_ends_with_the_commands_for_image_and_user() -> None:
    said = after("ImageNotFoundException", [])

    assert "docker buildx build" in said
    assert "admin-create-user" in said


@pytest.mark.parametrize(
    ("written", "argument"),
    [(f"# comment\nsha256:{'a' * 64}\n", f" --build-arg BASE_DIGEST=@sha256:{'a' * 64} "), ("# comment\n", " ")],
)
def test_the_command_for_the_image_builds_on_the_digest_that_was_reviewed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: str, argument: str
) -> None:
    (tmp_path / "container").mkdir()
    (tmp_path / "container" / "base-image.digest").write_text(written)
    monkeypatch.setattr(missing, "REPOSITORY", tmp_path)

    assert f"docker buildx build{argument}--platform" in after("ImageNotFoundException", [])


def test_a_platform_that_lacks_nothing_ends_with_the_one_that_tries_it_out() -> None:
    assert after({"imageDetails": [{}]}, [{"Username": "ann"}]) == "Try it with a generated clip: make smoke STACK=Mine"
