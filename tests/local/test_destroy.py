"""`make destroy` of our own templates: the stack goes, films and their table stay."""

from pathlib import Path

import boto3
import pytest

from deployment import STACK, stack
from deployment.destroy import Destruction
from local.platform import Options, Platform


@pytest.fixture
def session(tmp_path: Path, emulator_python: Path, monkeypatch: pytest.MonkeyPatch):
    with Platform(Options(tmp_path, port=0, emulator_python=emulator_python)) as platform:
        monkeypatch.setenv("AWS_ENDPOINT_URL", platform.endpoint)
        yield boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name="us-east-1")


def test_a_platform_goes_and_what_people_put_into_it_stays(session: boto3.Session) -> None:
    made = stack.read(session.client("cloudformation"), STACK).outputs
    session.client("s3").put_object(Bucket=made["SourceBucketName"], Key="kept", Body=b"film")
    said: list[str] = []

    Destruction(session, STACK, lambda _: STACK, said.append).run()

    assert stack.read(session.client("cloudformation"), STACK).status in ("", "DELETE_COMPLETE")
    assert session.client("lambda").list_functions()["Functions"] == []
    assert session.client("cloudfront").list_distributions()["DistributionList"].get("Items", []) == []
    buckets = {each["Name"] for each in session.client("s3").list_buckets()["Buckets"]}
    assert {made["SourceBucketName"], made["OutputBucketName"]} <= buckets
    assert made["PageBucketName"] not in buckets
    assert session.client("dynamodb").list_tables()["TableNames"] == [made["TableName"]]
    assert session.client("cognito-idp").describe_user_pool(UserPoolId=made["UserPoolId"])
    stays = "\n".join(said).split("Kept")[1]
    for kept in ("SourceBucketName", "OutputBucketName", "TableName", "UserPoolId"):
        assert made[kept] in stays
