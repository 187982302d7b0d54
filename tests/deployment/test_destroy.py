"""`make destroy`: asks, takes what can be made again, and leaves what people put into it."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, WaiterError
from moto import mock_aws

from deployment import destroy, inventory, playback_key, running
from deployment.destroy import Destruction
from deployment.inventory import Part

REGION, NAME = "eu-central-1", "Mine"
EDGE = f"{NAME}-{REGION}-edge"
KEPT = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}
TEMPLATE = {
    "Resources": {
        "SourceBucket": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "films"}, **KEPT},
        "PageBucket": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "page"}, **KEPT},
        "Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "work"}},
        "OtherQueue": {"Type": "AWS::SQS::Queue"},
    }
}


@pytest.fixture(autouse=True)
def session(monkeypatch: pytest.MonkeyPatch) -> Iterator[boto3.Session]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    with mock_aws():
        yield boto3.Session(region_name=REGION)


@pytest.fixture
def deployed(session: boto3.Session) -> boto3.Session:
    session.client("cloudformation").create_stack(StackName=NAME, TemplateBody=json.dumps(TEMPLATE))
    edge = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}
    session.client("cloudformation", "us-east-1").create_stack(StackName=EDGE, TemplateBody=json.dumps(edge))
    for bucket in ("films", "page"):
        session.client("s3").put_object(Bucket=bucket, Key="a", Body=b"content")
    playback_key.store(session.client("secretsmanager"), NAME, "pem")
    return session


def destroyed(session: boto3.Session, typed: str = NAME) -> str:
    """What it says."""
    said: list[str] = []
    Destruction(session, NAME, lambda _: typed, said.append).run()
    return "\n".join(said)


def stacks(session: boto3.Session, region: str = REGION) -> list[str]:
    return [each["StackName"] for each in session.client("cloudformation", region).describe_stacks()["Stacks"]]


def test_both_stacks_go_and_so_does_the_page(deployed: boto3.Session) -> None:
    destroyed(deployed)

    assert stacks(deployed) == stacks(deployed, "us-east-1") == []
    assert [bucket["Name"] for bucket in deployed.client("s3").list_buckets()["Buckets"]] == ["films"]
    assert deployed.client("s3").get_object(Bucket="films", Key="a")["Body"].read() == b"content"


def test_it_says_before_what_goes_what_stays_and_why(deployed: boto3.Session) -> None:
    said = destroyed(deployed)

    goes, stays = said.split("Kept")
    assert f"stack {NAME} in {REGION}" in goes
    assert "  SQS: Queue (2)" in goes
    assert EDGE in goes
    assert "the page, in page" in goes
    assert "S3::Bucket films: the videos that users uploaded" in stays
    assert "Bucket('films')" in stays


@pytest.mark.parametrize("typed", ["", "mine", "yes"])
def test_nothing_goes_unless_the_stacks_name_is_typed(deployed: boto3.Session, typed: str) -> None:
    with pytest.raises(ValueError, match="nothing was deleted"):
        destroyed(deployed, typed)

    assert stacks(deployed) == [NAME]


def test_what_a_broken_run_left_is_finished(deployed: boto3.Session) -> None:
    deployed.client("cloudformation").delete_stack(StackName=NAME)

    destroyed(deployed)

    assert stacks(deployed, "us-east-1") == []


def test_a_stack_that_is_not_there_is_named(session: boto3.Session) -> None:
    with pytest.raises(ValueError, match="no stack Mine in eu-central-1"):
        destroyed(session)


def test_the_key_can_be_had_back_by_the_next_deployment(deployed: boto3.Session) -> None:
    client = deployed.client("secretsmanager")
    destroyed(deployed)
    with pytest.raises(ClientError, match=r"marked for deletion|marked deleted"):
        client.get_secret_value(SecretId=f"{NAME}/playback-key")

    assert playback_key.ensured(client, NAME) == "pem"
    assert client.get_secret_value(SecretId=f"{NAME}/playback-key")["SecretString"] == "pem"


class NeverExecuted:
    """CloudFormation with a stack of which only a change set was made: it has no template and no resources."""

    def __init__(self) -> None:
        self.status = "REVIEW_IN_PROGRESS"

    def describe_stacks(self, StackName: str) -> Any:
        if StackName == NAME and self.status:
            return {"Stacks": [{"StackStatus": self.status}]}
        error = {"Error": {"Code": "ValidationError", "Message": f"Stack with id {StackName} does not exist"}}
        raise ClientError(error, "DescribeStacks")

    def get_template(self, **_: str) -> Any:
        return {"StagesAvailable": []}

    def get_paginator(self, _: str) -> Any:
        return self

    def get_waiter(self, _: str) -> Any:
        return self

    def paginate(self, **_: str) -> Any:
        return [{"StackResourceSummaries": []}]

    def wait(self, **_: Any) -> None:
        assert not self.status

    def delete_stack(self, StackName: str) -> None:
        self.status = ""


class SessionOf:
    """A session with that CloudFormation, and moto's other services."""

    region_name = REGION

    def __init__(self, cloudformation: NeverExecuted) -> None:
        self.cloudformation = cloudformation

    def client(self, service: str, region_name: str | None = None) -> Any:
        return self.cloudformation if service == "cloudformation" else boto3.client(service, region_name=REGION)

    def resource(self, service: str) -> Any:
        return boto3.resource(service, region_name=REGION)


def test_a_stack_whose_change_set_nobody_executed_goes_too() -> None:
    waiting = NeverExecuted()

    said = destroyed(SessionOf(waiting))  # type: ignore[arg-type]

    assert not waiting.status
    assert "nothing: its change set was never executed" in said


class HalfDeleted:
    """CloudFormation with a stack whose deletion fails some times, for a subnet that is in use."""

    def __init__(self, fails: int) -> None:
        self.fails, self.deletions = fails, 0

    def delete_stack(self, StackName: str) -> None:
        self.deletions += 1

    def describe_stacks(self, StackName: str) -> Any:
        return {"Stacks": [{"StackStatus": "DELETE_FAILED"}]}

    def get_waiter(self, _: str) -> Any:
        return self

    def wait(self, **_: Any) -> None:
        if self.deletions <= self.fails:
            raise WaiterError("StackDeleteComplete", "terminal failure state", {})

    def get_paginator(self, _: str) -> Any:
        return self

    def paginate(self, StackName: str) -> Any:
        subnet = {"LogicalResourceId": "SubnetA", "ResourceType": "AWS::EC2::Subnet", "StackId": "id"}
        return [{"StackEvents": [{**subnet, "ResourceStatus": "DELETE_FAILED", "ResourceStatusReason": "in use"}]}]


def deleted_at_last(client: HalfDeleted) -> str:
    said: list[str] = []
    Destruction(None, NAME, lambda _: NAME, said.append)._delete(client, NAME)
    return "\n".join(said)


def test_a_deletion_that_fails_is_explained_and_tried_once_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(destroy, "PAUSE_SECONDS", 0)
    client = HalfDeleted(fails=1)

    said = deleted_at_last(client)

    assert client.deletions == 2
    assert "not deleted: SubnetA (AWS::EC2::Subnet): in use" in said
    assert "40 minutes" in said


def test_a_deletion_that_fails_again_says_what_is_in_the_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(destroy, "PAUSE_SECONDS", 0)

    with pytest.raises(ValueError, match=r"Mine is not deleted: SubnetA .*in use.*Run make destroy again later"):
        deleted_at_last(HalfDeleted(fails=2))


def test_the_commands_by_hand_name_the_resource() -> None:
    layer = Part("AWS::Lambda::LayerVersion", "VodLayer1", "arn:aws:lambda:eu-central-1:1:layer:VodLayer:7", True)

    _, command = inventory.told(layer)

    assert "--layer-name arn:aws:lambda:eu-central-1:1:layer:VodLayer --version-number 7" in command


class Account:
    """An account whose one task, once it was asked to stop, is no longer listed, and ends some looks later."""

    def __init__(self, looks: int) -> None:
        self.looks, self.asked, self.stopped = looks, 0, 0

    def client(self, _: str) -> Any:
        return self

    def list_tasks(self, cluster: str, desiredStatus: str) -> Any:
        return {"taskArns": [] if self.asked else ["task"]}

    def stop_task(self, **_: Any) -> None:
        self.asked += 1

    def describe_clusters(self, clusters: list[str]) -> Any:
        self.looks -= 1
        return {"clusters": [{"runningTasksCount": int(self.looks > 0), "pendingTasksCount": 0}]}

    def get_paginator(self, _: str) -> Any:
        return self

    def paginate(self, **_: Any) -> Any:
        return [{"executions": [{"executionArn": "e"}]}]

    def stop_execution(self, **_: Any) -> None:
        self.stopped += 1


OUTPUTS = {"ClusterName": "c", "StateMachineArn": "m"}


def test_tasks_that_were_asked_to_stop_are_awaited_and_no_execution_begins_meanwhile(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(running, "POLL_SECONDS", 0)
    account = Account(looks=3)

    running.stop(account, OUTPUTS)

    assert (account.looks, account.asked, account.stopped) == (0, 1, 3)


def test_tasks_that_do_not_end_are_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "POLL_SECONDS", 0)
    monkeypatch.setattr(running, "PATIENCE_SECONDS", 0.01)

    with pytest.raises(TimeoutError, match="1 tasks have not ended"):
        running.stop(Account(looks=10**9), OUTPUTS)


def test_the_confirmation_may_stand_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONFIRM", "Mine")

    assert destroy.asked("") == "Mine"


def test_nobody_at_the_terminal_is_no_confirmation(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(_: str) -> str:
        raise EOFError

    monkeypatch.delenv("CONFIRM", raising=False)
    monkeypatch.setattr("builtins.input", nobody)

    assert destroy.asked("") == ""
