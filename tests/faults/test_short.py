"""Each fault once: every upload is ready once, with every frame, and nothing is left over. `make test-faults` goes on."""

import json
import os
import random
import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from local.api import ApiError
from tests.e2e.encoders import encoder_processes
from tests.e2e.test_redrive import without
from tests.faults.world import World, kill, require_alike
from tests.local.aws import until
from tests.media.generate import clip
from vod import clock
from vod.aws.ledger import DynamoLedger
from vod.money.limits import Limits, Need
from vod.ports.services import Reserved, Room

SHORT, FILM = 50, 1500
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a file system that is soon full")


def at_once(*calls: Callable[[], object]) -> list[object]:
    """What each call answers when all are made at the same time; an ApiError is an answer."""

    def answer(call: Callable[[], object]) -> object:
        try:
            return call()
        except ApiError as refused:
            return refused

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(answer, calls))


def encoding(world: World, video_id: str) -> list[int]:
    """The encoders of a video, once they store something."""
    prefix, bucket = f"videos/{video_id}/", world.made("OutputBucket")
    s3 = world.platform.clients.s3
    until(lambda: s3.list_objects_v2(Bucket=bucket, Prefix=prefix)["KeyCount"] > 3, 60)
    return encoder_processes(video_id)


def test_events_that_come_twice_late_and_in_another_order_change_nothing(world: World, short: Path) -> None:
    first, second = world.upload(short, SHORT), world.upload(short, SHORT)
    for video_id in (second, first, second, first):
        world.tell_of(video_id)

    assert world.settle() == []

    world.tell_of(first)
    assert world.settle() == []
    assert world.frames(first) == world.frames(second) == {SHORT}


def in_parts(world: World, short: Path, tmp_path: Path) -> tuple[str, str, list[dict[str, Any]]]:
    """An upload in parts that are all there, and not joined: its video's id, S3's id of it, and its parts."""
    padded = tmp_path / "padded.mp4"
    free = 6 * 2**20
    padded.write_bytes(short.read_bytes() + free.to_bytes(4, "big") + b"free" + bytes(free - 8))
    size, data = padded.stat().st_size, padded.read_bytes()
    made = world.api.call("POST", "/videos", {"filename": "padded.mp4", "size": size})
    video_id, upload = made["video"]["id"], made["upload"]
    s3, parts = world.platform.clients.s3, []
    for part in upload["parts"]:
        first = (part["partNumber"] - 1) * upload["partSize"]
        sent = s3.upload_part(
            Bucket=world.made("SourceBucket"),
            Key=f"uploads/{video_id}/source",
            UploadId=upload["uploadId"],
            PartNumber=part["partNumber"],
            Body=data[first : first + upload["partSize"]],
        )
        parts.append({"partNumber": part["partNumber"], "etag": sent["ETag"]})
    world.uploads[video_id] = SHORT
    return video_id, upload["uploadId"], parts


def test_an_upload_that_is_completed_twice_at_once_is_one_video(world: World, short: Path, tmp_path: Path) -> None:
    video_id, _, parts = in_parts(world, short, tmp_path)
    complete = lambda: world.api.call("POST", f"/videos/{video_id}/upload/complete", {"parts": parts})  # noqa: E731

    answers = at_once(complete, complete)

    assert any(not isinstance(answer, ApiError) for answer in answers)
    assert world.settle() == []
    assert not isinstance(at_once(complete)[0], ApiError)
    assert world.settle() == []


def test_an_upload_whose_completion_was_never_answered_is_complete(world: World, short: Path, tmp_path: Path) -> None:
    video_id, upload_id, parts = in_parts(world, short, tmp_path)
    named = [{"PartNumber": part["partNumber"], "ETag": part["etag"]} for part in parts]
    with without(world.platform, world.made("DispatchRole"), "dynamodb:GetItem"):  # the event is late, too
        world.platform.clients.s3.complete_multipart_upload(
            Bucket=world.made("SourceBucket"),
            Key=f"uploads/{video_id}/source",
            UploadId=upload_id,
            MultipartUpload={"Parts": named},
            IfNoneMatch="*",
        )
        answer = world.api.call("POST", f"/videos/{video_id}/upload/complete", {"parts": parts})

    assert answer["video"]["status"] == "awaiting_upload"
    assert world.settle() == []


def test_an_encoder_that_is_killed_again_and_again_goes_on_where_it_was(world: World, film: Path) -> None:
    video_id, chance = world.upload(film, FILM), random.Random(1)
    for _ in range(3):
        assert kill(until(lambda: encoding(world, video_id), 60), chance)
        time.sleep(chance.uniform(0, 1.5))

    assert world.settle() == []
    assert world.frames(video_id) == {FILM}


def test_a_storm_of_spot_interruptions_ends_in_a_whole_video(world: World, film: Path) -> None:
    video_id = world.upload(film, FILM)
    for _ in range(4):
        for process in encoding(world, video_id):
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGTERM)
        time.sleep(0.5)

    assert world.settle() == []
    assert world.frames(video_id) == {FILM}


def test_functions_that_die_at_any_moment_lose_and_double_nothing(world: World, short: Path) -> None:
    chance = random.Random(2)
    for _ in range(3):
        world.upload(short, SHORT)
    end = time.monotonic() + 12
    while time.monotonic() < end:
        kill(world.workers, chance)
        time.sleep(chance.uniform(0.05, 0.6))

    assert world.settle() == []


def test_a_plan_above_the_budget_waits_whatever_dies_and_is_encoded_once_when_there_is_more(
    world: World, tmp_path: Path
) -> None:
    slides = clip(tmp_path / "slides.mp4", seconds=480, size="160x120", rate="5", sound=False)
    chance, now = random.Random(3), clock.now()
    ledger = DynamoLedger(world.platform.clients.dynamodb, world.made("Table"))
    assert ledger.reserve("nobody", "nobody", 0, Room(0, 9, 9, clock.stamp(now)[:10]), now) is Reserved.NOW
    ledger.admit("nobody", "nobody", Need(0, 0), Limits(), 0, now)
    ledger.release("nobody")  # the day has had the one that goes without money

    with world.budget(usd=0.0015):
        video_id = world.upload(slides, 2400)
        end = time.monotonic() + 15
        while time.monotonic() < end:
            kill(world.workers, chance)
            time.sleep(chance.uniform(0.2, 0.8))
        until(lambda: "errors" not in world.reconcile() and world.api.video(video_id)["waitsFor"] == "budget", 90)
        assert world.encodes(video_id) == 0

    world.start_waiting()
    assert world.settle() == []
    assert world.encodes(video_id) == 1


def test_a_rendition_made_anew_under_kills_is_whole_and_so_is_the_video_all_the_while(world: World, film: Path) -> None:
    video_id, chance = world.upload(film, FILM), random.Random(3)
    assert world.settle() == []
    top = world.api.video(video_id)["renditions"][0]["name"]

    world.api.call("POST", f"/videos/{video_id}/retry", {"rendition": top})
    for _ in range(8):
        kill([*world.encoders, *world.workers], chance)
        time.sleep(chance.uniform(0.2, 1.2))
        with suppress(ApiError):  # of a function that was killed
            assert world.api.video(video_id)["status"] == "ready"

    assert world.settle() == []
    assert world.api.video(video_id)["warnings"] == []
    assert world.frames(video_id) == {FILM}


def test_publishing_that_crashes_half_way_is_done_again(world: World, short: Path) -> None:
    video_id = world.upload(short, SHORT)
    s3, bucket = world.platform.clients.s3, world.made("OutputBucket")
    published = lambda: [  # noqa: E731
        each["Key"]
        for each in s3.list_objects_v2(Bucket=bucket, Prefix=f"videos/{video_id}/").get("Contents", ())
        if each["Key"].endswith("index.m3u8")
    ]
    until(published, 60)
    for process in world.workers_of("PublishFunction"):
        os.kill(process, signal.SIGKILL)

    assert world.settle() == []
    assert world.frames(video_id) == {SHORT}


def test_throttling_and_lost_answers_lose_and_double_nothing(world: World, short: Path) -> None:
    world.may_fail = True  # by a code and a sentence, and a retry brings it to its end
    with world.fault("storm", json.dumps({"throttled": 0.1, "lost": 0.1})):
        for _ in range(3):
            upload_in_a_storm(world, short)
        time.sleep(5)

    assert world.settle() == []
    world.may_fail = False
    for video_id in world.uploads:
        if world.api.video(video_id)["status"] == "failed":
            world.api.call("POST", f"/videos/{video_id}/retry")
    assert world.settle() == []


def upload_in_a_storm(world: World, short: Path) -> str:
    """Upload as a client does that tries again: a video that nobody has the id of is never uploaded to."""
    for _ in range(20):
        with suppress(ApiError):
            return world.upload(short, SHORT)
    raise AssertionError("20 tries")


def test_bodies_of_s3_that_break_in_the_middle_change_nothing_that_is_seen_or_heard(
    world: World, film: Path, tmp_path: Path
) -> None:
    calm = world.upload(film, FILM)
    assert world.settle() == []

    with world.fault("broken-bodies", json.dumps({"share": 0.5})):
        rough = world.upload(film, FILM)
        assert world.settle() == []

    assert world.log().count("a body breaks off") > 0
    require_alike(world.hls(rough), world.hls(calm), tmp_path)


def test_without_room_on_fargate_a_video_waits(world: World, short: Path) -> None:
    with world.fault("no-capacity"):
        video_id = world.upload(short, SHORT)
        until(lambda: world.api.video(video_id)["status"] == "transcoding", 60)
        time.sleep(3)
        assert world.api.video(video_id)["status"] == "transcoding"

    assert world.settle() == []


@needs_root
@pytest.mark.parametrize("place", ["disk", "scratch"])
def test_a_full_disk_or_scratch_is_waited_out(world: World, film: Path, place: str) -> None:
    with world.full(place):
        video_id = world.upload(film, FILM)
        until(lambda: "scratch or the disk is full" in world.log(), 60)

    assert world.settle() == []
    assert world.frames(video_id) == {FILM}


@needs_root
def test_a_disk_that_stays_full_fails_the_video_and_a_retry_helps(world: World, film: Path) -> None:
    with world.full("disk"):
        video_id = world.upload(film, FILM)
        until(lambda: world.api.video(video_id)["status"] == "failed", 60)
        assert world.api.video(video_id)["error"]["code"] == "scratch_full"
        world.may_fail = True
        assert world.settle() == []

    world.may_fail = False
    world.api.call("POST", f"/videos/{video_id}/retry")
    assert world.settle() == []


def test_clocks_that_are_minutes_wrong_lose_and_double_nothing(world: World, short: Path) -> None:
    with world.fault("clock", json.dumps({"seconds": 240})):
        world.restart_functions()
        first, second = upload_in_a_storm(world, short), upload_in_a_storm(world, short)
        for _ in range(3):
            world.restart_functions()  # other clocks
            world.reconcile()
            world.tell_of(first)
        assert world.settle() == []
    world.restart_functions()

    assert world.settle() == []
    assert world.frames(first) == world.frames(second) == {SHORT}


def test_two_deletions_and_a_retry_at_once_end_in_a_deletion(world: World, film: Path) -> None:
    video_id = world.upload(film, FILM)
    encoding(world, video_id)
    world.api.call("POST", f"/videos/{video_id}/cancel")
    delete = lambda: world.api.call("DELETE", f"/videos/{video_id}")  # noqa: E731

    first, _, second = at_once(delete, lambda: world.api.call("POST", f"/videos/{video_id}/retry"), delete)

    del world.uploads[video_id]
    assert not isinstance(first, ApiError)
    assert not isinstance(second, ApiError)
    assert world.settle() == []
    assert not encoder_processes(video_id)


def test_an_emulator_that_is_killed_goes_on_where_it_was(world: World, film: Path) -> None:
    video_id = world.upload(film, FILM)
    encoding(world, video_id)
    time.sleep(1.5)  # saved, as AWS would have it at once

    world.kill_emulator()

    assert world.settle() == []
    assert world.frames(video_id) == {FILM}
