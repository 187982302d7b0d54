"""Events are lost and deletions stop half-way: the reconciler finishes them on the platform itself."""

import json
import os
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from local.api import Api, ApiError
from local.platform import Platform
from tests.e2e.conftest import Video, ended
from tests.e2e.encoders import encoder_processes, held
from tests.e2e.test_redrive import without
from tests.local.aws import until
from tests.media.generate import clip
from vod.aws.videos import DynamoVideos
from vod.record.status import Status


def reconcile(platform: Platform, made: Callable[[str], str], grace_seconds: int = -60) -> dict[str, int]:
    """What the function mended, however new it was."""
    payload = json.dumps({"graceSeconds": grace_seconds})
    answer = platform.clients.lambda_.invoke(FunctionName=made("ReconcileFunction"), Payload=payload)
    said: dict[str, Any] = json.loads(answer["Payload"].read())
    return dict(said["repaired"])


def test_a_deletion_says_what_went_and_nothing_is_left(
    api: Api, platform: Platform, made: Callable[[str], str], source: Path
) -> None:
    video_id = ended(api, api.upload(source, lambda _: None))["id"]
    scratch = platform.state / "volumes" / made("Scratch") / video_id
    (scratch / "0123456789ab" / "chunk-00000").mkdir(parents=True)  # as a killed encoder leaves it
    (scratch / "0123456789ab" / "chunk-00000" / "source").touch()
    output = platform.clients.s3.list_objects_v2(Bucket=made("OutputBucket"), Prefix=f"videos/{video_id}/")["KeyCount"]

    receipt = api.call("DELETE", f"/videos/{video_id}")["deletion"]

    assert receipt["removed"]["sourceVersions"] == 1
    assert receipt["removed"]["outputObjects"] > output
    assert receipt["removed"]["scratchFiles"] == 1
    assert not scratch.exists()
    assert receipt["completedAt"]
    invalidation = platform.clients.cloudfront.get_invalidation(
        DistributionId=made("Distribution"), Id=receipt["invalidation"]
    )["Invalidation"]["InvalidationBatch"]
    assert invalidation["Paths"]["Items"] == [f"/videos/{video_id}/*"]
    assert api.call("DELETE", f"/videos/{video_id}")["deletion"] == receipt
    for bucket in ("OutputBucket", "SourceBucket"):
        versions = platform.clients.s3.list_object_versions(Bucket=made(bucket)).get("Versions", [])
        assert [each["Key"] for each in versions if video_id in each["Key"]] == []


def test_what_killed_encoders_left_is_swept_and_what_is_new_is_not(
    platform: Platform, made: Callable[[str], str]
) -> None:
    scratch = platform.state / "volumes" / made("Scratch")
    for name, age in (("1" * 20, 7200), ("2" * 20, 0)):
        (scratch / name).mkdir()
        os.utime(scratch / name, (time.time() - age, time.time() - age))

    answer = platform.clients.lambda_.invoke(FunctionName=made("ScratchFunction"), Payload="{}")

    assert json.loads(answer["Payload"].read()) == {"removed": ["1" * 20]}
    (scratch / ("2" * 20)).rmdir()


def test_what_comes_after_a_deletion_is_removed(
    api: Api, platform: Platform, made: Callable[[str], str], source: Path
) -> None:
    video_id = api.call("POST", "/videos", {"filename": "late.mp4", "size": 5})["video"]["id"]
    api.call("DELETE", f"/videos/{video_id}")
    s3, output = platform.clients.s3, made("OutputBucket")
    s3.put_object(Bucket=made("SourceBucket"), Key=f"uploads/{video_id}/source", Body=b"late!", IfNoneMatch="*")
    s3.put_object(Bucket=output, Key=f"videos/{video_id}/0123456789ab/v720/00001.m4s", Body=b"late!")

    removed: Counter[str] = Counter()

    def is_done() -> bool:
        removed.update(reconcile(platform, made))
        return bool(removed["late_source_removed"] and removed["late_output_removed"])

    until(is_done, 30)

    assert (removed["late_source_removed"], removed["late_output_removed"]) == (1, 1)
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

    assert reconcile(platform, made).get("execution_started")
    assert ended(api, copied)["status"] == "ready"
    api.call("DELETE", f"/videos/{copied}")


def test_what_nobody_wants_any_more_is_stopped(
    api: Api, platform: Platform, made: Callable[[str], str], tmp_path: Path
) -> None:
    video_id = api.upload(clip(tmp_path / "film.mp4", seconds=60, size="640x360"), lambda _: None)
    until(lambda: encoder_processes(video_id), 60)
    # Step Functions fails to stop its task, and the record is lost: nobody else would ever end it.
    with without(platform, made("TranscodeRole"), "ecs:StopTask"), held(video_id):
        DynamoVideos(platform.clients.dynamodb, made("Table")).delete(video_id)

        report = reconcile(platform, made)
        more = reconcile(platform, made)

    assert report.get("execution_stopped")
    assert report.get("task_stopped", 0) + more.get("task_stopped", 0) >= 1
    until(lambda: not encoder_processes(video_id), 60)
    # Its source is kept, for nothing says that it was deleted, and is nobody's: whose it was is not known any more.
    assert report.get("unknown_source", 0) + more.get("unknown_source", 0) >= 1
    with pytest.raises(ApiError, match="not_found"):
        api.video(video_id)
    source = {"Bucket": made("SourceBucket"), "Key": f"uploads/{video_id}/source"}
    version = platform.clients.s3.head_object(**source)["VersionId"]
    platform.clients.s3.delete_object(**source, VersionId=version)


def test_a_run_that_ended_without_a_word_is_told(
    api: Api, platform: Platform, made: Callable[[str], str], video: Video
) -> None:
    records = DynamoVideos(platform.clients.dynamodb, made("Table"))
    kept = records.get(video["id"])
    assert kept
    lost = replace(kept, id=f"{int(kept.id, 16) ^ 2:020x}", status=Status.TRANSCODING, renditions=(), version=0)
    records.create(lost)

    assert reconcile(platform, made).get("failure_recorded")

    assert api.video(lost.id)["error"]["code"] == "internal"
    records.delete(lost.id)  # its source is another video's


def test_deletions_that_stopped_half_way_are_finished(
    api: Api, platform: Platform, made: Callable[[str], str], source: Path
) -> None:
    s3, records = platform.clients.s3, DynamoVideos(platform.clients.dynamodb, made("Table"))
    s3.upload_file(str(source), made("SourceBucket"), "ingest/half.mp4")
    find = lambda: [each for each in api.call("GET", "/videos")["videos"] if each["title"] == "half.mp4"]  # noqa: E731
    direct = ended(api, until(find, 60)[0]["id"])["id"]
    large = api.call("POST", "/videos", {"filename": "large.mp4", "size": 100 << 20})["video"]["id"]
    for video_id in (direct, large):
        record = records.get(video_id)
        assert record
        records.save(replace(record, status=Status.DELETING))

    assert reconcile(platform, made).get("deletion_finished", 0) >= 2

    assert not s3.list_object_versions(Bucket=made("SourceBucket"), Prefix="ingest/half.mp4").get("Versions")
    uploads = s3.list_multipart_uploads(Bucket=made("SourceBucket")).get("Uploads", [])
    assert not [each for each in uploads if large in each["Key"]]
    for prefix in ("videos/", "jobs/"):
        assert s3.list_objects_v2(Bucket=made("OutputBucket"), Prefix=f"{prefix}{direct}/")["KeyCount"] == 0


def test_what_was_put_into_the_bucket_is_tried_again_and_deleted_like_an_upload(
    api: Api, platform: Platform, made: Callable[[str], str], source: Path
) -> None:
    platform.clients.s3.upload_file(str(source), made("SourceBucket"), "ingest/again.mp4")
    find = lambda: [each for each in api.call("GET", "/videos")["videos"] if each["title"] == "again.mp4"]  # noqa: E731
    video_id = until(find, 60)[0]["id"]
    records = DynamoVideos(platform.clients.dynamodb, made("Table"))
    ended(api, video_id)
    record = records.get(video_id)
    assert record
    records.save(replace(record, status=Status.FAILED))

    api.call("POST", f"/videos/{video_id}/retry")
    assert ended(api, video_id)["status"] == "ready"

    assert api.call("DELETE", f"/videos/{video_id}")["deletion"]["removed"]["sourceVersions"] == 1
