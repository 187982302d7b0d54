"""A stack that is stuck: explained from its events, cleared for who asks, and what it left behind only if empty."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from deployment import failures, recovery
from deployment.failures import Leftover
from deployment.recovery import Recovery

STACK_ID, NESTED_ID = (
    "arn:aws:cloudformation:eu-west-1:1:stack/Mine/1",
    "arn:aws:cloudformation:eu-west-1:1:stack/Mine-Inner/2",
)
NESTED = "AWS::CloudFormation::Stack"
Event = dict[str, Any]


def event(status: str, name: str, kind: str, physical: str = "", reason: str = "", stack: str = STACK_ID) -> Event:
    return {
        "StackId": stack,
        "LogicalResourceId": name,
        "ResourceType": kind,
        "PhysicalResourceId": physical,
        "ResourceStatus": status,
        "ResourceStatusReason": reason,
    }


INNER = [
    event("CREATE_IN_PROGRESS", "Mine-Inner", NESTED, NESTED_ID, stack=NESTED_ID),
    event("CREATE_COMPLETE", "Films", "AWS::S3::Bucket", "films", stack=NESTED_ID),
    event("CREATE_FAILED", "Cluster", "AWS::ECS::Cluster", reason="no role", stack=NESTED_ID),
    event("DELETE_SKIPPED", "Films", "AWS::S3::Bucket", "films", stack=NESTED_ID),
    event("DELETE_IN_PROGRESS", "Mine-Inner", NESTED, NESTED_ID, stack=NESTED_ID),
    event("DELETE_COMPLETE", "Mine-Inner", NESTED, NESTED_ID, stack=NESTED_ID),
]
OUTER = [
    event("CREATE_IN_PROGRESS", "Mine", NESTED, STACK_ID, "User Initiated"),
    event("CREATE_IN_PROGRESS", "Inner", NESTED, NESTED_ID, "Resource creation Initiated"),
    event("CREATE_FAILED", "Inner", NESTED, NESTED_ID, "Embedded stack was not successfully created"),
    event("CREATE_FAILED", "Topic", "AWS::SNS::Topic", reason="Resource creation cancelled"),
    event("ROLLBACK_IN_PROGRESS", "Mine", NESTED, STACK_ID),
    event("ROLLBACK_COMPLETE", "Mine", NESTED, STACK_ID),
]


class Stuck:
    """CloudFormation with one stack that is stuck, until it is deleted or taken back."""

    def __init__(self, status: str, after: str = "") -> None:
        self.status, self.after, self.did = status, after, []

    def describe_stacks(self, StackName: str) -> Any:
        if not self.status:
            error = {"Error": {"Code": "ValidationError", "Message": "Stack with id Mine does not exist"}}
            raise ClientError(error, "DescribeStacks")
        return {"Stacks": [{"StackStatus": self.status, "StackId": STACK_ID}]}

    def get_paginator(self, _: str) -> Any:
        return self

    def paginate(self, StackName: str) -> Any:
        return [{"StackEvents": (INNER if StackName == NESTED_ID else OUTER)[::-1]}]

    def get_waiter(self, name: str) -> Any:
        self.did.append(name)
        return self

    def wait(self, **_: Any) -> None:
        pass

    def delete_stack(self, StackName: str) -> None:
        self.did.append(f"delete {StackName}")
        self.status = ""

    def continue_update_rollback(self, StackName: str) -> None:
        self.did.append(f"continue {StackName}")
        self.status = "UPDATE_ROLLBACK_COMPLETE"


class Session:
    """A session whose CloudFormation is stuck, and whose other services are moto's."""

    def __init__(self, cloudformation: Stuck) -> None:
        self.cloudformation = cloudformation

    def client(self, service: str, region_name: str) -> Any:
        return self.cloudformation if service == "cloudformation" else boto3.client(service, region_name=region_name)


@pytest.fixture(autouse=True)
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    with mock_aws():
        client = boto3.client("s3", region_name="us-east-1")
        client.create_bucket(Bucket="films")
        yield client


def recovered(stuck: Stuck, agrees: bool = True) -> str:
    said: list[str] = []
    Recovery(Session(stuck), "us-east-1", "Mine", lambda _: agrees, said.append).run()
    return "\n".join(said)


def test_the_first_failure_is_found_down_in_the_nested_stack() -> None:
    found = failures.failures(Stuck("ROLLBACK_COMPLETE"), "Mine")

    assert [str(each) for each in found] == [
        "Cluster (AWS::ECS::Cluster): no role",
        "Topic (AWS::SNS::Topic): Resource creation cancelled",
    ]


def test_a_stack_that_was_rolled_back_is_explained_deleted_and_swept(s3: Any) -> None:
    stuck = Stuck("ROLLBACK_COMPLETE")

    said = recovered(stuck)

    assert "Mine is ROLLBACK_COMPLETE. Its first creation failed and was rolled back." in said
    assert "First: Cluster (AWS::ECS::Cluster): no role" in said
    assert "aws cloudformation delete-stack --stack-name Mine" in said
    assert stuck.did == [f"delete {STACK_ID}", "stack_delete_complete"]
    assert "removed: S3::Bucket films" in said
    assert s3.list_buckets()["Buckets"] == []


UNVERIFIED = (
    "Resource handler returned message: \"Access denied for operation 'AWS::CloudFront::Distribution: Your account must "
    "be verified before you can add new CloudFront resources. To verify your account, please contact AWS Support "
    "(https://console.aws.amazon.com/support/home#/) and include this error message.'\""
)


@pytest.mark.parametrize("status", ["ROLLBACK_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"])
def test_an_account_that_cloudfront_has_not_verified_is_told_what_to_do(
    status: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = failures.Failure("Distribution", "AWS::CloudFront::Distribution", UNVERIFIED)
    monkeypatch.setattr(failures, "failures", lambda client, name: [refused])

    lines = "\n".join(recovery.why_not(Stuck(status), "Mine"))

    assert "-> AWS must verify some new accounts before their first distribution. Open a support case" in lines
    assert "make deploy" in lines
    assert failures.Failure("Cluster", "AWS::ECS::Cluster", "no role").remedy == ""


def test_a_bucket_with_something_in_it_stays_and_is_told_of(s3: Any) -> None:
    s3.put_object(Bucket="films", Key="film", Body=b"film")

    said = recovered(Stuck("ROLLBACK_COMPLETE"))

    assert "kept: S3::Bucket films; python -c" in said
    assert s3.get_object(Bucket="films", Key="film")["Body"].read() == b"film"


def test_what_a_platform_in_use_kept_is_never_swept(s3: Any) -> None:
    recovered(Stuck("DELETE_FAILED"))

    assert [each["Name"] for each in s3.list_buckets()["Buckets"]] == ["films"]


def test_a_failed_way_back_goes_on() -> None:
    stuck = Stuck("UPDATE_ROLLBACK_FAILED")

    said = recovered(stuck)

    assert "continue-update-rollback" in said
    assert stuck.did == ["continue Mine", "stack_rollback_complete"]


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("ROLLBACK_COMPLETE", "Its first creation failed"),
        ("UPDATE_ROLLBACK_COMPLETE", "Mine works as before"),
    ],
)
def test_a_deployment_that_failed_is_explained_by_its_cause(status: str, said: str) -> None:
    lines = "\n".join(recovery.why_not(Stuck(status), "Mine"))

    assert said in lines
    assert "Cluster (AWS::ECS::Cluster): no role" in lines


def test_a_stack_that_was_not_touched_explains_nothing() -> None:
    assert list(recovery.why_not(Stuck("CREATE_COMPLETE"), "Mine")) == []


def test_nothing_is_done_for_who_does_not_ask() -> None:
    stuck = Stuck("ROLLBACK_COMPLETE")

    with pytest.raises(ValueError, match="Mine is ROLLBACK_COMPLETE; nothing was done"):
        recovered(stuck, agrees=False)

    assert stuck.did == []


@pytest.mark.parametrize("status", ["", "CREATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "REVIEW_IN_PROGRESS"])
def test_a_stack_that_can_be_deployed_is_left_alone(status: str) -> None:
    assert recovered(Stuck(status)) == ""


def test_a_stack_that_somebody_changes_is_waited_for() -> None:
    with pytest.raises(ValueError, match="another change is in progress"):
        recovered(Stuck("UPDATE_IN_PROGRESS"))


@pytest.mark.parametrize(("said", "agreed"), [("yes", True), ("no", False)])
def test_the_answer_may_stand_in_the_environment(monkeypatch: pytest.MonkeyPatch, said: str, agreed: bool) -> None:
    monkeypatch.setenv("CLEAN", said)

    assert recovery.agreed("") is agreed


@pytest.mark.parametrize(("typed", "agreed"), [("y", True), ("", False)])
def test_somebody_at_the_terminal_is_asked(monkeypatch: pytest.MonkeyPatch, typed: str, agreed: bool) -> None:
    monkeypatch.delenv("CLEAN", raising=False)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("builtins.input", lambda _: typed)

    assert recovery.agreed("") is agreed


def test_an_empty_table_goes_too_and_a_role_is_left_to_a_human() -> None:
    session = boto3.Session(region_name="us-east-1")
    session.client("dynamodb").create_table(
        TableName="videos",
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )

    assert recovery.remove_empty(session, "us-east-1", Leftover("Table", "AWS::DynamoDB::Table", "videos"))

    assert session.client("dynamodb").list_tables()["TableNames"] == []
    assert not recovery.remove_empty(session, "us-east-1", Leftover("Role", "AWS::IAM::Role", "role"))
