"""The function lane: what is encoded without a task, what a task takes over, and what a taken-over function reaches."""

import json
import os
import random
import re
import signal
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import m3u8
import pytest

from local.api import Api
from local.platform import Options, Platform
from tests.e2e.conftest import Video, ended, physical_ids
from tests.e2e.encoders import no_capacity
from tests.e2e.test_pipeline import fetched
from tests.local.aws import until
from tests.media.generate import clip, decoded_frames, start_times
from vod import keys
from vod.aws import stored_as
from vod.aws.presigned import with_session

SHORT, LONG, FILM = 12, 24, 80
ON_THE_WAY = ("Dispatch", "Sign", "Probe", "Plan", "Credentials", "Advance", "Publish")
LANE = {"FunctionLaneMaxInSeconds": "15", "FunctionLaneMemoryMiB": "1769", "EncodeTargetInMinutes": "0"}
"""A vCPU encodes a segment of 720p in five seconds: that is a piece."""


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    options = Options(state=tmp_path_factory.mktemp("lane"), port=0, parameters=LANE, tasks=2, wait_scale=0.02)
    with Platform(options) as running:
        yield running


@pytest.fixture(scope="module")
def api(platform: Platform) -> Api:
    return Api(platform.api, platform.token)


@pytest.fixture(scope="module")
def made(platform: Platform) -> Callable[[str], str]:
    return physical_ids(platform)


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return clip(tmp_path_factory.mktemp("media") / "short.mp4", seconds=SHORT, size="1280x720")


@pytest.fixture(scope="module")
def video(api: Api, short: Path) -> Video:
    return ended(api, api.upload(short, lambda _: None))


def chunks(platform: Platform, made: Callable[[str], str], video: Video) -> list[dict[str, Any]]:
    key = keys.plan_key(video["id"], run_of(video))
    body = platform.clients.s3.get_object(Bucket=made("OutputBucket"), Key=key)["Body"].read()
    return list(json.loads(body)["chunks"])


def run_of(video: Video) -> str:
    """The run that is watched: its objects' addresses name it."""
    return str(video["playback"]["hls"].rsplit("/", 2)[1])


def states(platform: Platform, made: Callable[[str], str], video_id: str) -> list[dict[str, Any]]:
    """The events of a video's execution."""
    client = platform.clients.stepfunctions
    listed = client.list_executions(stateMachineArn=made("Transcode"))["executions"]
    (mine,) = (each["executionArn"] for each in listed if each["name"].startswith(video_id))
    return list(client.get_execution_history(executionArn=mine, maxResults=1000)["events"])


def entered(platform: Platform, made: Callable[[str], str], video_id: str) -> list[str]:
    found = (each.get("stateEnteredEventDetails", {}).get("name") for each in states(platform, made, video_id))
    return [name for name in found if name]


def workers(function: str) -> list[int]:
    """The processes of a function's environments."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            command = entry.read_bytes().decode(errors="replace")
            if "_worker.py" in command and f"{function}-" in command:
                found.append(int(entry.parent.name))
    return found


def check(video: Video, seconds: int) -> None:
    """Every frame is there, and picture and sound begin together."""
    assert video["status"] == "ready", video["error"]
    assert {each["frames"] for each in video["renditions"]} == {seconds * 25}
    for kind in ("hls", "dash"):
        assert decoded_frames(video["playback"][kind]) == seconds * 25
        picture, sound = start_times(video["playback"][kind])
        assert abs(picture - sound) < 0.03


def playlists(manifest: str) -> list[m3u8.M3U8]:
    """The first rendition's media playlist, and the sound's."""
    named = m3u8.loads(fetched(manifest)[2].decode())
    addresses = (urljoin(manifest, each.uri) for each in (named.playlists[0], named.media[0]))
    return [m3u8.loads(fetched(address)[2].decode(), address) for address in addresses]


def test_a_short_video_is_encoded_in_pieces_by_functions_and_no_task_starts(
    platform: Platform, made: Callable[[str], str], video: Video
) -> None:
    check(video, SHORT)
    planned = chunks(platform, made, video)
    assert {each["lane"] for each in planned} == {"function"}
    assert len(planned) == 4  # three segments, and the sound
    names = entered(platform, made, video["id"])
    assert names.count("EncodePiece") == 4
    assert "EncodeOnSpot" not in names


@contextmanager
def killed(function: str, chance: random.Random) -> Iterator[None]:
    """A while in which the environments of a function are killed at random."""
    over = threading.Event()

    def kill() -> None:
        while not over.wait(chance.uniform(0.2, 1.0)):
            for process in workers(function):
                with suppress(ProcessLookupError):
                    os.killpg(process, signal.SIGKILL)

    thread = threading.Thread(target=kill)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def test_what_functions_that_are_killed_cannot_do_tasks_do(
    platform: Platform, made: Callable[[str], str], api: Api, short: Path
) -> None:
    with killed("PieceFunction", random.Random(1)):
        video_id = api.upload(short, lambda _: None)
        end = time.monotonic() + 60
        while "EncodeOnSpot" not in entered(platform, made, video_id) and time.monotonic() < end:
            time.sleep(0.5)

    check(ended(api, video_id), SHORT)
    assert "EncodeOnSpot" in entered(platform, made, video_id)


def test_where_the_account_has_no_functions_left_tasks_encode(
    platform: Platform, made: Callable[[str], str], api: Api, short: Path
) -> None:
    functions, name = platform.clients.lambda_, made("PieceFunction")
    functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    try:
        video = ended(api, api.upload(short, lambda _: None))
    finally:
        functions.delete_function_concurrency(FunctionName=name)

    check(video, SHORT)
    names = entered(platform, made, video["id"])
    assert names.count("EncodeOnSpot") == 4


def test_the_head_of_a_longer_video_is_encoded_by_functions_and_the_rest_by_tasks(
    platform: Platform, made: Callable[[str], str], api: Api, tmp_path: Path
) -> None:
    source = clip(tmp_path / "long.mp4", seconds=LONG, size="1280x720")

    video = ended(api, api.upload(source, lambda _: None))

    check(video, LONG)
    planned = chunks(platform, made, video)
    assert [each.get("lane", "task") for each in planned if each["video"]] == ["function"] * 4 + ["task"]
    assert [each["first_segment"] for each in planned if each["video"]] == [0, 1, 2, 3, 4]


def test_the_head_is_watched_with_its_sound_before_any_task_starts(
    platform: Platform, made: Callable[[str], str], api: Api, tmp_path: Path
) -> None:
    source = clip(tmp_path / "film.mp4", seconds=FILM, size="320x180")

    with no_capacity(platform):
        video_id = api.upload(source, lambda _: None)
        video = until(lambda: (found := api.video(video_id))["status"] == "playable" and found, 120)
        listed = playlists(video["playback"]["hls"])
        assert [round(sum(each.duration for each in one.segments)) for one in listed] == [60, 60]
        assert all(fetched(segment.absolute_uri)[0] == 200 for one in listed for segment in one.segments)

    check(ended(api, video_id), FILM)


# ---- A taken-over function: what it was handed is all that it reaches ------------------------------------------------


@pytest.fixture(scope="module")
def granted(platform: Platform, made: Callable[[str], str], video: Video) -> dict[str, Any]:
    """What a function of this video was handed, and may still hold: of its first chunk."""
    for event in states(platform, made, video["id"]):
        begun = event.get("stateEnteredEventDetails", {})
        asked = json.loads(begun.get("input") or "{}")
        if begun.get("name") == "EncodePiece" and asked["chunk"]["index"] == "0":
            return dict(asked["granted"])
    raise AssertionError("no function was handed anything")


def ask(method: str, url: str, key: str = "a.json", once: bool = True, data: bytes | None = None) -> int:
    """The status of S3's answer."""
    kind, cache = stored_as.of(key)
    headers = {"Content-Type": kind, "Cache-Control": cache} | ({"If-None-Match": "*"} if once else {})
    request = urllib.request.Request(url, data, headers if data is not None else {}, method=method)
    try:
        return int(urllib.request.urlopen(request, timeout=20).status)
    except urllib.error.HTTPError as refused:
        return int(refused.code)


def test_a_taken_over_function_replaces_nothing_and_stores_nothing_else(video: Video, granted: dict[str, Any]) -> None:
    store = {key: with_session(url, granted["session"]) for key, url in granted["store"].items()}
    segment = next(key for key in store if key.endswith("00000.m4s"))

    assert ask("PUT", store[segment], segment, data=b"x") == 412
    assert ask("PUT", store[segment], segment, once=False, data=b"x") == 403
    assert ask("DELETE", store[segment]) == 403
    for other in ("index.m3u8", "x.html", "v720/00001.m4s"):
        elsewhere = store[segment].replace(segment, f"videos/{video['id']}/{run_of(video)}/{other}")
        assert ask("PUT", elsewhere, segment, data=b"x") == 403
    assert set(store) == {
        *(
            f"videos/{video['id']}/{run_of(video)}/{each['name']}/{name}"
            for each in video["renditions"]
            for name in ("init.mp4", "00000.m4s")
        ),
        f"videos/{video['id']}/{run_of(video)}/storyboard/00000.jpg",
        f"jobs/{video['id']}/{run_of(video)}/report-00000.json",
    }


def test_a_taken_over_function_reads_its_source_and_its_plan_alone(
    api: Api, video: Video, short: Path, granted: dict[str, Any]
) -> None:
    victim = ended(api, api.upload(short, lambda _: None))
    source, plan = (with_session(granted[name], granted["session"]) for name in ("source", "plan"))

    assert ask("GET", source) == ask("GET", plan) == 200
    assert ask("GET", source.replace(video["id"], victim["id"])) == 403
    assert ask("GET", plan.replace(video["id"], victim["id"])) == 403
    assert ask("GET", plan.replace("plan.json", "report-00000.json")) == 403


def test_the_role_of_the_function_allows_nothing(platform: Platform, made: Callable[[str], str]) -> None:
    role = platform.clients.lambda_.get_function_configuration(FunctionName=made("PieceFunction"))["Role"]
    iam, name = platform.clients.iam, role.rsplit("/", 1)[1]
    documents = [
        iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
        for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]
    ]
    for policy in iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]:
        version = iam.get_policy(PolicyArn=policy["PolicyArn"])["Policy"]["DefaultVersionId"]
        found = iam.get_policy_version(PolicyArn=policy["PolicyArn"], VersionId=version)["PolicyVersion"]["Document"]
        documents.append(json.loads(found) if isinstance(found, str) else found)

    def named(effect: str) -> set[str]:
        statements = [each for document in documents for each in document["Statement"] if each["Effect"] == effect]
        return {
            action
            for each in statements
            for action in ([each["Action"]] if isinstance(each["Action"], str) else each["Action"])
        }

    attached = {action for action in named("Allow") if action.startswith("ec2:")}
    assert named("Allow") - attached == {
        "logs:CreateLogStream",
        "logs:PutLogEvents",
        "xray:PutTraceSegments",
        "xray:PutTelemetryRecords",
    }
    assert named("Deny") == attached  # Lambda attaches it to its network, its own code does not


# ---- What is loaded while an upload is on its way --------------------------------------------------------------------


def test_announcing_an_upload_loads_the_functions_that_its_source_will_meet(platform: Platform, api: Api) -> None:
    log = platform.state / "emulator.log"
    restarted = [process for name in (*ON_THE_WAY, "Piece") for process in workers(f"{name}Function")]
    for process in restarted:
        with suppress(ProcessLookupError):
            os.killpg(process, signal.SIGKILL)
    for process in workers("WarmFunction"):  # which remembers that it has loaded them
        with suppress(ProcessLookupError):
            os.killpg(process, signal.SIGKILL)
    before = len(log.read_text(errors="replace"))

    created = api.call("POST", "/videos", {"filename": "a.mp4", "size": 10**6})

    def loaded() -> bool:
        told = log.read_text(errors="replace")[before:]
        return all(re.search(rf"REPORT \S+-{name}Function-\S+: .* cold", told) for name in (*ON_THE_WAY, "Piece"))

    until(loaded, 60)
    api.call("DELETE", f"/videos/{created['video']['id']}")
