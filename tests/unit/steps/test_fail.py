import json

import pytest

from tests import samples
from tests.fakes import FakeEvents, FakeMetrics, FakeVideos
from vod.record.status import Status
from vod.record.video import Failure
from vod.sandbox import sandbox
from vod.steps.fail import Failing, reason

CORRUPT = Failure("corrupt", "The file is damaged.")


def failing(status: Status) -> Failing:
    return Failing(
        FakeVideos({samples.VIDEO_ID: samples.video(status)}), FakeEvents(), FakeMetrics(), lambda: samples.NOW
    )


def test_a_failure_is_recorded_once_with_its_reason_and_announced() -> None:
    step = failing(Status.TRANSCODING)

    assert step.fail(samples.VIDEO_ID, samples.RUN, CORRUPT)
    assert not step.fail(samples.VIDEO_ID, samples.RUN, CORRUPT, repeated=True)

    video = step.videos.get(samples.VIDEO_ID)
    assert video is not None
    assert (video.status, video.failure) == (Status.FAILED, CORRUPT)
    assert isinstance(step.events, FakeEvents)
    assert [event for event, _ in step.events.published] == ["VideoFailed"]


def test_a_repeat_by_the_state_machine_announces_again_under_the_same_id() -> None:
    step = failing(Status.TRANSCODING)
    for _ in range(2):
        step.fail(samples.VIDEO_ID, samples.RUN, CORRUPT)

    assert isinstance(step.events, FakeEvents)
    assert len({told["id"] for _, told in step.events.published}) == 1
    assert len(step.events.published) == 2


def test_a_finished_video_cannot_fail_any_more() -> None:
    for status in (Status.READY, Status.DELETING, Status.CANCELLED):
        assert not failing(status).fail(samples.VIDEO_ID, samples.RUN, CORRUPT)


def test_a_full_scratch_is_told_from_how_the_task_ended() -> None:
    cause = json.dumps({"TaskArn": "arn", "Containers": [{"Name": "encoder", "ExitCode": 28}]})

    assert reason({"Error": "States.TaskFailed", "Cause": cause}).code == "scratch_full"
    assert reason({"Error": "States.TaskFailed", "Cause": cause.replace("28", "1")}).code == "internal"
    for other in ("28", '{"Containers": 28}', "no JSON", None):
        assert reason({"Error": "States.TaskFailed", "Cause": other}).code == "internal"


def test_a_missing_sandbox_is_told_from_how_the_task_ended() -> None:
    cause = json.dumps({"TaskArn": "arn", "Containers": [{"Name": "encoder", "ExitCode": sandbox.MISSING_EXIT}]})

    failure = reason({"Error": "States.TaskFailed", "Cause": cause})

    assert failure.code == "sandbox_unavailable"
    assert "operator" in failure.message


def test_a_source_that_fits_no_task_is_refused_with_what_to_do() -> None:
    failure = reason({"Error": "SourceTooLargeForTask", "Cause": "{}"})

    assert failure.code == "source_too_large_for_task"
    assert "SourcesOn=efs" in failure.message


def test_a_task_without_its_image_is_told_from_ecss_own_words() -> None:
    task = {
        "StopCode": "TaskFailedToStart",
        "StoppedReason": "CannotPullContainerError: pull image manifest: failed to resolve ref r:v1: r:v1: not found",
        "Containers": [],
    }

    def code(**changed: str) -> str:
        return reason({"Error": "States.TaskFailed", "Cause": json.dumps({**task, **changed})}).code

    assert code() == "encoder_image_missing"
    assert code(StopCode="EssentialContainerExited") == "internal"
    assert code(StoppedReason="CannotPullContainerError: dial tcp: i/o timeout") == "internal"
    assert code(StoppedReason="ResourceInitializationError: CannotPullContainerError") == "internal"


def test_our_own_reasons_are_kept_and_others_are_internal() -> None:
    assert reason({"code": "corrupt", "message": "The file is damaged."}) == CORRUPT
    assert reason({"Error": "States.Timeout", "Cause": "secret detail"}).code == "internal"
    assert "secret" not in reason({"Error": "x", "Cause": "secret detail"}).message


def test_the_token_of_a_task_that_failed_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    task = {
        "StopCode": "EssentialContainerExited",
        "Overrides": {"Environment": [{"Name": "RUN_TOKEN", "Value": "t0k"}]},
    }

    reason({"Error": "States.TaskFailed", "Cause": json.dumps(task)})

    assert "EssentialContainerExited" in caplog.text
    assert "t0k" not in caplog.text
