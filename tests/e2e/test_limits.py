"""Small files of many hours: what they cost is known before any task starts, and limits hold them up, with a reason.

No task finds capacity here: a video that may go is one whose execution asks for tasks.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from local.api import Api, ApiError
from local.deploy import resources
from local.platform import Options, Platform
from tests.e2e.conftest import Video, ended
from tests.e2e.encoders import no_capacity
from tests.lanes import TASKS_ONLY
from tests.local.aws import invoke, until
from tests.media.generate import ffmpeg

HOURS = 10
LIMITS = {
    "MaxVideoCostInUsd": "0.004",
    "DailyVideoPerOwnerInHours": "13",
    "DailyUploadPerOwnerGiB": "0.01",
    "DailyBudgetInUsd": "1000",
    **TASKS_ONLY,
}


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    options = Options(state=tmp_path_factory.mktemp("limits"), port=0, parameters=LIMITS, wait_scale=0.02)
    with Platform(options) as running, no_capacity(running):
        yield running


@pytest.fixture(scope="module")
def made(platform: Platform) -> Callable[[str], str]:
    return {resource.logical_id: resource.physical_id for resource in resources(platform.clients)}.__getitem__


@pytest.fixture(scope="module")
def black(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten black hours in 720p at a frame a second."""
    folder = tmp_path_factory.mktemp("media")
    piece, film = folder / "piece.mp4", folder / "film.mp4"
    ffmpeg("-f", "lavfi", "-i", "color=black:size=1280x720:rate=1", "-t", "600", "-pix_fmt", "yuv420p", str(piece))
    ffmpeg("-stream_loop", str(HOURS * 6 - 1), "-i", str(piece), "-c", "copy", str(film))
    return film


@pytest.fixture(scope="module")
def admin(platform: Platform) -> Api:
    return Api(platform.api, platform.token)


def user(platform: Platform, name: str) -> Api:
    return Api(platform.api, platform.user_token(name))


def send(api: Api, source: Path) -> str:
    return api.upload(source, lambda _: None)


def goes(api: Api, video_id: str) -> None:
    """Its encode begins; nobody waits for its end."""
    until(lambda: api.video(video_id)["status"] == "transcoding", 60)
    api.call("POST", f"/videos/{video_id}/cancel")


def refused(api: Api, video_id: str) -> Video:
    video = ended(api, video_id)
    assert video["status"] == "failed"
    assert video["cost"]["tasks"] == 0
    return dict(video["error"])


def runs_that_encoded(platform: Platform, made: Callable[[str], str], video_id: str) -> list[bool]:
    """Whether each execution of a video came to its tasks."""
    client = platform.clients.stepfunctions
    known = client.list_executions(stateMachineArn=made("Transcode"))["executions"]
    mine = sorted((each for each in known if each["name"].startswith(video_id)), key=lambda each: each["startDate"])
    histories = [client.get_execution_history(executionArn=each["executionArn"])["events"] for each in mine]
    entered = [{event.get("stateEnteredEventDetails", {}).get("name") for event in events} for events in histories]
    return ["Encode" in states for states in entered]


def setting(platform: Platform, made: Callable[[str], str], functions: list[str], **variables: str) -> None:
    for name in functions:
        known = platform.clients.lambda_.get_function_configuration(FunctionName=made(name))
        changed = known["Environment"]["Variables"] | variables
        platform.clients.lambda_.update_function_configuration(
            FunctionName=made(name), Environment={"Variables": changed}
        )


def test_a_video_that_costs_too_much_waits_for_the_word_of_an_admin_and_not_of_its_owner(
    platform: Platform, made: Callable[[str], str], black: Path, admin: Api
) -> None:
    ann = user(platform, "ann")
    video_id = send(ann, black)

    error = refused(ann, video_id)
    ann.call("POST", f"/videos/{video_id}/retry")
    again = refused(ann, video_id)

    assert (error["code"], error["retryable"]) == ("approval_required", True)
    assert "more than a video may cost without approval (0.004 USD)" in error["message"]
    assert again == error
    assert runs_that_encoded(platform, made, video_id) == [False, False]
    admin.call("POST", f"/videos/{video_id}/retry")
    goes(ann, video_id)
    assert runs_that_encoded(platform, made, video_id) == [False, False, True]


def test_the_hours_of_one_owner_are_not_anothers(
    platform: Platform, made: Callable[[str], str], black: Path, admin: Api
) -> None:
    setting(platform, made, ["PlanFunction"], MAX_VIDEO_COST_USD="0")
    bob, cat = user(platform, "bob"), user(platform, "cat")
    goes(bob, send(bob, black))

    second = send(bob, black)
    error = refused(bob, second)

    midnight = datetime.now(UTC).date() + timedelta(days=1)
    assert error["code"] == "daily_limit_reached"
    assert f"(13 hours of video). The limit resets at {midnight} 00:00 UTC" in error["message"]
    assert runs_that_encoded(platform, made, second) == [False]
    goes(cat, send(cat, black))
    admin.call("POST", f"/videos/{second}/retry")
    goes(bob, second)


def test_the_bytes_of_one_owner_are_not_anothers(platform: Platform) -> None:
    dan, eve = user(platform, "dan"), user(platform, "eve")
    film = {"filename": "film.mp4", "size": 6 * 2**20}
    dan.call("POST", "/videos", film)

    with pytest.raises(ApiError, match=r"daily_limit_reached.* 0\.01 GiB a day, .*resets at"):
        dan.call("POST", "/videos", film)
    eve.call("POST", "/videos", film)


def test_a_plan_above_the_budget_starts_no_task_and_goes_once_there_is_more(
    platform: Platform, made: Callable[[str], str], black: Path
) -> None:
    functions = ["DispatchFunction", "PlanFunction", "WatchFunction"]
    setting(platform, made, ["PlanFunction"], MAX_VIDEO_COST_USD="0", DAILY_VIDEO_PER_OWNER_HOURS="0")
    setting(platform, made, functions, DAILY_BUDGET_USD="0.004")
    fay = user(platform, "fay")
    first = send(fay, black)
    goes(fay, first)
    assert runs_that_encoded(platform, made, first) == [False, True], "the one of a day for which there is no money"

    video_id = send(fay, black)
    until(lambda: fay.video(video_id)["waitsFor"] == "budget", 60)
    for _ in range(3):
        watch(platform, made)
    assert (fay.video(video_id)["status"], fay.video(video_id)["cost"]["tasks"]) == ("queued", 0)
    assert runs_that_encoded(platform, made, video_id) == [False]

    setting(platform, made, functions, DAILY_BUDGET_USD="1000")
    watch(platform, made)
    goes(fay, video_id)
    assert runs_that_encoded(platform, made, video_id) == [False, True]


def watch(platform: Platform, made: Callable[[str], str]) -> Any:
    """What happens every minute, now."""
    return invoke(platform.clients, made("WatchFunction"), {})[0]
