"""`sam local`: every function in a container, with its event from events/, and the API by curl."""

import json
import subprocess
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.config import Config

from deployment import STACK, stack
from local.api import Api
from local.cdn import free_port
from local.clients import KEY, REGION, SECRET
from local.platform import Platform
from tests.docker import bridge, images, sam
from tests.docker.engine import Engine
from tests.docker.sam import Sam
from tests.e2e.conftest import Video
from tests.templates import parsed

EVENTS = parsed.REPOSITORY / "events"
# What an account answers in which there is nothing of the events' video.
ANSWERS: dict[str, Any] = {
    "advance": {"advanced": 0},
    "captions": 404,
    "credentials": {"outcome": "unwanted"},
    "delete": 404,
    "deliver": 404,
    "downloads": 404,
    "dispatch": {"batchItemFailures": []},
    "authorize": "Deny",
    "endpoints": 200,
    "fail": {"recorded": False, "broken": True},
    "fetch": {"outcome": "unwanted"},
    "keys": 200,
    "notify": {"sent": 0},
    "post": {"batchItemFailures": []},
    "library": 200,
    "piece": "Broken",  # the address of the event leads nowhere
    "plan": {"outcome": "unwanted"},
    "probe": "Broken",
    "publish": {"outcome": "unwanted"},
    "reconcile": {"repaired": {}},
    "remux": {"outcome": "unwanted"},
    "runs": 404,
    "scratch": {"files": 0},
    "session": 403,  # the event's page is another platform's
    "sign": "signed",
    "spend": {"noted": True},
    "upload": 201,
    "warm": {"warmed": 0},  # this platform encodes in tasks alone, and SAM's functions have other names
    "watch": {"started": 0},
    "webhook": "ReceiptHandleIsInvalid",
}
RUNS_FFMPEG = """
import subprocess
from vod.ffmpeg import program
from vod.sandbox import sandbox
from vod.sandbox.limits import PROBE
started = sandbox.start([program.path(), "-version"], sandbox.Sandbox(PROBE), subprocess.PIPE, subprocess.STDOUT)
print(started.communicate()[0].decode())
"""
Invoke = Callable[[str, str], Any]
Curl = Callable[[str], tuple[int, Any]]


@pytest.fixture(scope="session")
def local(engine: Engine, platform: Platform, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sam]:
    folder = tmp_path_factory.mktemp("sam")
    template = sam.build(folder / "build")
    given = folder / "variables.json"
    given.write_text(json.dumps(sam.variables(platform)))
    with bridge.forwarded(bridge.address(engine), urlsplit(platform.endpoint).port or 0) as endpoint:
        yield Sam(engine, template, images.bind_lambda(engine, endpoint), given)


@pytest.fixture(scope="session")
def invoke(local: Sam, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Invoke]:
    with local.serving("start-lambda", free_port(), tmp_path_factory.mktemp("log") / "start-lambda") as address:
        client = boto3.client(
            "lambda",
            endpoint_url=address,
            region_name=REGION,
            aws_access_key_id=KEY,
            aws_secret_access_key=SECRET,
            config=Config(read_timeout=120, retries={"max_attempts": 0}),
        )

        def call(function: str, event: str) -> Any:
            return json.loads(client.invoke(FunctionName=function, Payload=event)["Payload"].read())

        yield call


def said(answer: Any) -> Any:
    """The status of an HTTP answer, the type of an error, an authorizer's word, else the answer itself."""
    if "policyDocument" in answer:
        return answer["policyDocument"]["Statement"][0]["Effect"]
    return answer.get("statusCode") or answer.get("errorType") or ("signed" if "url" in answer else answer)


def function(stem: str) -> str:
    return next(each.name for each in parsed.functions() if each.properties["Handler"] == f"{stem}.handler")


def test_there_is_an_answer_for_each_event() -> None:
    assert ANSWERS.keys() == {event.stem for event in EVENTS.glob("*.json")}


def test_invoke_runs_a_function_with_its_event(local: Sam) -> None:
    answer = local.invoke("UploadFunction", EVENTS / "upload.json")

    assert said(answer) == 201


@pytest.mark.parametrize("stem", ANSWERS)
def test_each_function_answers_its_event(invoke: Invoke, stem: str) -> None:
    answer = invoke(function(stem), (EVENTS / f"{stem}.json").read_text())

    assert said(answer) == ANSWERS[stem]


def test_ffmpeg_runs_as_sam_packs_it(engine: Engine, local: Sam) -> None:
    """In the layer of `sam build` it has no right to be executed, and a layer is read-only."""
    built = local.template.parent
    layers = [f"--volume={built / layer / 'python'}:/opt/{layer}:ro" for layer in ("EncoderLayer", "VodLayer")]
    told = engine.docker(
        "run", "--rm", *layers, "--env=PYTHONPATH=/opt/EncoderLayer:/opt/VodLayer", "--entrypoint=python3", images.LAMBDA,
        "-c", RUNS_FFMPEG,
    ).stdout  # fmt: skip

    assert told.startswith("ffmpeg version")


def test_the_probe_reads_a_real_source_in_its_container(invoke: Invoke, platform: Platform, video: Video) -> None:
    bucket = stack.read(platform.clients.cloudformation, STACK).outputs["SourceBucketName"]
    key = f"uploads/{video['id']}/source"
    stored = platform.clients.s3.head_object(Bucket=bucket, Key=key)
    source = {"bucket": bucket, "key": key, "version": stored["VersionId"], "size": stored["ContentLength"]}
    event = json.loads((EVENTS / "probe.json").read_text()) | {"source": source, "declaredSize": source["size"]}
    event["signed"] = invoke("SignFunction", json.dumps(event))

    answer = invoke("ProbeFunction", json.dumps(event))

    assert answer["outcome"] == "admitted"
    assert (answer["probe"]["video"]["width"], answer["probe"]["video"]["frames"]) == (640, 125)


def test_the_library_finds_and_signs_a_ready_video_in_its_container(invoke: Invoke, video: Video) -> None:
    listed = json.loads(invoke("LibraryFunction", (EVENTS / "library.json").read_text())["body"])

    found = next(each for each in listed["videos"] if each["id"] == video["id"])
    # Not the same address as before: a signature changes with the hour.
    with urllib.request.urlopen(found["playback"]["poster"], timeout=30) as poster:
        assert poster.read(2) == b"\xff\xd8"


@pytest.fixture
def curl(local: Sam, tmp_path: Path) -> Iterator[Curl]:
    with local.serving("start-api", free_port(), tmp_path / "log") as address:

        def get(path: str) -> tuple[int, Any]:
            command = ["curl", "-sS", "-w", "\n%{http_code}", address + path]
            done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
            body, status = done.stdout.rsplit("\n", 1)
            return int(status), json.loads(body)

        yield get


def test_the_api_answers_curl(curl: Curl, api: Api, video: Video) -> None:
    shared = api.call("POST", f"/videos/{video['id']}/shares", {})["share"]["url"].rsplit("/", 1)[1]

    status, answer = curl(f"/shares/{shared}/playback")
    closed, refusal = curl("/videos")

    assert (status, answer["video"]["id"]) == (200, video["id"])
    # SAM runs the authorizer, and knows no answers of the gateway's own.
    assert (closed, refusal) == (401, {"message": "Unauthorized"})
