"""The pipeline's stack, alone and nested; and a commit brought to stacks as the pipeline does it, in the emulator."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from deployment import EDGE_REGION, STACK, stack
from local import deploy, package, templates
from local.clients import Clients
from local.platform import ARTIFACTS, REPOSITORY, Options, Platform
from tests.local.aws import listener
from tests.local.codebuild import CodeBuild, action, artifacts

ALONE = "vod-pipeline"
PROJECTS = ("test", "build", "image-arm64", "image-amd64", "manifest", "parameters", "page", "smoke")
COMMIT = "0123456789abcdef0123456789abcdef01234567"
IMAGES = f"123456789012.dkr.ecr.{EDGE_REGION}.example/vod-pipeline-repository"
"""A repository beside the stack's own, in the emulator's account."""
HANDED_ON = "artifacts-of-commits"
"""Where the pipeline keeps what its actions hand on; a template in a request's body may have 51,200 bytes only."""


@pytest.fixture(scope="module")
def alone(clients: Clients) -> Clients:
    """An account with the pipeline as a stack of its own, by the README's command."""
    account = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": EDGE_REGION}
    done = subprocess.run(
        ["make", "pipeline", "PARAMETERS=GitHubRepository=owner/name"],
        cwd=REPOSITORY,
        env={**os.environ, **account, "AWS_ENDPOINT_URL": clients.endpoint},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
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


def test_whoever_listens_is_told_of_a_failed_run_and_what_to_do(alone: Clients) -> None:
    """Under a source of our own, since nobody but AWS may send events under its names."""
    made = {one.logical_id: one.physical_id for one in deploy.resources(alone, ALONE)}
    pattern = alone.events.describe_rule(Name=made["Failures"])["EventPattern"]
    alone.events.put_rule(Name=made["Failures"], EventPattern=pattern.replace("aws.codepipeline", "ours"))
    queue = listener(alone, made["AlertTopic"])
    event = {"Source": "ours", "DetailType": "CodePipeline Pipeline Execution State Change"}

    for pipeline, state in (("another", "FAILED"), (ALONE, "SUCCEEDED"), (ALONE, "FAILED")):
        detail = {"pipeline": pipeline, "execution-id": "e-1", "state": state}
        alone.events.put_events(Entries=[{**event, "Detail": json.dumps(detail)}])

    # Once more, since an answer comes with the first message, which need not be the only one.
    rounds = [alone.sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=5) for _ in range(2)]
    (told,) = [json.loads(each["Body"])["Message"] for got in rounds for each in got.get("Messages", ())]
    assert told.strip('"').startswith(f"Pipeline {ALONE} in {EDGE_REGION} failed")
    assert f"--pipeline-name {ALONE} --filter pipelineExecutionId=e-1" in told


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


def test_an_image_of_another_repository_may_be_pulled_and_encodes(holder: Platform) -> None:
    done = CodeBuild(holder.endpoint).run(action("Staging", "Smoke"), {"STACK": STACK})

    assert done.returncode == 0, done.stderr
    (definition,) = {
        one.physical_id for one in deploy.resources(holder.clients) if one.kind == "AWS::ECS::TaskDefinition"
    }
    described = holder.clients.ecs.describe_task_definition(taskDefinition=definition)["taskDefinition"]
    assert described["containerDefinitions"][0]["image"] == f"{IMAGES}:{COMMIT}"


def given(stack_name: str) -> dict[str, str]:
    """What the pipeline tells the step that says what a stack is given."""
    return {
        "STACK": stack_name,
        "COMMIT": COMMIT,
        "REPOSITORY_URI": IMAGES,
        "ARCHITECTURE": "arm64",
        "DEPLOY_ROLE_ARN": "arn:aws:iam::123456789012:role/unused-in-us-east-1",
    }


def execute(clients: Clients, stack_name: str, template: Path, kind: str) -> dict[str, str]:
    """What the two CloudFormation actions do with the template, out of S3, and the last parameters; the parameters."""
    asked = action("Staging", "Parameters")
    clients.s3.create_bucket(Bucket=HANDED_ON)
    clients.s3.upload_file(str(template), HANDED_ON, template.name)
    configuration = json.loads(artifacts(asked)["parameters.json"].read_text())["Parameters"]
    clients.cloudformation.create_change_set(
        StackName=stack_name,
        ChangeSetName="pipeline",
        ChangeSetType=kind.upper(),
        TemplateURL=package.template_url(HANDED_ON, template.name),
        Parameters=[{"ParameterKey": name, "ParameterValue": value} for name, value in configuration.items()],
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
    )
    clients.cloudformation.execute_change_set(StackName=stack_name, ChangeSetName="pipeline")
    done = clients.cloudformation.get_waiter(f"stack_{kind}_complete")
    done.wait(StackName=stack_name, WaiterConfig={"Delay": 1})
    return dict(configuration)


@pytest.fixture(scope="module")
def built(clients: Clients, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The artifact of the build step, by the real `sam build` and `sam package`."""
    if not (REPOSITORY / "web/dist/index.html").exists():
        pytest.skip("THE PAGE IS NOT BUILT (no Node.js): the build step of the pipeline is not tested")
    clients.s3.create_bucket(Bucket="packages-of-commits")
    asked = action("Build", "Package")
    values = {"PACKAGE_BUCKET": "packages-of-commits", "ARCHITECTURE": "arm64"}
    done = CodeBuild(clients.endpoint).run(asked, values)
    assert done.returncode == 0, done.stdout + done.stderr
    folder = tmp_path_factory.mktemp("built")
    for name, path in artifacts(asked).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, folder / name)
    return folder


def test_the_build_step_hands_on_everything_a_stack_is_made_of(clients: Clients, built: Path) -> None:
    resources = templates.load(built / "packaged.yaml")["Resources"].values()

    stored = {one["Key"] for one in clients.s3.list_objects_v2(Bucket="packages-of-commits")["Contents"]}
    places = [str(one["Properties"].get(name, "")) for one in resources for name in ("CodeUri", "TemplateURL")]
    assert all("packages/" in place for place in places if place)
    assert all(place.split("packages-of-commits/")[1] in stored for place in places if place)
    assert (built / "page" / "index.html").exists()


def test_staging_and_production_are_made_of_the_same_artifacts(clients: Clients, built: Path) -> None:
    """From nothing: a key pair, the stack, its page; the parameters are those of each environment."""
    aws, made = CodeBuild(clients.endpoint, {"Built": built}), {}

    for stage, name in (("Staging", "vod-staging"), ("Production", "vod-production")):
        asked = {"STACK": name, "DEPLOY_ROLE_ARN": given(name)["DEPLOY_ROLE_ARN"]}
        before = aws.run(action(stage, "Parameters"), given(name))
        assert before.returncode == 0, before.stderr
        execute(clients, name, built / "packaged.yaml", "create")
        after = aws.run(action(stage, "Page"), asked)
        assert after.returncode == 0, after.stderr
        made[stage] = stack.read(clients.cloudformation, name)

    staging, production = made["Staging"], made["Production"]
    assert staging.parameters["EncoderImageUri"] == production.parameters["EncoderImageUri"] == f"{IMAGES}:{COMMIT}"
    assert (staging.parameters["LogsRetentionInDays"], production.parameters["LogsRetentionInDays"]) == ("7", "180")
    assert staging.parameters["PlaybackPublicKey"] != production.parameters["PlaybackPublicKey"]
    for deployed in made.values():
        page = clients.s3.get_object(Bucket=deployed.outputs["PageBucketName"], Key="index.html")["Body"].read()
        assert page == (built / "page" / "index.html").read_bytes()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, emulator_python: Path) -> Iterator[Platform]:
    """A platform of its own, since it does not stay as it is."""
    with Platform(
        Options(state=tmp_path_factory.mktemp("running"), port=0, emulator_python=emulator_python)
    ) as started:
        yield started


def test_a_commit_reaches_a_running_platform_and_plays(running: Platform, tmp_path: Path) -> None:
    """Packaged for this machine, since the real packages hold programs for arm64."""
    (tmp_path / "packaged.yaml").write_text(package.package(REPOSITORY / "template.yaml", ARTIFACTS).body)
    before, aws = stack.read(running.clients.cloudformation, STACK), CodeBuild(running.endpoint, {"Built": tmp_path})

    told = aws.run(action("Staging", "Parameters"), given(STACK))
    assert told.returncode == 0, told.stderr
    execute(running.clients, STACK, tmp_path / "packaged.yaml", "update")
    smoke = aws.run(action("Staging", "Smoke"), {"STACK": STACK})

    after = stack.read(running.clients.cloudformation, STACK)
    assert smoke.returncode == 0, smoke.stderr
    assert f"smoke test of {STACK} passed" in smoke.stdout
    assert after.parameters == {
        **before.parameters,
        "EncoderImageUri": f"{IMAGES}:{COMMIT}",
        "LogsRetentionInDays": "7",
        "SourceExpiryInDays": "7",
    }
    users = running.clients.cognito_idp.list_users(UserPoolId=after.outputs["UserPoolId"])["Users"]
    assert [each["Username"] for each in users] == ["local"]


def test_a_stack_that_holds_a_pipeline_is_none_that_a_pipeline_deploys(holder: Platform, tmp_path: Path) -> None:
    shutil.copy(REPOSITORY / "template.yaml", tmp_path / "packaged.yaml")

    told = CodeBuild(holder.endpoint, {"Built": tmp_path}).run(action("Production", "Parameters"), given(STACK))

    assert told.returncode == 1
    assert "holds a pipeline itself" in told.stderr
