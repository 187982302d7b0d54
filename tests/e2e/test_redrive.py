"""A right is missing, everything is tried to its end and kept; the right is there again, and `make redrive` mends all."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from deployment.redrive import Redrive
from local.api import Api
from local.platform import Platform
from tests.e2e.conftest import ended
from tests.local.aws import until
from tests.media.generate import clip

ASYNCHRONOUS = {
    "FailFunction": {},
    "SpendFunction": {},
    "WatchFunction": {"chunk": 1},
    "ReconcileFunction": {"graceSeconds": "x"},
    "ScratchFunction": {"videoId": ".."},
}
"""What each of these cannot take."""


@contextmanager
def without(platform: Platform, role: str, action: str) -> Iterator[None]:
    """A while in which a role may not do something."""
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": action, "Resource": "*"}]}
    platform.clients.iam.put_role_policy(RoleName=role, PolicyName="broken", PolicyDocument=json.dumps(policy))
    try:
        yield
    finally:
        platform.clients.iam.delete_role_policy(RoleName=role, PolicyName="broken")


def waiting(platform: Platform, queue: str) -> int:
    asked = platform.clients.sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["ApproximateNumberOfMessages"])
    return int(asked["Attributes"]["ApproximateNumberOfMessages"])


def redrive(platform: Platform, made: Callable[[str], str]) -> dict[str, int]:
    return dict(Redrive(platform.clients.sqs, platform.clients.lambda_, made("DeadLetterQueue")).run())


def test_a_source_that_could_not_be_dispatched_becomes_a_video(
    platform: Platform, api: Api, made: Callable[[str], str], source: Path
) -> None:
    sqs, queue = platform.clients.sqs, made("DispatchQueue")
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"VisibilityTimeout": "1"})
    with without(platform, made("DispatchRole"), "dynamodb:GetItem"):
        video_id = api.upload(source, lambda _: None)
        until(lambda: waiting(platform, made("DeadLetterQueue")) == 1, 60)
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"VisibilityTimeout": "180"})
    assert api.video(video_id)["status"] == "awaiting_upload"

    assert redrive(platform, made) == {queue.rsplit("/", 1)[1]: 1}

    assert ended(api, video_id)["status"] == "ready"
    assert waiting(platform, made("DeadLetterQueue")) == 0


def test_what_a_function_cannot_take_is_kept_with_its_event_and_goes_back_to_it(
    platform: Platform, made: Callable[[str], str]
) -> None:
    for name, event in ASYNCHRONOUS.items():
        platform.clients.lambda_.invoke(FunctionName=made(name), InvocationType="Event", Payload=json.dumps(event))
    until(lambda: waiting(platform, made("DeadLetterQueue")) == len(ASYNCHRONOUS), 60)

    assert redrive(platform, made) == {made(name): 1 for name in ASYNCHRONOUS}

    until(lambda: waiting(platform, made("DeadLetterQueue")) == len(ASYNCHRONOUS), 60)  # they still cannot take it
    platform.clients.sqs.purge_queue(QueueUrl=made("DeadLetterQueue"))


def test_progress_that_could_not_be_taken_is_dropped_and_the_video_is_ready_all_the_same(
    platform: Platform, api: Api, made: Callable[[str], str], tmp_path: Path
) -> None:
    film = clip(tmp_path / "film.mp4", seconds=40, size="640x360")
    functions = platform.clients.lambda_
    [trigger] = functions.list_event_source_mappings(FunctionName=made("AdvanceFunction"))["EventSourceMappings"]
    # The emulator gives a batch up by its age alone.
    functions.update_event_source_mapping(UUID=trigger["UUID"], MaximumRecordAgeInSeconds=2)
    with without(platform, made("AdvanceRole"), "dynamodb:GetItem"):
        video_id = api.upload(film, lambda _: None)
        until(lambda: waiting(platform, made("DeadLetterQueue")), 90)
    functions.update_event_source_mapping(UUID=trigger["UUID"], MaximumRecordAgeInSeconds=300)
    assert ended(api, video_id)["status"] == "ready"
    time.sleep(2)  # what was on its way

    assert redrive(platform, made).keys() == {"dropped"}
    assert waiting(platform, made("DeadLetterQueue")) == 0
