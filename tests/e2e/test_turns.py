"""One video at a time: whoever sends many does not keep others waiting, and everything becomes ready in the end."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from local.api import Api
from local.deploy import resources
from local.platform import Options, Platform
from tests.e2e.conftest import ended
from tests.e2e.encoders import no_capacity
from tests.e2e.test_reconcile import reconcile
from tests.lanes import TASKS_ONLY
from tests.local.aws import until
from vod.aws.videos import DynamoVideos
from vod.aws.waiting import DynamoWaiting
from vod.ports.services import Held
from vod.record.status import Status


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    one = {"MaxRunningVideos": "1", **TASKS_ONLY}
    with Platform(Options(state=tmp_path_factory.mktemp("turns"), port=0, parameters=one, wait_scale=0.02)) as running:
        yield running


@pytest.fixture(scope="module")
def made(platform: Platform) -> Callable[[str], str]:
    return {resource.logical_id: resource.physical_id for resource in resources(platform.clients)}.__getitem__


def test_turns(platform: Platform, made: Callable[[str], str], source: Path) -> None:
    ann, bob = (Api(platform.api, platform.user_token(name)) for name in ("ann", "bob"))

    with no_capacity(platform):
        bulk = [ann.upload(source, lambda _: None) for _ in range(4)]
        until(lambda: ann.video(bulk[3])["waitsFor"] == "turn")
        single = bob.upload(source, lambda _: None)
        until(lambda: bob.video(single)["waitsFor"] == "turn")
        reconcile(platform, made)  # who stands in line stays there, once

    assert ended(bob, single)["status"] == "ready"
    assert [ended(ann, each)["status"] for each in bulk] == ["ready"] * 4
    begun = platform.clients.stepfunctions.list_executions(stateMachineArn=made("Transcode"))["executions"]
    in_order = [each["name"].split("-")[0] for each in sorted(begun, key=lambda each: each["startDate"])]
    assert sorted(in_order) == sorted([*bulk, single])
    assert single in in_order[:3], "one of ann's ran, and one more had waited longer than bob's"


def test_a_retry_waits_for_its_turn_too(platform: Platform, made: Callable[[str], str], source: Path) -> None:
    api = Api(platform.api, platform.token)
    with no_capacity(platform):
        first, second = (api.upload(source, lambda _: None) for _ in range(2))
        until(lambda: api.video(second)["waitsFor"] == "turn")
        api.call("POST", f"/videos/{second}/cancel")
        assert api.call("POST", f"/videos/{second}/retry")["video"]["waitsFor"] == "turn"

    assert [ended(api, each)["status"] for each in (first, second)] == ["ready", "ready"]


def test_a_place_in_line_of_a_video_that_is_gone_holds_up_nobody(
    platform: Platform, made: Callable[[str], str], source: Path
) -> None:
    api, dynamodb = Api(platform.api, platform.token), platform.clients.dynamodb
    waiting, records = DynamoWaiting(dynamodb, made("Table")), DynamoVideos(dynamodb, made("Table"))
    gone = Held("f" * 20, "0" * 12, "gone", "2026-01-02T00:00:00.000Z")

    waiting.hold(gone)
    video_id = api.upload(source, lambda _: None)
    assert ended(api, video_id)["status"] == "ready"
    until(lambda: waiting.owners() == (), 30)

    waiting.hold(gone)
    record = records.get(video_id)
    assert record
    copied = f"{int(video_id, 16) ^ 1:020x}"
    records.create(replace(record, id=copied, status=Status.QUEUED, renditions=(), version=0, probe=None))
    assert reconcile(platform, made).get("execution_started") == 1
    assert ended(api, copied)["status"] == "ready"
