"""`make verify`: what was measured is judged, shown beside what is assumed, and told without a word of the account."""

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import WaiterError

from deployment import verify
from deployment.inventory import Part
from deployment.verification import checks, in_function, report, scratch, task_report
from deployment.verification.checks import CHECKS
from deployment.verification.judging import Check, Unknown, Verdict, findings, judged
from deployment.verification.place import Place
from deployment.verify import Verification, fact_of

NAMED = {check.name: check for check in CHECKS}
YES = dict.fromkeys(("SCRATCH_DIR", "TMPDIR"), "yes")
FACTS: dict[str, tuple[Any, Any]] = {
    "function-prctl": ({"PR_SET_NAME": "EPERM"}, {"PR_SET_NAME": "allowed"}),
    "function-calls": ({"ptrace": "EPERM", "unshare": "EPERM"}, {"ptrace": "EPERM", "unshare": "allowed"}),
    "function-landlock": ("ENOSYS", "allowed"),
    "function-kernel": ("5.10.234-225.895.amzn2.x86_64", "4.14.255"),
    "function-seal": ("none", "socket fork"),
    "function-others": ("EPERM", "signal 11"),
    "function-nofile": ({"opens": "none", "raised": "refused"}, {"opens": "socket", "raised": "refused"}),
    "function-limits": (
        {"cpu": "signal 24", "data": "ENOMEM", "fsize": "EFBIG", "nproc": "EAGAIN"},
        {"cpu": "signal 24", "data": "ENOMEM", "fsize": "EFBIG", "nproc": "allowed"},
    ),
    "function-writable": (["/tmp"], ["/tmp", "/var/task"]),
    "function-tmp": (524, 10240),
    "function-shm": (False, True),
    "function-memory": ("Runtime.ExitError", "allowed"),
    "function-freeze": (2, 60),
    "function-payload": ({"request": "refused", "answer": "refused"}, {"request": "taken", "answer": "refused"}),
    "function-import": ({"seconds": 3.9, "cpuSeconds": 1.1}, {"seconds": 9.0, "cpuSeconds": 2.6}),
    "task-start": (
        {"provision": 12.0, "pull": 14.0, "begin": 6.0, "total": 32.0, "import": 1.0},
        {"provision": 12.0, "pull": 54.0, "begin": 6.0, "total": 72.0, "import": 1.0},
    ),
    "task-kernel": ("5.10.240", "5.4.1"),
    "task-sandbox": ("entered", "no_new_privs was refused"),
    "task-seccomp": ("allowed", "Operation not permitted"),
    "task-arriving": ("allowed", "Function not implemented"),
    "task-landlock": (0, "broken"),
    "task-user": ({"measured": 10001, "definition": 10001}, {"measured": 0, "definition": 10001}),
    "task-root": ({"/": "Read-only file system"}, {"/": "yes"}),
    "task-folders": (YES, {**YES, "TMPDIR": "Permission denied"}),
    "task-disk": (29.4, 20.0),
    "task-memory": ({"measured": 7900, "definition": 8192}, {"measured": 3900, "definition": 8192}),
    "task-sigterm": (0.8, 30.0),
    "efs-journal": ({"fsyncMs": 6.1, "writeMiBs": 90}, {"fsyncMs": 300.0, "writeMiBs": 1}),
    "efs-tls": ({"tunnel": True, "owner": 10001, "user": 10001}, {"tunnel": False, "owner": 10001, "user": 10001}),
    "s3-throughput": ({"putMiBs": 80, "getMiBs": 400}, {"putMiBs": 80, "getMiBs": 20}),
    "encode-speed-h264": (1.2, 1.7),
    "encode-speed-hevc": (1.5, 2.0),
    "encode-speed-av1": (0.9, 3.0),
    "ecs-exit-code": (
        {"error": "States.TaskFailed", "stop": "EssentialContainerExited", "exit": 28},
        {"error": "States.TaskFailed", "stop": "EssentialContainerExited", "exit": None},
    ),
    "ecs-no-image": (
        {"error": "States.TaskFailed", "stop": "TaskFailedToStart", "reason": "CannotPullContainerError"},
        {"error": "States.TaskFailed", "stop": "TaskFailedToStart", "reason": "ImageMissing"},
    ),
    "ecs-refused": ("ECS.InvalidParameterException", "States.TaskFailed"),
    "ecs-history": (4, 6),
    "event-task-ended": (sorted(checks._EVENT_FIELDS | {"group"}), ["cpu", "memory"]),
    "event-delay": (1.5, 90.0),
    "s3-signed-length": (403, 200),
    "s3-unsigned-header": (403, 200),
    "s3-presigned-end": (403, 200),
    "s3-refusal-cors": ("*", "none"),
    "s3-presigned-version": ({"status": 206, "body": "same"}, {"status": 206, "body": "another"}),
    "s3-if-match": ({"stale": 412, "right": 200}, {"stale": 200, "right": 200}),
    "s3-if-none-match": (412, 200),
    "dynamodb-stream": (0.4, 9.0),
    "cognito-tier": ("ESSENTIALS", "PLUS"),
    "cognito-names": ("sub", "address"),
    "cognito-claims": (sorted(checks._CLAIMS), ["sub"]),
    "waf-capacity": ({"WebAcl": 902}, {"WebAcl": 1702}),
}
"""For each check a fact as assumed and one that differs."""


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_each_fact_is_judged(check: Check) -> None:
    good, bad = FACTS[check.name]

    as_assumed, differs = (judged(check, {check.name: fact}, is_emulator=False) for fact in (good, bad))

    assert (as_assumed.verdict, as_assumed.advice) == (Verdict.HOLDS, "")
    assert (differs.verdict, differs.advice) == (Verdict.DIFFERS, check.otherwise)
    assert as_assumed.measured and differs.measured


@pytest.mark.parametrize("facts", [{}, {"s3-if-match": Unknown("no right")}, {"s3-if-match": "nonsense"}])
def test_what_could_not_be_measured_is_a_question_mark_and_no_error(facts: dict[str, Any]) -> None:
    finding = judged(NAMED["s3-if-match"], facts, is_emulator=False)

    assert finding.verdict is Verdict.UNKNOWN


def test_what_the_emulator_cannot_tell_is_shown_and_not_judged() -> None:
    check = NAMED["encode-speed-h264"]

    finding = judged(check, {check.name: 9.0}, is_emulator=True)

    assert finding.verdict is Verdict.UNKNOWN
    assert finding.measured == f"9.00 times (not AWS: {check.local})"


SECRETS = (
    "arn:aws:ecs:eu-west-1:123456789012:task/cluster/0a1b, account 123456789012, key ASIAQWERTYUIOPASDFGH, "
    "https://vod.s3.eu-west-1.amazonaws.com/x?X-Amz-Security-Token=secret in subnet-0123456789abcdef0"
)


def test_the_report_names_nothing_of_the_account() -> None:
    said = report.anonymous(SECRETS)

    assert said == "<arn>, account <account>, key <key>, <address> in <id>"


def test_times_and_sizes_are_no_account_numbers() -> None:
    assert report.anonymous('{"at": 1795911058.471285, "bytes": 1099511627776.5}') == (
        '{"at": 1795911058.471285, "bytes": 1099511627776.5}'
    )


def test_assumed_stands_beside_measured_and_advice_below() -> None:
    facts = {name: bad if name == "task-start" else good for name, (good, bad) in FACTS.items()}
    found = findings(CHECKS, facts, is_emulator=False)

    lines = report.table(found).splitlines()

    (line,) = [line for line in lines if line.startswith("task-start")]
    assert "RunTask to process in 45 s" in line
    assert "72 s: 12 s to the pull" in line
    assert line.endswith("differs")
    assert any("-> a smaller or zstd image" in line for line in lines)
    assert report.summary(found) == f"{len(CHECKS) - 1} as assumed, 1 differs, 0 ?"
    assert max(map(len, lines)) < 130


def test_the_document_has_every_fact_and_can_be_read_again() -> None:
    facts = {name: good for name, (good, _) in FACTS.items()} | {"task-start": Unknown("no right")}

    text = report.document(findings(CHECKS, facts, False), {"region": "eu-west-1"}, facts)

    assert json.loads(text)["facts"]["function-tmp"] == 524
    assert "task-start" not in json.loads(text)["facts"]
    assert {each["name"] for each in json.loads(text)["findings"]} == set(NAMED)


def test_a_measure_that_fails_leaves_question_marks_and_the_others_go_on() -> None:
    class Without:
        def identity(self) -> dict[str, Any]:
            raise ValueError("AccessDenied for arn:aws:iam::123456789012:user/ann")

    facts = fact_of(Without().identity)

    assert facts == dict.fromkeys(
        ("cognito-tier", "cognito-names", "cognito-claims"), Unknown("ValueError: AccessDenied for <arn>")
    )


def at(second: float) -> datetime:
    return datetime.fromtimestamp(1_000 + second, UTC)


def test_a_start_is_told_step_by_step() -> None:
    task = {"createdAt": at(0), "pullStartedAt": at(12), "pullStoppedAt": at(26)}

    told = task_report.started({"processStarted": 1_032.0, "at": 1_033.5}, task)

    assert told == {"provision": 12, "pull": 14, "begin": 6, "total": 32, "import": 1.5}


def test_only_the_check_s_own_lines_are_read_from_the_log() -> None:
    lines = task_report.parsed(["not JSON", '{"level": "INFO"}', '"text"', '{"verify": "done", "at": 1}'])

    assert lines == {"done": {"verify": "done", "at": 1}}


def ended(status: str, error: str = "", cause: str = "") -> dict[str, str]:
    return {"status": status, "error": error, "cause": cause}


def test_how_a_task_failed_is_read_from_the_cause() -> None:
    exited = json.dumps({"StopCode": "EssentialContainerExited", "Containers": [{"ExitCode": 28}]})
    unpulled = json.dumps({"StopCode": "TaskFailedToStart", "StoppedReason": "CannotPullContainerError: pull: 404"})

    facts = {
        "ecs-exit-code": task_report.ended_as("ecs-exit-code", ended("FAILED", "States.TaskFailed", exited)),
        "ecs-no-image": task_report.ended_as("ecs-no-image", ended("FAILED", "States.TaskFailed", unpulled)),
        "ecs-refused": task_report.ended_as("ecs-refused", ended("FAILED", "ECS.ClientException", "too much")),
    }

    assert [judged(NAMED[name], facts, False).verdict for name in facts] == [Verdict.HOLDS] * 3


@pytest.mark.parametrize("check", ["ecs-exit-code", "ecs-no-image", "ecs-refused"])
def test_a_task_that_should_have_failed_and_did_not_is_a_question(check: str) -> None:
    assert task_report.ended_as(check, ended("SUCCEEDED")) == Unknown("it succeeded")


def place(cpu: int = 4096, memory: int = 8192, architecture: str = "arm64") -> Place:
    definition = {"cpu": str(cpu), "memory": str(memory), "containerDefinitions": [{"name": "encoder"}]}
    return Place("Mine", {}, {"Architecture": architecture}, (), definition)


@pytest.mark.parametrize("architecture", ["arm64", "x86_64"])
def test_it_costs_less_than_it_says(architecture: str) -> None:
    assert 0.01 < place(architecture=architecture).usd() < verify.MOST_USD


def verification(tmp_path: Path, typed: str, said: list[str]) -> Verification:
    return Verification(None, "Mine", lambda _: typed, tmp_path, said.append)


def test_it_says_what_it_does_and_costs_and_asks(tmp_path: Path) -> None:
    said: list[str] = []

    with pytest.raises(ValueError, match="nothing was done"):
        verification(tmp_path, "no", said)._confirm(place())
    verification(tmp_path, "yes", said)._confirm(place())

    assert "Mine-verify" in said[0]
    assert "0.02 USD, always less than 0.10" in said[1]


def test_what_would_cost_more_is_not_begun(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"above the limit of 0\.10"):
        verification(tmp_path, "yes", [])._confirm(place(16384, 122880, "x86_64"))


def test_the_template_carries_the_function_and_may_be_sent_in_a_request() -> None:
    body = scratch.template()

    code = json.loads(body)["Resources"]["Function"]["Properties"]["Code"]["ZipFile"]
    assert code == Path(in_function.__file__).read_text()
    assert len(body) < 51_200


def deployed_place(image: str, **parameters: str) -> Place:
    """A platform whose encoder runs an image, with an empty repository of its own."""
    named = {"SubnetA": "subnet-a", "SubnetB": "subnet-b", "EncoderSecurityGroup": "sg-1"}
    definition = {
        "taskDefinitionArn": "arn:aws:ecs:eu-west-1:1:task-definition/Mine-Encoder:1",
        "family": "Mine-Encoder",
        "taskRoleArn": "arn:task",
        "executionRoleArn": "arn:execution",
        "containerDefinitions": [{"name": "encoder", "image": image}],
    }
    parts = tuple(Part("AWS::EC2::Any", name, physical, False) for name, physical in named.items())
    outputs = {"ClusterName": "Mine-Cluster", "EncoderRepositoryUri": "1.dkr.ecr.eu-west-1.amazonaws.com/mine"}
    return Place("Mine", outputs, parameters, parts, definition)


@pytest.mark.parametrize("bound", ["arn:aws:iam::1:policy/bound", ""])
def test_what_bounds_the_platform_s_roles_bounds_those_of_the_check(bound: str) -> None:
    given = scratch.parameters(
        deployed_place("1.dkr.ecr.eu-west-1.amazonaws.com/mine:v1", PermissionsBoundaryArn=bound)
    )

    made = json.loads(scratch.template())["Resources"]
    roles = [each["Properties"] for each in made.values() if each["Type"] == "AWS::IAM::Role"]
    assert given["PermissionsBoundaryArn"] == bound
    assert [each["PermissionsBoundary"]["Fn::If"][1] for each in roles] == [{"Ref": "PermissionsBoundaryArn"}] * 2


def test_the_image_that_is_missing_is_asked_of_the_repository_that_tasks_pull_from() -> None:
    pipelines = deployed_place("2.dkr.ecr.eu-west-1.amazonaws.com/pipeline:commit")

    given = scratch.parameters(pipelines)

    assert given["MissingImage"] == "2.dkr.ecr.eu-west-1.amazonaws.com/pipeline:verify-missing"


class Failing:
    """An account in which the stack cannot be made."""

    def client(self, _: str) -> Any:
        return self

    def create_stack(self, **_: Any) -> None:
        pass

    def get_waiter(self, name: str) -> Any:
        return self

    def wait(self, **_: Any) -> None:
        raise WaiterError("StackCreateComplete", "Waiter encountered a terminal failure state", {})


def test_a_stack_that_cannot_be_made_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scratch, "parameters", lambda place: {})
    monkeypatch.setattr(scratch, "failures", lambda client, name: [f"Pool of {name}: no right"])

    with pytest.raises(ValueError, match="Mine-verify could not be made: Pool of Mine-verify: no right"):
        scratch.create(Failing(), place())  # type: ignore[arg-type]


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512")
    yield


def test_the_function_s_own_process_stays_as_it_was(here: None) -> None:
    tried = in_function.handler({"do": "confinement"}, None)
    limits = in_function.handler({"do": "limits"}, None)

    assert limits["openUnderNofile"] == "none"
    assert limits["cpu"].startswith("signal")
    assert set(tried["prctl"]) == {*in_function.PRCTL, "PR_SET_SECCOMP"}
    os.close(os.open("/dev/null", os.O_RDONLY))
    assert in_function.handler({"do": "folders"}, None)["memoryMiB"] == 512
