"""What holds users' data is encrypted, closed to the public, reached by TLS only, and outlives the stack."""

import pytest

from tests.templates import parsed, resolved
from tests.templates.parsed import Resource
from vod.steps.upload import PARTS_KEPT

KEEPS_DATA = ("AWS::S3::Bucket", "AWS::DynamoDB::Table", "AWS::Cognito::UserPool")
each_bucket = pytest.mark.parametrize("bucket", parsed.resources("AWS::S3::Bucket"), ids=lambda bucket: bucket.name)


OF_USERS = [each for each in parsed.resources(*KEEPS_DATA) if each.template != parsed.APART]


@pytest.mark.parametrize("resource", OF_USERS, ids=lambda resource: resource.name)
def test_data_outlives_the_stack(resource: Resource) -> None:
    assert resource.definition["DeletionPolicy"] == "RetainExceptOnCreate"
    assert resource.definition["UpdateReplacePolicy"] == "Retain"


def test_nothing_stays_behind_after_a_creation_that_fails() -> None:
    assert [str(each) for each in parsed.resources() if each.definition.get("DeletionPolicy") == "Retain"] == []


def test_what_only_verifies_leaves_nothing() -> None:
    made = [each for each in parsed.resources() if each.template == parsed.APART]

    assert made
    assert {each.definition.get("DeletionPolicy", "Delete") for each in made} == {"Delete"}


@each_bucket
def test_a_bucket_is_encrypted_and_closed(bucket: Resource) -> None:
    assert bucket.properties["BucketEncryption"]
    assert bucket.properties["OwnershipControls"]["Rules"] == [{"ObjectOwnership": "BucketOwnerEnforced"}]
    assert len(bucket.properties["PublicAccessBlockConfiguration"]) == 4
    assert all(bucket.properties["PublicAccessBlockConfiguration"].values())


@each_bucket
def test_a_bucket_refuses_plain_http(bucket: Resource) -> None:
    policies = [
        each
        for each in parsed.resources("AWS::S3::BucketPolicy")
        if each.properties["Bucket"] == {"Ref": bucket.name}
        and ("pipeline" in bucket.template) <= (each.template == bucket.template)
    ]

    denials = [each for each in policies[0].properties["PolicyDocument"]["Statement"] if each.get("Effect") == "Deny"]

    assert len(policies) == 1
    assert denials[0]["Action"] == "s3:*"
    assert denials[0]["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


@each_bucket
def test_a_bucket_forgets_abandoned_uploads_only_after_they_expired(bucket: Resource) -> None:
    rules = bucket.properties["LifecycleConfiguration"]["Rules"]
    longest = parsed.ROOT_TEMPLATE["Parameters"]["UploadExpiryInHours"]["MaxValue"]

    days = [
        rule["AbortIncompleteMultipartUpload"]["DaysAfterInitiation"]
        for rule in rules
        if "AbortIncompleteMultipartUpload" in rule
    ]

    assert days
    assert min(days) * 24 > longest
    assert set(days) == {PARTS_KEPT.days}


def test_only_videos_and_files_made_of_them_are_served() -> None:
    policy = next(each for each in parsed.resources("AWS::S3::BucketPolicy") if each.name == "OutputBucketPolicy")

    served = [
        path["Fn::Sub"]
        for each in policy.properties["PolicyDocument"]["Statement"]
        if each["Effect"] == "Allow"
        for path in each["Resource"]
    ]

    assert [path.rsplit("}", 1)[1] for path in served] == ["/videos/*", "/downloads/*"]


@pytest.mark.parametrize("queue", parsed.resources("AWS::SQS::Queue"), ids=lambda queue: queue.name)
def test_a_queue_is_encrypted(queue: Resource) -> None:
    assert queue.properties["SqsManagedSseEnabled"] is True


@pytest.mark.parametrize(
    ("parameter", "bucket", "rule", "says"),
    [
        ("SourceExpiryInDays", "SourceBucket", "Sources", "ExpirationInDays"),
        ("SourceColdInDays", "SourceBucket", "ColdSources", "Transitions"),
        ("OutputTieringInDays", "OutputBucket", "TieredOutput", "Transitions"),
    ],
)
def test_how_long_something_is_kept_and_where_is_a_parameter(parameter: str, bucket: str, rule: str, says: str) -> None:
    def rules(days: str) -> dict[str, dict[str, object]]:
        made = resolved.resources("Storage", "eu-west-1", **{parameter: days})
        return {each["Id"]: each for each in made[bucket]["LifecycleConfiguration"]["Rules"]}

    assert rule not in rules("0")
    assert says in rules("30")[rule]
