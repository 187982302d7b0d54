"""Events come twice and encoders are killed; every video still ends ready, once."""

import json
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from local.api import Api
from local.platform import Platform
from tests.e2e.conftest import ended
from tests.e2e.encoders import encoder_processes
from tests.local.aws import until
from tests.media.generate import clip, decoded_frames
from vod.sandbox import sandbox


def executions(platform: Platform, made: Callable[[str], str], video_id: str) -> list[dict[str, str]]:
    found = platform.clients.stepfunctions.list_executions(stateMachineArn=made("Transcode"))["executions"]
    return [execution for execution in found if execution["name"].startswith(video_id)]


def test_the_same_event_three_times_starts_one_execution(
    api: Api, platform: Platform, made: Callable[[str], str], source: Path
) -> None:
    video_id = ended(api, api.upload(source, lambda _: None))["id"]
    key = f"uploads/{video_id}/source"
    stored = platform.clients.s3.head_object(Bucket=made("SourceBucket"), Key=key)
    entry = {
        "key": key,
        "size": stored["ContentLength"],
        "versionId": stored["VersionId"],
        "eTag": stored["ETag"].strip('"'),
    }
    event = {"eventName": "ObjectCreated:Put", "s3": {"bucket": {"name": made("SourceBucket")}, "object": entry}}

    for _ in range(3):
        platform.clients.sqs.send_message(QueueUrl=made("DispatchQueue"), MessageBody=json.dumps({"Records": [event]}))
    until(lambda: queue_is_empty(platform, made("DispatchQueue")), 60)

    assert len(executions(platform, made, video_id)) == 1
    assert api.video(video_id)["status"] == "ready"
    assert queue_is_empty(platform, made("DeadLetterQueue"))


def queue_is_empty(platform: Platform, url: str) -> bool:
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    counted = platform.clients.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    return all(int(counted[name]) == 0 for name in names)


@contextmanager
def asked_for(platform: Platform, *faults: str) -> Iterator[None]:
    folder = platform.state / "faults"
    folder.mkdir(exist_ok=True)
    for fault in faults:
        (folder / fault).touch()
    try:
        yield
    finally:
        for fault in faults:
            (folder / fault).unlink()


def test_where_the_kernel_has_no_landlock_the_filter_alone_confines(api: Api, platform: Platform, source: Path) -> None:
    with asked_for(platform, "no-landlock"):
        video = ended(api, api.upload(source, lambda _: None))

    assert video["status"] == "ready", video["error"]


def test_where_nothing_confines_one_task_finds_out_and_the_record_says_so(
    api: Api, platform: Platform, source: Path
) -> None:
    with asked_for(platform, "no-landlock", "no-seccomp"):
        video = ended(api, api.upload(source, lambda _: None))

    assert (video["status"], video["error"]["code"]) == ("failed", "sandbox_unavailable")
    (cluster,) = platform.clients.ecs.list_clusters()["clusterArns"]
    tasks = platform.clients.ecs.list_tasks(cluster=cluster, desiredStatus="STOPPED")["taskArns"]
    described = [platform.clients.ecs.describe_tasks(cluster=cluster, tasks=[task])["tasks"][0] for task in tasks]
    of_video = [task for task in described if video["id"] in json.dumps(task["overrides"])]
    assert [task["containers"][0]["exitCode"] for task in of_video] == [sandbox.MISSING_EXIT]


def is_half_way(platform: Platform, video_id: str) -> bool:
    """Whether some encoder has noted a segment of each rung: one that has ended leaves no journal."""
    for file in platform.state.glob(f"volumes/*/{video_id}/*/chunk-*/journal-*.jsonl"):
        with suppress(FileNotFoundError):
            text = file.read_text()
            if all(f'"track": "{rung}", "segment"' in text for rung in ("v360", "v240")):
                return True
    return False


def test_an_encoder_killed_half_way_is_resumed_and_the_video_is_whole(
    api: Api, platform: Platform, made: Callable[[str], str], tmp_path: Path
) -> None:
    film = clip(tmp_path / "film.mp4", seconds=60, size="640x360")
    video_id = api.upload(film, lambda _: None)
    output = made("OutputBucket")
    until(lambda: is_half_way(platform, video_id), 60)

    for process in until(lambda: encoder_processes(video_id), 60):
        os.kill(process, signal.SIGKILL)
    video = ended(api, video_id)

    assert video["status"] == "ready", video["error"]
    job = f"jobs/{video_id}/{video['playback']['hls'].split('/')[-2]}"
    read = lambda name: json.loads(platform.clients.s3.get_object(Bucket=output, Key=f"{job}/{name}")["Body"].read())  # noqa: E731
    chunks = read("plan.json")["chunks"]
    assert any(read(f"report-{each['index']:05d}.json")["resumed_at"] > each["first_segment"] for each in chunks)
    assert decoded_frames(video["playback"]["hls"]) == decoded_frames(video["playback"]["dash"]) == 1500
    assert len(executions(platform, made, video_id)) == 1
    assert not encoder_processes(video_id)


def test_a_long_video_is_encoded_in_chunks_and_survives_the_kill_of_one(
    api: Api, platform: Platform, made: Callable[[str], str], tmp_path: Path
) -> None:
    film = clip(tmp_path / "film.mp4", seconds=40, size="320x240")
    video_id = api.upload(film, lambda _: None)

    os.kill(until(lambda: encoder_processes(video_id), 60)[0], signal.SIGKILL)
    video = ended(api, video_id)

    assert video["status"] == "ready", video["error"]
    reports = platform.clients.s3.list_objects_v2(Bucket=made("OutputBucket"), Prefix=f"jobs/{video_id}/")["Contents"]
    assert len([entry for entry in reports if "report-" in entry["Key"]]) == 4
    assert decoded_frames(video["playback"]["hls"]) == decoded_frames(video["playback"]["dash"]) == 1000
