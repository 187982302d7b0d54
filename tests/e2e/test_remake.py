"""One rendition of a ready video is encoded again, while all of it is watched on."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from local.api import Api, ApiError
from local.platform import Platform
from tests.e2e.conftest import Video, ended
from tests.e2e.encoders import encoder_processes, held
from tests.e2e.test_reconcile import reconcile
from tests.local.aws import until
from tests.media.generate import clip, decoded_frames
from vod.aws.videos import DynamoVideos

FRAMES = 26 * 25


@pytest.fixture(scope="module")
def film(api: Api, tmp_path_factory: pytest.TempPathFactory) -> Video:
    """A ready video of two chunks and two renditions."""
    source = clip(tmp_path_factory.mktemp("film") / "film.mp4", seconds=26, size="854x480")
    return ended(api, api.upload(source, lambda _: None))


def remade(api: Api, video_id: str) -> Video:
    return until(lambda: (video := api.video(video_id))["remake"] is None and video, 90)


def keys_of(platform: Platform, bucket: str, prefix: str) -> dict[str, str]:
    pages = platform.clients.s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    return {each["Key"]: each["ETag"] for page in pages for each in page.get("Contents", ())}


def records(platform: Platform, made: Callable[[str], str]) -> DynamoVideos:
    return DynamoVideos(platform.clients.dynamodb, made("Table"))


def test_a_rendition_is_made_anew_while_the_video_is_watched(
    api: Api, platform: Platform, made: Callable[[str], str], film: Video
) -> None:
    video_id, output = film["id"], made("OutputBucket")
    before = keys_of(platform, output, f"videos/{video_id}/")
    top = film["renditions"][0]["name"]

    shown = api.call("POST", f"/videos/{video_id}/retry", {"rendition": top})["video"]
    assert (shown["status"], shown["remake"]["rendition"]) == ("ready", top)
    again = api.call("POST", f"/videos/{video_id}/retry", {"rendition": top})["video"]
    assert again["remake"] == shown["remake"]
    with pytest.raises(ApiError, match="busy"):
        api.call("POST", f"/videos/{video_id}/retry", {"rendition": film["renditions"][1]["name"]})
    until(lambda: encoder_processes(video_id), 60)
    with held(video_id):
        meanwhile = api.video(video_id)
        assert (meanwhile["status"], meanwhile["progress"]) == ("ready", 100)
        assert decoded_frames(meanwhile["playback"]["hls"]) == FRAMES

    done = remade(api, video_id)

    assert done["warnings"] == film["warnings"]
    assert [each["name"] for each in done["renditions"]] == [each["name"] for each in film["renditions"]]
    assert done["renditions"][1] == film["renditions"][1]
    assert {decoded_frames(done["playback"][kind]) for kind in ("hls", "dash")} == {FRAMES}
    after = keys_of(platform, output, f"videos/{video_id}/")
    new, old = (f"/{top}_", f"/{top}/")
    assert len([key for key in after if new in key]) == len([key for key in before if old in key])
    segments = {key: tag for key, tag in before.items() if key.endswith((".m4s", ".mp4", ".jpg"))}
    assert segments.items() <= after.items(), "what is stored under a name never changes"
    manifests = "".join(
        read(platform, output, key) for key in after if key.endswith(("/index.mpd", "/index.m3u8")) and "_" not in key
    )
    assert f"{top}_" in manifests
    begun = platform.clients.stepfunctions.list_executions(stateMachineArn=made("Transcode"))["executions"]
    assert len([each for each in begun if each["name"].startswith(video_id)]) == 2


def read(platform: Platform, bucket: str, key: str) -> str:
    return platform.clients.s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode()  # type: ignore[no-any-return]


def test_the_track_before_it_goes_when_nobody_can_be_watching_it_any_more(
    api: Api, platform: Platform, made: Callable[[str], str], film: Video
) -> None:
    output, top = made("OutputBucket"), film["renditions"][0]["name"]

    assert not reconcile(platform, made).get("old_track_removed"), "somebody may be watching it"
    until(lambda: reconcile(platform, made, grace_seconds=-25 * 3600).get("old_track_removed"), 30)

    left = keys_of(platform, output, f"videos/{film['id']}/")
    assert not [key for key in left if f"/{top}/" in key]
    assert {decoded_frames(api.video(film["id"])["playback"][kind]) for kind in ("hls", "dash")} == {FRAMES}


def test_it_can_be_made_anew_again_from_what_was_made_anew(api: Api, film: Video) -> None:
    for rendition in (film["renditions"][1]["name"], film["renditions"][0]["name"]):
        api.call("POST", f"/videos/{film['id']}/retry", {"rendition": rendition})
        done = remade(api, film["id"])
        assert done["warnings"] == film["warnings"]

    assert {decoded_frames(done["playback"][kind]) for kind in ("hls", "dash")} == {FRAMES}


def test_a_cancelled_remake_leaves_the_video_as_it_is(api: Api, film: Video) -> None:
    api.call("POST", f"/videos/{film['id']}/retry", {"rendition": film["renditions"][0]["name"]})
    until(lambda: encoder_processes(film["id"]), 60)

    shown = api.call("POST", f"/videos/{film['id']}/cancel")["video"]

    assert (shown["status"], shown["remake"]) == ("ready", None)
    until(lambda: not encoder_processes(film["id"]), 60)
    assert decoded_frames(api.video(film["id"])["playback"]["hls"]) == FRAMES


def test_one_that_cannot_be_made_anew_stays_and_says_why(
    api: Api, platform: Platform, made: Callable[[str], str], film: Video
) -> None:
    stored = records(platform, made).get(film["id"])
    assert stored
    plan = f"jobs/{film['id']}/{stored.plan_run}/plan.json"
    kept = read(platform, made("OutputBucket"), plan)
    platform.clients.s3.delete_object(Bucket=made("OutputBucket"), Key=plan)

    api.call("POST", f"/videos/{film['id']}/retry", {"rendition": film["renditions"][0]["name"]})
    done = remade(api, film["id"])

    assert done["status"] == "ready"
    assert "90 days" in done["warnings"][-1]
    assert decoded_frames(done["playback"]["dash"]) == FRAMES
    platform.clients.s3.put_object(Bucket=made("OutputBucket"), Key=plan, Body=kept)


def test_a_remake_whose_execution_was_never_started_is_found(
    api: Api, platform: Platform, made: Callable[[str], str], film: Video
) -> None:
    table, name = records(platform, made), film["renditions"][1]["name"]
    stored: Any = table.get(film["id"])
    from vod.record import remakes

    table.save(replace(remakes.remaking(stored, name, stored.updated_at)))

    assert reconcile(platform, made).get("execution_started") == 1
    assert decoded_frames(remade(api, film["id"])["playback"]["hls"]) == FRAMES


@pytest.mark.parametrize("rendition", ["v4711", "../x"])
def test_a_rendition_that_it_does_not_have_is_named(api: Api, film: Video, rendition: str) -> None:
    with pytest.raises(ApiError, match="is none of"):
        api.call("POST", f"/videos/{film['id']}/retry", {"rendition": rendition})
