"""examples/nested, deployed as it stands: the platform inside a product's stack, under the longest name without a prefix."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from deployment import playback_key, stack
from local import bare, deploy, package, push, users
from local.api import Api
from local.cdn import Cdn, Origin, free_port
from local.clients import Clients
from local.platform import ARTIFACTS, REPOSITORY, Options
from tests.e2e.conftest import ended
from tests.local.aws import until
from tests.media.generate import clip
from tests.templates.test_interface import told

EXAMPLE = REPOSITORY / "examples" / "nested" / "template.yaml"
PRODUCT = "course-platform-eu1"


@pytest.fixture(scope="module")
def clients(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clients]:
    """An account with the example's stack."""
    state = tmp_path_factory.mktemp("nested")
    emulator = bare.start(Options(state, free_port(), wait_scale=0.02))
    try:
        clients = Clients(f"http://127.0.0.1:{emulator.port}")
        given = {"PlaybackPublicKey": playback_key.public_half(playback_key.kept(state))}
        packed = package.package(EXAMPLE, ARTIFACTS)
        deploy.deploy(clients, packed, ARTIFACTS, given, state / "deployed", PRODUCT)
        playback_key.store(clients.secretsmanager, nested(clients), playback_key.kept(state))
        push.push(clients, nested(clients))
        yield clients
    finally:
        emulator.stop()


def nested(clients: Clients) -> str:
    """The name that CloudFormation made up for the platform's stack, as docs/stack.md finds it."""
    found = clients.cloudformation.describe_stack_resource(StackName=PRODUCT, LogicalResourceId="Videos")
    return str(found["StackResourceDetail"]["PhysicalResourceId"].split("/")[1])


@pytest.fixture
def api(clients: Clients) -> Iterator[Api]:
    """The nested platform's API for a new user, behind its distribution."""
    outputs = stack.read(clients.cloudformation, nested(clients)).outputs
    token = users.open_pool(clients, outputs["UserPoolId"]).token("ann@example.com")
    cdn = Cdn(0)
    cdn.serve(Origin(urlsplit(clients.endpoint).port or 0, urlsplit(outputs["PublicUrl"]).netloc), "")
    yield Api(f"http://localhost:{cdn.port}/api", token)
    cdn.stop()


def test_a_video_of_the_nested_platform_becomes_ready_and_the_product_notes_it(
    clients: Clients, api: Api, tmp_path: Path
) -> None:
    video = ended(api, api.upload(clip(tmp_path / "clip.mp4", seconds=2, size="640x360"), lambda _: None))
    lessons = {each.logical_id: each.physical_id for each in deploy.resources(clients, PRODUCT)}["Lessons"]
    items = until(lambda: clients.dynamodb.scan(TableName=lessons)["Items"], seconds=30)

    assert video["status"] == "ready", video["error"]
    assert items == [{"videoId": {"S": video["id"]}, "state": {"S": "VideoReady"}}]
    url = stack.read(clients.cloudformation, PRODUCT).outputs["VideosUrl"]
    assert video["playback"]["hls"].startswith(url)


def test_the_nested_stack_s_interface_is_under_its_made_up_name(clients: Clients) -> None:
    name = nested(clients)
    pages = clients.ssm.get_paginator("describe_parameters").paginate()
    parameters = {each["Name"] for page in pages for each in page["Parameters"]}

    assert len(PRODUCT) == 19
    assert name.startswith(f"{PRODUCT}-Videos-")
    assert parameters == {each.replace("/STACK", f"/{name}") for each in told("SSM parameters")}
    outputs = stack.read(clients.cloudformation, name).outputs
    url = clients.ssm.get_parameter(Name=f"/{name}/public-url")["Parameter"]["Value"]
    assert url == outputs["PublicUrl"] == stack.read(clients.cloudformation, PRODUCT).outputs["VideosUrl"]
