"""The encoder's image runs as on Fargate: read-only, unprivileged, without a capability, /scratch and /disk its only folders."""

import json
from pathlib import Path
from urllib.parse import urlsplit

import imageio_ffmpeg
import pytest

from deployment import STACK, stack
from local.api import Api
from local.clients import KEY, REGION, SECRET
from local.platform import Platform
from tests.docker.engine import Engine
from tests.docker.images import ENCODER
from tests.e2e.conftest import Video, ended
from tests.media.generate import clip, decoded_frames

STRICT = ("--rm", "--init", "--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges", "--user=10001")
LOOK = """
import errno, json, os
from pathlib import Path
def refused(path):
    try:
        Path(path).write_text("")
    except OSError as error:
        return errno.errorcode[error.errno]
status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
print(json.dumps({
    "uid": os.getuid(),
    "refused": [refused(f"{folder}/x") for folder in ("/app", "/packages", "/etc", "/tmp", "/var/tmp", "/scratch")],
    "disk": refused("/disk/x"),
    "capabilities": [int(status[name], 16) for name in ("CapEff", "CapPrm", "CapBnd")],
    "no_new_privileges": int(status["NoNewPrivs"]),
}))
"""
# A whitelist that lets FFmpeg connect: what stops it then is the kernel.
CONNECT = """
import subprocess, imageio_ffmpeg
from vod.sandbox import sandbox
from vod.sandbox.limits import Budget
command = [imageio_ffmpeg.get_ffmpeg_exe(), "-protocol_whitelist", "tcp", "-i", "tcp://127.0.0.1:9"]
budget = Budget(cpu_seconds=10, memory_bytes=2**30, wall_seconds=10, output_bytes=2**20)
child = sandbox.start(command, sandbox.Sandbox(budget), subprocess.DEVNULL, subprocess.PIPE)
print(child.communicate()[1].decode())
"""


def python(engine: Engine, program: str) -> str:
    return engine.docker("run", *STRICT, "--network=none", "--entrypoint=python", ENCODER, "-c", program).stdout


def test_the_program_has_no_rights_and_nowhere_to_write(engine: Engine) -> None:
    found = json.loads(python(engine, LOOK))

    assert found["uid"] == 10001
    assert set(found["refused"]) == {"EROFS"}
    assert found["disk"] is None, "the image gives its volume to the user"
    assert found["capabilities"] == [0, 0, 0]
    assert found["no_new_privileges"] == 1


def test_it_has_the_ffmpeg_that_the_tests_have(engine: Engine) -> None:
    inside = python(engine, "import imageio_ffmpeg; print(imageio_ffmpeg.get_ffmpeg_version())")

    assert inside.strip() == imageio_ffmpeg.get_ffmpeg_version()


def test_its_ffmpeg_is_confined_within_the_container_too(engine: Engine) -> None:
    said = python(engine, CONNECT)

    assert "Operation not permitted" in said or "Permission denied" in said
    assert "Connection refused" not in said


@pytest.fixture
def emptied(api: Api, platform: Platform, tmp_path: Path) -> Video:
    """A small video that is ready, and then loses everything that was encoded."""
    video = ended(api, api.upload(clip(tmp_path / "small.mp4", seconds=2, size="640x360"), lambda _: None))
    bucket = outputs(platform)["OutputBucketName"]
    for name in stored(platform, f"videos/{video['id']}/", ".m4s"):
        platform.clients.s3.delete_object(Bucket=bucket, Key=name)
    return video


def outputs(platform: Platform) -> dict[str, str]:
    return dict(stack.read(platform.clients.cloudformation, STACK).outputs)


def stored(platform: Platform, prefix: str, suffix: str) -> list[str]:
    listed = platform.clients.s3.list_objects_v2(Bucket=outputs(platform)["OutputBucketName"], Prefix=prefix)
    return [each["Key"] for each in listed.get("Contents", []) if each["Key"].endswith(suffix)]


def test_a_chunk_is_encoded_with_nothing_but_its_scratch(
    engine: Engine, platform: Platform, emptied: Video, tmp_path: Path
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    scratch.chmod(0o777)
    made = outputs(platform)
    (plan,) = stored(platform, f"jobs/{emptied['id']}/", "plan.json")
    chunks = json.loads(platform.clients.s3.get_object(Bucket=made["OutputBucketName"], Key=plan)["Body"].read())
    given = {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{urlsplit(platform.endpoint).port}",
        "AWS_ACCESS_KEY_ID": KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_DEFAULT_REGION": REGION,
        "TABLE_NAME": made["TableName"],
        "SOURCE_BUCKET": made["SourceBucketName"],
        "OUTPUT_BUCKET": made["OutputBucketName"],
    }
    words = [*STRICT, "--network=host", f"--volume={scratch}:/scratch", *(f"--env={k}={v}" for k, v in given.items())]

    for chunk in range(len(chunks["chunks"])):
        engine.docker("run", *words, ENCODER, "--plan-key", plan, "--chunk", str(chunk))

    for rung in range(2):
        assert decoded_frames(emptied["playback"]["hls"], f"0:v:{rung}") == 50
