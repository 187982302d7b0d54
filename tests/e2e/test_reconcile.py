"""Events are lost and deletions stop half-way: the reconciler finishes them on the platform itself."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from local.api import Api
from local.platform import Platform
from tests.e2e.conftest import Video, ended
from tests.local.aws import until
from vod.aws.videos import DynamoVideos
from vod.status import Status


def reconcile(platform: Platform, made: Callable[[str], str]) -> dict[str, int]:
    """What the function mended, however new it was."""
    payload = json.dumps({"graceSeconds": -60})
    answer = platform.clients.lambda_.invoke(FunctionName=made("ReconcileFunction"), Payload=payload)
    said: dict[str, Any] = json.loads(answer["Payload"].read())
    return dict(said["repaired"])


def test_a_deletion_says_what_went_and_nothing_is_left(
    api: Api, platform: Platform, made: Callable[[str], str], source: Path
) -> None:
    video_id = ended(api, api.upload(source, lambda _: None))["id"]
    output = platform.clients.s3.list_objects_v2(Bucket=made("OutputBucket"), Prefix=f"videos/{video_id}/")["KeyCount"]

    receipt = api.call("DELETE", f"/videos/{video_id}")["deletion"]

    assert receipt["removed"]["sourceVersions"] == 1
    assert receipt["removed"]["outputObjects"] > output
    assert receipt["completedAt"]
    invalidation = platform.clients.cloudfront.get_invalidation(
        DistributionId=made("Distribution"), Id=receipt["invalidation"]
    )["Invalidation"]["InvalidationBatch"]
    assert invalidation["Paths"]["Items"] == [f"/videos/{video_id}/*"]
    assert api.call("DELETE", f"/videos/{video_id}")["deletion"] == receipt
    for bucket in ("OutputBucket", "SourceBucket"):
        versions = platform.clients.s3.list_object_versions(Bucket=made(bucket)).get("Versions", [])
        assert [each["Key"] for each in versions if video_id in each["Key"]] == []


def test_what_comes_after_a_deletion_is_removed(
    api: Api, platform: Platform, made: Callable[[str], str], source: Path
) -> None:
    video_id = api.call("POST", "/videos", {"filename": "late.mp4", "size": 5})["video"]["id"]
    api.call("DELETE", f"/videos/{video_id}")
    s3, output = platform.clients.s3, made("OutputBucket")
    s3.put_object(Bucket=made("SourceBucket"), Key=f"uploads/{video_id}/source", Body=b"late!")
    s3.put_object(Bucket=output, Key=f"videos/{video_id}/0123456789ab/v720/00001.m4s", Body=b"late!")

    report = until(lambda: reconcile(platform, made), 30)

    assert (report.get("late_source_removed"), report.get("late_output_removed")) == (1, 1)
    assert s3.list_objects_v2(Bucket=output, Prefix=f"videos/{video_id}/")["KeyCount"] == 0
    assert s3.list_objects_v2(Bucket=made("SourceBucket"), Prefix=f"uploads/{video_id}/")["KeyCount"] == 0


def test_a_video_whose_execution_was_never_started_becomes_ready(
    api: Api, platform: Platform, made: Callable[[str], str], video: Video
) -> None:
    records = DynamoVideos(platform.clients.dynamodb, made("Table"))
    kept = records.get(video["id"])
    assert kept and kept.run
    copied = f"{int(kept.id, 16) ^ 1:020x}"
    records.create(
        replace(kept, id=copied, status=Status.QUEUED, renditions=(), version=0, probe=None, queued_at=kept.created_at)
    )

    assert reconcile(platform, made).get("execution_started") == 1
    assert ended(api, copied)["status"] == "ready"
    api.call("DELETE", f"/videos/{copied}")
