"""Addresses of uploads outlive neither what was sent to them nor what they were given for."""

import json
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from local.api import Api, ApiError
from local.clients import REGION
from local.platform import Platform
from tests.e2e.conftest import ended
from tests.e2e.test_reconcile import reconcile
from tests.local.aws import allow, unique
from vod.aws.videos import DynamoVideos
from vod.record.status import Status

MIB = 2**20


def put(upload: dict[str, Any], data: bytes) -> int:
    """Send bytes as the API's answer says; S3's status."""
    request = urllib.request.Request(upload["url"], data, upload["headers"], method="PUT")
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        return refused.code


@pytest.fixture
def powerful(platform: Platform) -> Iterator[Any]:
    """S3 in the name of a user who may do all there."""
    iam, user = platform.clients.iam, {"UserName": unique("user")}
    iam.create_user(**user)
    iam.put_user_policy(
        **user, PolicyName="all", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [allow("s3:*")]})
    )
    key = iam.create_access_key(**user)["AccessKey"]
    yield boto3.client(
        "s3",
        REGION,
        endpoint_url=platform.clients.endpoint,
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
        config=Config(s3={"addressing_style": "path"}),
    )
    iam.delete_access_key(**user, AccessKeyId=key["AccessKeyId"])
    iam.delete_user_policy(**user, PolicyName="all")
    iam.delete_user(**user)


def versions(platform: Platform, bucket: str, video_id: str) -> list[str]:
    """The versions of an upload, its delete markers left out."""
    listed = platform.clients.s3.list_object_versions(Bucket=bucket, Prefix=f"uploads/{video_id}/")
    return [found["VersionId"] for found in listed.get("Versions", [])]


def ids(api: Api) -> set[str]:
    """All videos, of whichever owner: an admin asks."""
    return {video["id"] for video in api.call("GET", "/videos?limit=100")["videos"]}


def swept(platform: Platform, made: Callable[[str], str]) -> dict[str, int]:
    """What was repaired once every source has had its turn: a pass looks at those after where the last one ended."""
    passes = [reconcile(platform, made) for _ in range(3)]
    return {kind: sum(each.get(kind, 0) for each in passes) for kind in set().union(*passes)}


def test_a_source_is_not_replaced_by_a_second_put_and_is_there_for_a_retry(
    api: Api, platform: Platform, made: Callable[[str], str], source: Path
) -> None:
    data = source.read_bytes()
    begun = api.call("POST", "/videos", {"filename": "once.mp4", "size": len(data), "contentType": "video/mp4"})
    video_id, upload = begun["video"]["id"], begun["upload"]
    first = put(upload, data)
    ended(api, video_id)
    before = versions(platform, made("SourceBucket"), video_id)

    again, unsigned = put(upload, bytes(len(data))), put({**upload, "headers": {"Content-Type": "video/mp4"}}, data)

    assert (first, again, unsigned) == (200, 412, 403)
    assert versions(platform, made("SourceBucket"), video_id) == before
    assert len(before) == 1
    records = DynamoVideos(platform.clients.dynamodb, made("Table"))
    record = records.get(video_id)
    assert record and record.source.version == before[0]
    records.save(replace(record, status=Status.FAILED))
    api.call("POST", f"/videos/{video_id}/retry")
    assert ended(api, video_id)["status"] == "ready"
    api.call("DELETE", f"/videos/{video_id}")


def test_what_is_put_after_an_abort_is_removed_and_becomes_no_video(
    api: Api, platform: Platform, made: Callable[[str], str], source: Path
) -> None:
    data, before = source.read_bytes(), ids(api)
    begun = api.call("POST", "/videos", {"filename": "aborted.mp4", "size": len(data)})
    video_id = begun["video"]["id"]
    api.call("DELETE", f"/videos/{video_id}/upload")

    answers, kept = [], []
    for sweep in (reconcile, swept):  # while the deletion is not over, and after it
        answers.append(put(begun["upload"], data))
        sweep(platform, made)
        kept.append(versions(platform, made("SourceBucket"), video_id))

    assert (answers, kept) == ([200, 200], [[], []])
    assert ids(api) == before
    with pytest.raises(ApiError, match="not_found"):
        api.video(video_id)
    assert api.call("DELETE", f"/videos/{video_id}")["deletion"]["completedAt"]


def test_what_is_put_after_an_upload_expired_is_removed_and_becomes_no_video(
    api: Api, platform: Platform, made: Callable[[str], str], source: Path
) -> None:
    data, before = source.read_bytes(), ids(api)
    begun = api.call("POST", "/videos", {"filename": "expired.mp4", "size": len(data)})
    video_id, records = begun["video"]["id"], DynamoVideos(platform.clients.dynamodb, made("Table"))
    record = records.get(video_id)
    assert record
    records.save(replace(record, awaited_until=1))

    reconcile(platform, made)
    assert put(begun["upload"], data) == 200
    swept(platform, made)

    assert versions(platform, made("SourceBucket"), video_id) == []
    assert ids(api) == before


def test_nobody_writes_an_upload_without_asking_whether_it_is_there(
    platform: Platform, made: Callable[[str], str], powerful: Any
) -> None:
    s3, place = powerful, {"Bucket": made("SourceBucket"), "Key": f"uploads/{'0' * 20}/source"}
    upload = s3.create_multipart_upload(**place)["UploadId"]
    tag = s3.upload_part(**place, UploadId=upload, PartNumber=1, Body=b"x")["ETag"]
    parts = {"UploadId": upload, "MultipartUpload": {"Parts": [{"PartNumber": 1, "ETag": tag}]}}

    for write in (lambda: s3.put_object(**place, Body=b"x"), lambda: s3.complete_multipart_upload(**place, **parts)):
        with pytest.raises(ClientError, match="AccessDenied"):
            write()

    s3.complete_multipart_upload(**place, **parts, IfNoneMatch="*")
    with pytest.raises(ClientError, match="PreconditionFailed"):
        s3.put_object(**place, Body=b"y", IfNoneMatch="*")
    (version,) = versions(platform, place["Bucket"], "0" * 20)
    platform.clients.s3.delete_object(**place, VersionId=version)
