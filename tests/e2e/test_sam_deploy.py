"""The documented `sam build` and `sam deploy` make a stack that works, in an emulator with nothing in it."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from deployment import STACK, stack
from local import users
from local.api import Api
from local.cdn import Cdn, Origin, free_port
from local.clients import Clients
from local.platform import REPOSITORY
from tests.e2e.conftest import ended
from tests.e2e.test_readme import ROOT, section
from tests.local.aws import until
from tests.media.generate import clip
from tests.templates import parsed

DEPLOY = (ROOT / "docs" / "deploy.md").read_text()
BUILT_FROM = (
    "deployment",
    "lambda",
    "layers",
    "local",
    "pipeline-config.yaml",
    "src",
    "stacks",
    "samconfig.toml",
    "template.yaml",
)


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What SAM looks at, where it may write, with the environment that `make emulator` set up."""
    folder = tmp_path_factory.mktemp("checkout")
    for name in BUILT_FROM:  # copies: SAM takes a link's other end for the place that paths begin at
        place = REPOSITORY / name
        shutil.copytree(place, folder / name) if place.is_dir() else shutil.copy(place, folder / name)
    (folder / ".venv").symlink_to(REPOSITORY / ".venv")
    return folder


@pytest.fixture(scope="module")
def emulator(checkout: Path) -> Iterator[Clients]:
    port = free_port()
    state = checkout / ".local" / "emulator"
    environment = {**os.environ, "VOD_STATE": str(state), "VOD_PORT": str(port)}
    started = subprocess.Popen([sys.executable, "-m", "local.bare"], cwd=REPOSITORY, env=environment)
    try:
        until((state / "env").exists, seconds=60)
        yield Clients(f"http://127.0.0.1:{port}")
    finally:
        started.send_signal(signal.SIGINT)
        started.wait(30)


@pytest.fixture(scope="module")
def said(checkout: Path, emulator: Clients) -> str:
    """What the commands of docs/deploy.md print."""
    (commands,) = re.findall(r"```sh\n(.*?)```", section("Try the commands without an AWS account", DEPLOY), re.S)
    environment = {**os.environ, "SAM_CLI_TELEMETRY": "0"}

    done = subprocess.run(
        ["sh", "-eu", "-c", commands],
        cwd=checkout,
        env=environment,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )

    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


@pytest.fixture
def api(said: str, emulator: Clients) -> Iterator[Api]:
    """The deployed API for a new user, behind its distribution."""
    outputs = stack.read(emulator.cloudformation, STACK).outputs
    token = users.open_pool(emulator, outputs["UserPoolId"]).token("bob@example.com")
    cdn = Cdn(0)
    cdn.serve(Origin(urlsplit(emulator.endpoint).port or 0, urlsplit(outputs["PublicUrl"]).netloc), "")
    yield Api(f"http://localhost:{cdn.port}/api", token)
    cdn.stop()


def called(clients: Clients, path: str, token: str = "") -> tuple[int, Any]:
    """The answer of the deployed API, through its distribution."""
    host = urlsplit(stack.read(clients.cloudformation, STACK).outputs["PublicUrl"]).netloc
    request = urllib.request.Request(clients.endpoint + path, headers={"Host": host, "X-Forwarded-Proto": "https"})
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as refused:
        return refused.code, json.loads(refused.read())


def test_the_stack_is_whole_and_its_functions_are_there(said: str, emulator: Clients) -> None:
    deployed = stack.read(emulator.cloudformation, STACK)

    assert deployed.status == "CREATE_COMPLETE"
    assert deployed.outputs["TableName"] in said
    by_default = {None, "HasFunctionLane"}
    there = [
        each
        for each in parsed.functions()
        if parsed.ROOT_TEMPLATE["Resources"][each.name].get("Condition") in by_default
    ]
    assert len(emulator.lambda_.list_functions()["Functions"]) == len(there)


def unpacked(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def test_code_and_layers_of_each_function_unpack_to_less_than_250_mb(said: str, checkout: Path) -> None:
    built = checkout / ".aws-sam" / "build"

    sizes = {
        each.name: unpacked(built / each.name)
        + sum(unpacked(built / layer["Ref"]) for layer in each.properties["Layers"])
        for each in parsed.functions()
    }

    assert sizes["PieceFunction"] == max(sizes.values()) > sizes["ProbeFunction"] > 50 * 2**20
    assert max(sizes.values()) < 250 * 2**20


def test_its_api_wants_a_token_and_then_answers(said: str, emulator: Clients) -> None:
    pool = users.open_pool(emulator, stack.read(emulator.cloudformation, STACK).outputs["UserPoolId"])

    assert called(emulator, "/api/videos")[0] == 401
    assert called(emulator, "/api/videos", pool.token("ann@example.com")) == (200, {"videos": [], "cursor": None})


def test_a_video_becomes_ready_with_the_layers_that_sam_built(api: Api, tmp_path: Path) -> None:
    video = ended(api, api.upload(clip(tmp_path / "clip.mp4", seconds=2, size="640x360"), lambda _: None))

    assert video["status"] == "ready", video["error"]
    assert [rung["frames"] for rung in video["renditions"]] == [50, 50]
