"""What AWS decides by a session's tags, an item's partition key and an object's version, the emulator decides alike."""

import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from local.child import Emulator
from local.clients import Clients
from tests.local.aws import Statement, allow, grant, unique

HELD = "arn:aws:s3:::{}/${{aws:PrincipalTag/run}}/*"


def session(clients: Clients, emulator: Emulator, tags: dict[str, str], *statements: Statement) -> Any:
    """A client factory with a session of a new role."""
    trust = [{"Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Action": ["sts:AssumeRole", "sts:TagSession"]}]
    name, document = unique("role"), json.dumps({"Version": "2012-10-17", "Statement": trust})
    arn = clients.iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)["Role"]["Arn"]
    grant(clients, arn, *statements)
    sts = boto3.client("sts", endpoint_url=f"http://127.0.0.1:{emulator.port}", **root())
    given = sts.assume_role(
        RoleArn=arn, RoleSessionName="test", Tags=[{"Key": key, "Value": value} for key, value in tags.items()]
    )["Credentials"]
    keys = given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"]
    held = boto3.Session(*keys, region_name="us-east-1")
    return lambda service: held.client(service, endpoint_url=f"http://127.0.0.1:{emulator.port}")


def root() -> dict[str, str]:
    return {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": "us-east-1"}


def is_denied(call: Any, **arguments: Any) -> bool:
    try:
        call(**arguments)
    except ClientError as error:
        return error.response["Error"]["Code"] in ("AccessDenied", "AccessDeniedException")
    return False


@pytest.fixture
def bucket(clients: Clients) -> str:
    name = unique("bucket")
    clients.s3.create_bucket(Bucket=name)
    clients.s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    return name


def test_a_tag_of_the_session_stands_for_its_variable(clients: Clients, emulator: Emulator, bucket: str) -> None:
    s3 = session(clients, emulator, {"run": "a"}, allow("s3:PutObject", HELD.format(bucket)))("s3")

    assert not is_denied(s3.put_object, Bucket=bucket, Key="a/x", Body=b"x")
    assert is_denied(s3.put_object, Bucket=bucket, Key="b/x", Body=b"x")
    assert is_denied(s3.put_object, Bucket=bucket, Key="${aws:PrincipalTag/run}/x", Body=b"x")


def test_a_session_without_the_tag_may_nothing_of_it(clients: Clients, emulator: Emulator, bucket: str) -> None:
    s3 = session(clients, emulator, {}, allow("s3:PutObject", [HELD.format(bucket), f"arn:aws:s3:::{bucket}/*"]))("s3")

    assert is_denied(s3.put_object, Bucket=bucket, Key="a/x", Body=b"x")


def test_an_item_is_told_by_its_partition_key(clients: Clients, emulator: Emulator) -> None:
    table = unique("table")
    clients.dynamodb.create_table(
        TableName=table,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
    )
    own = {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["V#${aws:PrincipalTag/video}"]}}
    rights = allow(["dynamodb:GetItem", "dynamodb:UpdateItem", "dynamodb:Query"], Condition=own)
    items = session(clients, emulator, {"video": "a"}, rights)("dynamodb")

    assert not is_denied(items.get_item, TableName=table, Key={"pk": {"S": "V#a"}})
    assert is_denied(items.get_item, TableName=table, Key={"pk": {"S": "V#b"}})
    assert is_denied(items.update_item, TableName=table, Key={"pk": {"S": "V#b"}})
    asked = {"TableName": table, "KeyConditionExpression": "#p = :v", "ExpressionAttributeNames": {"#p": "pk"}}
    for video, denied in (("a", False), ("b", True)):
        assert is_denied(items.query, **asked, ExpressionAttributeValues={":v": {"S": f"V#{video}"}}) is denied


def test_a_version_is_told_by_its_id(clients: Clients, emulator: Emulator, bucket: str) -> None:
    first, second = (clients.s3.put_object(Bucket=bucket, Key="x", Body=b"x")["VersionId"] for _ in range(2))
    wanted = {"StringEquals": {"s3:VersionId": "${aws:PrincipalTag/version}"}}
    rights = allow("s3:GetObjectVersion", f"arn:aws:s3:::{bucket}/*", Condition=wanted)
    s3 = session(clients, emulator, {"version": first}, rights)("s3")

    assert not is_denied(s3.get_object, Bucket=bucket, Key="x", VersionId=first)
    assert is_denied(s3.get_object, Bucket=bucket, Key="x", VersionId=second)
