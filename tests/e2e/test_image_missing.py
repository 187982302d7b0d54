"""A first deployment without an image: videos do not hang, and are encoded once it was pushed."""

from pathlib import Path

import pytest

from local import push
from local.api import Api
from local.platform import Platform
from tests.e2e.conftest import ended


@pytest.fixture
def without_image(platform: Platform) -> None:
    ecr = platform.clients.ecr
    for repository in ecr.describe_repositories()["repositories"]:
        images = ecr.list_images(repositoryName=repository["repositoryName"])["imageIds"]
        if images:
            ecr.batch_delete_image(repositoryName=repository["repositoryName"], imageIds=images)


@pytest.mark.usefixtures("without_image")
def test_a_video_fails_at_the_first_try_and_a_retry_works_after_the_push(
    platform: Platform, api: Api, source: Path
) -> None:
    video_id = api.upload(source, lambda _: None)

    failed = ended(api, video_id)
    tasks = [
        each["containers"][0]["image"]
        for arn in _stopped(platform)
        for each in platform.clients.ecs.describe_tasks(cluster=_cluster(platform), tasks=[arn])["tasks"]
        if "CannotPullContainerError" in each.get("stoppedReason", "")
    ]
    push.push(platform.clients)
    api.call("POST", f"/videos/{video_id}/retry")
    again = ended(api, video_id)

    assert (failed["status"], failed["error"]["code"]) == ("failed", "encoder_image_missing")
    assert len(tasks) <= 2
    assert again["status"] == "ready", again["error"]


def _cluster(platform: Platform) -> str:
    (cluster,) = platform.clients.ecs.list_clusters()["clusterArns"]
    return str(cluster)


def _stopped(platform: Platform) -> list[str]:
    return list(platform.clients.ecs.list_tasks(cluster=_cluster(platform), desiredStatus="STOPPED")["taskArns"])
