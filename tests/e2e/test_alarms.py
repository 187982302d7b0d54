"""What goes wrong makes its alarm go off, and the alarm tells the topic what to do."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from local.api import Api
from local.dashboard import draw
from local.platform import Options, Platform
from tests.e2e.conftest import ended, physical_ids
from tests.e2e.encoders import no_capacity
from tests.lanes import TASKS_ONLY
from tests.local.aws import invoke, listener, until
from tests.media.generate import clip

STACK = "VideoTranscodingStack"


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """A platform of its own to break, with a budget, on which Step Functions waits a fiftieth of the time."""
    budget = {"DailyBudgetInUsd": "1000", **TASKS_ONLY}
    state = tmp_path_factory.mktemp("alarms")
    with Platform(Options(state=state, port=0, wait_scale=0.02, parameters=budget)) as running:
        yield running


@pytest.fixture(scope="module")
def api(platform: Platform) -> Api:
    return Api(platform.api, platform.token)


@pytest.fixture(scope="module")
def made(platform: Platform) -> Callable[[str], str]:
    return physical_ids(platform)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return clip(tmp_path_factory.mktemp("media") / "clip.mp4", seconds=1, size="160x120")


@pytest.fixture(scope="module")
def told(platform: Platform, made: Callable[[str], str]) -> Callable[[], list[dict[str, Any]]]:
    """What the alert topic has told so far, heard by a queue."""
    clients = platform.clients
    heard: list[dict[str, Any]] = []
    url = listener(clients, made("AlertTopic"))

    def messages() -> list[dict[str, Any]]:
        for message in clients.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", ()):
            heard.append(json.loads(json.loads(message["Body"])["Message"]))
            clients.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return heard

    return messages


def alarm(platform: Platform, name: str) -> dict[str, Any]:
    return dict(platform.clients.cloudwatch.describe_alarms(AlarmNames=[f"{STACK}-{name}"])["MetricAlarms"][0])


def sooner(platform: Platform, name: str, threshold: float) -> None:
    """The same alarm with a threshold that a test can wait for."""
    known = alarm(platform, name)
    kept = ("AlarmName", "AlarmDescription", "AlarmActions", "OKActions", "Namespace", "MetricName", "Dimensions",
            "Statistic", "ExtendedStatistic", "Period", "EvaluationPeriods", "ComparisonOperator", "TreatMissingData")  # fmt: skip
    platform.clients.cloudwatch.put_metric_alarm(Threshold=threshold, **{k: known[k] for k in kept if known.get(k)})


def goes_off(platform: Platform, told: Callable[[], list[dict[str, Any]]], name: str) -> dict[str, Any]:
    """What the topic was told when the alarm went off; its text says what to do, and where to read on."""

    def heard() -> dict[str, Any] | None:
        mine = (one for one in told() if one["AlarmName"] == f"{STACK}-{name}" and one["NewStateValue"] == "ALARM")
        return next(mine, None)

    message = until(heard, 60)
    assert f"More under {name} in docs/operations.md" in message["AlarmDescription"]
    assert alarm(platform, name)["StateValue"] == "ALARM"
    return message


def deny(platform: Platform, role: str, action: str) -> Callable[[], None]:
    """Take a right away from a role; the answer gives it back."""
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": action, "Resource": "*"}]}
    platform.clients.iam.put_role_policy(RoleName=role, PolicyName="broken", PolicyDocument=json.dumps(policy))
    return lambda: platform.clients.iam.delete_role_policy(RoleName=role, PolicyName="broken")


def test_before_anything_went_wrong_no_alarm_is_off(platform: Platform, api: Api, source: Path) -> None:
    assert ended(api, api.upload(source, lambda _: None))["status"] == "ready"

    alarms = platform.clients.cloudwatch.describe_alarms(AlarmNamePrefix=STACK)["MetricAlarms"]
    off = {one["AlarmName"].removeprefix(f"{STACK}-") for one in alarms if one["StateValue"] == "ALARM"}
    assert len(alarms) == 12
    assert off <= {"api-latency"}  # the first calls find cold functions


def test_a_broken_run(platform: Platform, api: Api, made: Callable[[str], str], source: Path, told: Any) -> None:
    mend = deny(platform, made("PlanRole"), "s3:PutObject")
    video = ended(api, api.upload(source, lambda _: None))
    mend()

    assert (video["status"], video["error"]["code"]) == ("failed", "internal")
    goes_off(platform, told, "executions-failed")
    goes_off(platform, told, "broken")


def test_a_file_that_is_no_video_wakes_nobody(platform: Platform, api: Api, tmp_path: Path, made: Any) -> None:
    before = failed_executions(platform, made("Transcode"))
    (tmp_path / "letter.mp4").write_bytes(b"Dear all, " * 1000)
    video = ended(api, api.upload(tmp_path / "letter.mp4", lambda _: None))

    assert video["status"] == "failed"
    assert failed_executions(platform, made("Transcode")) == before


def failed_executions(platform: Platform, machine: str) -> int:
    found = platform.clients.stepfunctions.list_executions(stateMachineArn=machine, statusFilter="FAILED")
    return len(found["executions"])


def test_no_capacity_and_the_video_is_ready_once_there_is_some(
    platform: Platform, api: Api, source: Path, told: Any
) -> None:
    with no_capacity(platform):
        video_id = api.upload(source, lambda _: None)
        goes_off(platform, told, "no-capacity")

    assert ended(api, video_id)["status"] == "ready"


def test_errors_and_slowness_of_the_api(platform: Platform, api: Api, made: Callable[[str], str], told: Any) -> None:
    sooner(platform, "api-latency", threshold=0.1)
    mend = deny(platform, made("LibraryRole"), "dynamodb:Query")
    for _ in range(5):
        with pytest.raises(Exception, match="internal"):
            api.call("GET", "/videos")
    mend()

    goes_off(platform, told, "api-errors")
    goes_off(platform, told, "api-latency")


def test_new_sources_that_nobody_dispatches(platform: Platform, made: Callable[[str], str], told: Any) -> None:
    sooner(platform, "queue-age", threshold=2)
    mend = deny(platform, made("DispatchRole"), "sqs:ReceiveMessage")
    platform.clients.sqs.send_message(QueueUrl=made("DispatchQueue"), MessageBody=json.dumps({"Records": []}))

    goes_off(platform, told, "queue-age")
    mend()


def test_dead_letters(platform: Platform, made: Callable[[str], str], told: Any) -> None:
    queue = made("DispatchQueue")
    platform.clients.sqs.set_queue_attributes(QueueUrl=queue, Attributes={"VisibilityTimeout": "0"})
    platform.clients.sqs.send_message(QueueUrl=queue, MessageBody="not JSON")

    goes_off(platform, told, "dead-letters")
    assert "not JSON" in taken(platform, made("DeadLetterQueue"))


def taken(platform: Platform, url: str) -> list[str]:
    """Take the letters away, as a human would."""
    letters = platform.clients.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    for letter in letters:
        platform.clients.sqs.delete_message(QueueUrl=url, ReceiptHandle=letter["ReceiptHandle"])
    return [letter["Body"] for letter in letters]


def test_a_spent_budget_holds_new_videos_until_there_is_more(
    platform: Platform, api: Api, made: Callable[[str], str], source: Path, told: Any
) -> None:
    budget(platform, made, usd=0.000001)
    ended(api, api.upload(source, lambda _: None))  # the one of this day for which there need be no room
    video_id = api.upload(source, lambda _: None)
    until(lambda: api.video(video_id)["waitsFor"] == "budget", 60)

    watch(platform, made)
    goes_off(platform, told, "budget")
    assert api.video(video_id)["status"] == "queued"
    budget(platform, made, usd=1000)
    watch(platform, made)
    video = ended(api, video_id)
    assert (video["status"], video["waitsFor"]) == ("ready", None)


def budget(platform: Platform, made: Callable[[str], str], usd: float) -> None:
    for name in ("DispatchFunction", "WatchFunction"):
        known = platform.clients.lambda_.get_function_configuration(FunctionName=made(name))
        variables = known["Environment"]["Variables"] | {"DAILY_BUDGET_USD": str(usd)}
        platform.clients.lambda_.update_function_configuration(
            FunctionName=made(name), Environment={"Variables": variables}
        )


def watch(platform: Platform, made: Callable[[str], str]) -> Any:
    """What happens every minute, now."""
    return invoke(platform.clients, made("WatchFunction"), {})[0]


def test_a_ready_video_says_what_it_cost(api: Api, source: Path) -> None:
    created = api.call("POST", "/videos", {"filename": "a.mp4", "size": 10**9})
    video = ended(api, api.upload(source, lambda _: None))
    cost = until(lambda: (found := api.video(video["id"])["cost"])["tasks"] and found, 30)

    assert created["estimate"]["leastUsd"] <= created["estimate"]["usd"] <= created["estimate"]["mostUsd"]
    assert (cost["tasks"], cost["taskSeconds"]) == (1, 60), "Fargate bills a minute at least"
    assert 0 < cost["tasksUsd"] < cost["totalUsd"] == pytest.approx(cost["tasksUsd"] + cost["requestsUsd"])
    assert cost["storageUsdPerMonth"] > 0


@pytest.mark.parametrize(
    ("name", "value"),
    [("burst-credits", 10**9), ("executions-timed-out", 1), ("function-lane", 1)],
    ids=["burst-credits", "timed-out", "function-lane"],
)
def test_what_cannot_happen_here_is_told_as_aws_would(platform: Platform, told: Any, name: str, value: float) -> None:
    """There is no EFS here, no execution of three days and no function that encodes: the figure is put by hand, with the alarm's own dimensions."""
    known = alarm(platform, name)
    figure = {"MetricName": known["MetricName"], "Value": value, "Dimensions": known["Dimensions"]}
    platform.clients.cloudwatch.put_metric_data(Namespace=known["Namespace"], MetricData=[figure])

    goes_off(platform, told, name)


def test_the_dashboard_is_drawn_from_what_happened(platform: Platform) -> None:
    drawn = draw(platform.clients.cloudwatch)

    empty = {axes.get_title("left") for axes in drawn.axes if "no data" in {text.get_text() for text in axes.texts}}
    lines = {axes.get_title("left"): [line.get_label() for line in axes.lines] for axes in drawn.axes}
    assert empty <= {"EFS burst credits (bytes)"}
    assert lines["Failures by code"] == ["internal", "not_a_video"]
    assert lines["Cost per hour of video (USD)"] == ["USD per hour"]
