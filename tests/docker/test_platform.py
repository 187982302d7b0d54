"""The local platform with the real image for its tasks."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from deployment import STACK, stack
from local.api import Api
from local.platform import Options, Platform
from tests.docker.engine import Engine
from tests.docker.images import ENCODER
from tests.e2e.conftest import Video, ended
from tests.lanes import TASKS_ONLY
from tests.local.aws import until
from tests.media.generate import clip, decoded_frames


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A minute, which is encoded for long enough to be interrupted."""
    return clip(tmp_path_factory.mktemp("media") / "film.mp4", seconds=60, size="640x360")


def containers(engine: Engine, video_id: str) -> list[dict[str, Any]]:
    """The containers that work on a video, as `docker inspect` tells of them."""
    running = engine.docker("ps", "--quiet", "--filter", f"ancestor={ENCODER}").stdout.split()
    described = engine.docker("inspect", *running, check=False).stdout if running else "[]"
    return [each for each in json.loads(described or "[]") if f"jobs/{video_id}/" in " ".join(each["Args"])]


def test_a_video_becomes_ready_with_every_frame(video: Video, source: Path) -> None:
    assert video["status"] == "ready", video["error"]
    assert [rung["name"] for rung in video["renditions"]] == ["v360", "v240"]
    for kind in ("hls", "dash"):
        for rung in range(2):
            assert decoded_frames(video["playback"][kind], f"0:v:{rung}") == decoded_frames(str(source)) == 125


def test_a_task_is_a_container_with_the_definitions_limits(engine: Engine, api: Api, tmp_path: Path) -> None:
    video_id = api.upload(clip(tmp_path / "clip.mp4", seconds=10, size="640x360"), lambda _: None)

    (found,) = until(lambda: containers(engine, video_id), seconds=60)
    ended(api, video_id)

    host = found["HostConfig"]
    assert (host["ReadonlyRootfs"], host["CapDrop"], host["Init"]) == (True, ["ALL"], True)
    assert (found["Config"]["User"], host["SecurityOpt"]) == ("10001", ["no-new-privileges"])
    assert host["Memory"] == host["MemorySwap"] >= 2**30
    assert host["NanoCpus"] >= 10**9
    assert sorted(mount["Destination"] for mount in found["Mounts"]) == ["/disk", "/scratch"]
    assert containers(engine, video_id) == []


def test_a_video_whose_container_is_killed_half_way_resumes(
    engine: Engine, api: Api, platform: Platform, film: Path
) -> None:
    video_id = api.upload(film, lambda _: None)
    until(lambda: api.video(video_id)["progress"] >= 20, seconds=90)

    (killed,) = containers(engine, video_id)
    engine.docker("kill", killed["Id"])
    video = ended(api, video_id, seconds=200)

    assert video["status"] == "ready", video["error"]
    assert decoded_frames(video["playback"]["hls"], "0:v:0") == decoded_frames(str(film)) == 1500
    bucket = stack.read(platform.clients.cloudformation, STACK).outputs["OutputBucketName"]
    listed = platform.clients.s3.list_objects_v2(Bucket=bucket, Prefix=f"jobs/{video_id}/")["Contents"]
    keys = [each["Key"] for each in listed if "/report-" in each["Key"]]
    reports = [json.loads(platform.clients.s3.get_object(Bucket=bucket, Key=key)["Body"].read()) for key in keys]
    assert max(report["resumed_at"] for report in reports) > 0


def test_no_container_outlives_the_platform(engine: Engine, film: Path, tmp_path: Path) -> None:
    options = Options(state=tmp_path / "state", port=0, encoder_image=ENCODER, parameters=TASKS_ONLY)
    with Platform(options) as short:
        video_id = Api(short.api, short.token).upload(film, lambda _: None)
        until(lambda: containers(engine, video_id), seconds=60)

    until(lambda: not containers(engine, video_id), seconds=15)


def test_a_cancelled_videos_container_is_gone(engine: Engine, api: Api, film: Path) -> None:
    video_id = api.upload(film, lambda _: None)
    until(lambda: containers(engine, video_id), seconds=60)
    began = time.monotonic()

    api.call("POST", f"/videos/{video_id}/cancel")

    until(lambda: not containers(engine, video_id), seconds=60)
    assert ended(api, video_id)["status"] == "cancelled"
    assert time.monotonic() - began < 30
