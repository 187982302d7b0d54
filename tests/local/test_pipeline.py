"""The pipeline's stack, alone and nested; and a commit brought to a stack as the pipeline does it, on the local platform."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from deployment import EDGE_REGION, STACK, stack
from local import deploy, package
from local.clients import Clients
from local.deploy import CAPABILITIES
from local.platform import ARTIFACTS, REPOSITORY, Options, Platform

ALONE, BUCKET = "vod-pipeline", "pipeline-templates"
PROJECTS = ("test", "build", "image-arm64", "image-amd64", "manifest", "parameters", "page", "smoke")
COMMIT = "0123456789abcdef0123456789abcdef01234567"
IMAGES = f"123456789012.dkr.ecr.{EDGE_REGION}.example/vod-pipeline-repository"
"""A repository beside the stack's own, in the emulator's account."""


@pytest.fixture(scope="module")
def alone(clients: Clients) -> Clients:
    """An account with the pipeline as a stack of its own."""
    packed = package.package(REPOSITORY / "pipeline-config.yaml", BUCKET)
    deploy.upload(clients, packed, BUCKET)
    clients.cloudformation.create_stack(
        StackName=ALONE,
        TemplateURL=package.template_url(BUCKET, packed.key),
        Capabilities=CAPABILITIES,
        Parameters=[{"ParameterKey": "GitHubRepository", "ParameterValue": "owner/name"}],
    )
    clients.cloudformation.get_waiter("stack_create_complete").wait(StackName=ALONE, WaiterConfig={"Delay": 1})
    return clients


def test_the_pipeline_is_a_stack_of_its_own(alone: Clients) -> None:
    made = {(one.kind, one.logical_id) for one in deploy.resources(alone, ALONE)}

    names = alone.codebuild.list_projects()["projects"]
    assert {f"{ALONE}-{step}" for step in PROJECTS} <= set(names)
    assert ("AWS::CodePipeline::Pipeline", "Pipeline") in made
    assert ("AWS::SNS::Topic", "AlertTopic") in made
    assert stack.read(alone.cloudformation, ALONE).outputs["ConnectionArn"].startswith("arn:aws:codeconnections:")


def test_each_step_has_a_role_and_a_buildspec_that_is_there(alone: Clients) -> None:
    projects = alone.codebuild.batch_get_projects(names=[f"{ALONE}-{step}" for step in PROJECTS])["projects"]

    assert len({one["serviceRole"] for one in projects}) == len(PROJECTS)
    assert all((REPOSITORY / one["source"]["buildspec"]).exists() for one in projects)


@pytest.fixture(scope="module")
def holder(tmp_path_factory: pytest.TempPathFactory, emulator_python: Path) -> Iterator[Platform]:
    """A platform whose stack nests the pipeline, and that runs an image of another repository."""
    options = Options(
        state=tmp_path_factory.mktemp("holder"),
        port=0,
        emulator_python=emulator_python,
        parameters={"GitHubRepository": "owner/name", "EncoderImageUri": f"{IMAGES}:{COMMIT}"},
    )
    with Platform(options) as running:
        yield running


def test_a_platform_nests_it_where_a_repository_is_given(holder: Platform) -> None:
    made = {one.logical_id for one in deploy.resources(holder.clients)}

    outputs = stack.read(holder.clients.cloudformation, STACK).outputs
    assert {"Pipeline", "PipelineRole", "StagingRole", "ProductionRole", "Failures"} <= made
    assert "AlertTopic" in made
    assert outputs["PipelineConnectionArn"].startswith("arn:aws:codeconnections:")


def step(platform: Platform, name: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """What CodeBuild runs for a step of ci/, with the platform for AWS."""
    account = {
        "AWS_ENDPOINT_URL": platform.endpoint,
        "AWS_REGION": EDGE_REGION,
        "AWS_DEFAULT_REGION": EDGE_REGION,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "CODEBUILD_SRC_DIR": str(REPOSITORY),
        "DEPLOY_ROLE_ARN": "",
        "STACK": STACK,
    }
    return subprocess.run(
        ["bash", f"ci/{name}.sh"],
        cwd=REPOSITORY,
        env={**os.environ, **account, **variables},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def test_an_image_of_another_repository_may_be_pulled_and_encodes(holder: Platform) -> None:
    done = step(holder, "smoke")

    assert done.returncode == 0, done.stderr
    (definition,) = {
        one.physical_id for one in deploy.resources(holder.clients) if one.kind == "AWS::ECS::TaskDefinition"
    }
    described = holder.clients.ecs.describe_task_definition(taskDefinition=definition)["taskDefinition"]
    assert described["containerDefinitions"][0]["image"] == f"{IMAGES}:{COMMIT}"


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """What the build stage hands on."""
    packed = package.package(REPOSITORY / "template.yaml", ARTIFACTS)
    (tmp_path / "packaged.yaml").write_text(packed.body)
    (tmp_path / "page").mkdir()
    (tmp_path / "page" / "index.html").write_text("<page of the commit>")
    return tmp_path


def released(platform: Platform, built: Path) -> dict[str, str]:
    """Bring the platform's stack to a commit by the pipeline's steps and a change set; its parameters."""
    variables = {"ENVIRONMENT": "staging", "ARCHITECTURE": "arm64", "REPOSITORY_URI": IMAGES}
    told = step(platform, "parameters", COMMIT=COMMIT, CODEBUILD_SRC_DIR_Built=str(built), **variables)
    assert told.returncode == 0, told.stderr
    configuration = json.loads((REPOSITORY / ".built" / "parameters.json").read_text())["Parameters"]
    cloudformation = platform.clients.cloudformation
    cloudformation.create_change_set(
        StackName=STACK,
        ChangeSetName="pipeline",
        TemplateBody=(built / "packaged.yaml").read_text(),
        Parameters=[{"ParameterKey": name, "ParameterValue": value} for name, value in configuration.items()],
        Capabilities=CAPABILITIES,
    )
    cloudformation.execute_change_set(StackName=STACK, ChangeSetName="pipeline")
    cloudformation.get_waiter("stack_update_complete").wait(StackName=STACK, WaiterConfig={"Delay": 1})
    return dict(configuration)


def test_a_commit_reaches_a_stack_with_its_page_and_plays(platform: Platform, built: Path) -> None:
    before = stack.read(platform.clients.cloudformation, STACK).parameters

    given = released(platform, built)
    page = step(platform, "page", CODEBUILD_SRC_DIR_Built=str(built))
    smoke = step(platform, "smoke")

    after = stack.read(platform.clients.cloudformation, STACK)
    assert (page.returncode, smoke.returncode) == (0, 0), page.stderr + smoke.stderr
    assert after.parameters["PublicUrl"] == before["PublicUrl"]
    assert given["EncoderImageUri"] == f"{IMAGES}:{COMMIT}"
    stored = platform.clients.s3.get_object(Bucket=after.outputs["PageBucketName"], Key="index.html")
    assert stored["Body"].read() == b"<page of the commit>"
    assert "smoke test of VideoTranscodingStack passed" in smoke.stdout


def test_a_stack_that_holds_a_pipeline_is_none_that_a_pipeline_deploys(holder: Platform, built: Path) -> None:
    variables = {"ENVIRONMENT": "prod", "ARCHITECTURE": "arm64", "REPOSITORY_URI": IMAGES}

    told = step(holder, "parameters", COMMIT=COMMIT, CODEBUILD_SRC_DIR_Built=str(built), **variables)

    assert told.returncode == 1
    assert "holds a pipeline itself" in told.stderr
