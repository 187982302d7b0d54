"""The pipeline's stack, alone and nested; and a commit brought to stacks as the pipeline does it, in the emulator."""

import json
import os
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from deployment import EDGE_REGION, STACK, stack
from local import deploy, package, push, templates
from local.api import Api
from local.clients import Clients
from local.platform import ARTIFACTS, REPOSITORY, Options, Platform
from tests.e2e.conftest import ended
from tests.lanes import TASKS_ONLY
from tests.local.aws import listener
from tests.local.codebuild import CodeBuild, action, artifacts
from tests.media.generate import clip

ALONE = "vod-pipeline"
PROJECTS = ("test", "build", "image-arm64", "image-amd64", "manifest", "staging-parameters", "staging-page")
PROJECTS += ("staging-smoke", "prod-parameters", "prod-page")
RELEASE = "0123456789abcdef0123456789abcdef01234567-5d35a4d1-0000-4000-8000-000000000000"
IMAGES = f"123456789012.dkr.ecr.{EDGE_REGION}.example/vod-pipeline-repository"
"""A repository beside the stack's own, in the emulator's account."""
HANDED_ON = "artifacts-of-commits"
"""Where the pipeline keeps what its actions hand on; a template in a request's body may have 51,200 bytes only."""
PACKAGES = "packages-of-commits"


@pytest.fixture(scope="module")
def alone(clients: Clients) -> Clients:
    """An account with the pipeline as a stack of its own, by the command of docs/pipeline.md."""
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
        parameters={"GitHubRepository": "owner/name", "EncoderImageUri": f"{IMAGES}:{RELEASE}"},
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
    assert described["containerDefinitions"][0]["image"] == f"{IMAGES}:{RELEASE}"


def given(clients: Clients, stack_name: str, environment: str = "staging") -> dict[str, str]:
    """What the pipeline tells the step that says what a stack is made of and given."""
    clients.s3.create_bucket(Bucket=PACKAGES)
    return {
        "STACK": stack_name,
        "ENVIRONMENT": environment,
        "RELEASE": RELEASE,
        "REPOSITORY_URI": IMAGES,
        "ARCHITECTURE": "arm64",
        "PACKAGE_BUCKET": PACKAGES,
        "DEPLOY_ROLE_ARN": "arn:aws:iam::123456789012:role/unused-in-us-east-1",
        "ACCOUNT_ROLE_ARN": "",
        "BOUNDARY_ARN": boundary(clients, stack_name),
    }


def boundary(clients: Clients, stack_name: str, imports: str = "") -> str:
    """What bounds a stack's roles, made as the pipeline makes it, with the buckets that it names for imports."""
    name = f"rights-of-{stack_name}"
    values = {
        "StackName": stack_name,
        "LowerCaseName": stack_name.lower(),
        "DomainName": "",
        "ImportBuckets": imports,
        "IsApproved": "true",
        "PackageBucket": PACKAGES,
        "ArtifactBucket": HANDED_ON,
        "RepositoryArn": f"arn:aws:ecr:{EDGE_REGION}:123456789012:repository/vod-pipeline-repository",
    }
    if not stack.read(clients.cloudformation, name).status:
        clients.cloudformation.create_stack(
            StackName=name,
            TemplateBody=json.dumps(templates.load(REPOSITORY / "stacks" / "pipeline" / "role.yaml")),
            Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in values.items()],
            Capabilities=["CAPABILITY_IAM"],
        )
        clients.cloudformation.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 1})
    return stack.read(clients.cloudformation, name).outputs["BoundaryArn"]


def execute(clients: Clients, stack_name: str, kind: str) -> dict[str, str]:
    """What the two CloudFormation actions do with what the last step handed on, out of S3; the parameters."""
    handed_on = artifacts(action("Staging", "Parameters"))
    template = handed_on["packaged.yaml"]
    clients.s3.create_bucket(Bucket=HANDED_ON)
    clients.s3.upload_file(str(template), HANDED_ON, template.name)
    configuration = json.loads(handed_on["parameters.json"].read_text())["Parameters"]
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
    asked = action("Build", "Package")
    done = CodeBuild(clients.endpoint).run(asked, {"ARCHITECTURE": "arm64"})
    assert done.returncode == 0, done.stdout + done.stderr
    folder = tmp_path_factory.mktemp("built")
    for name, path in artifacts(asked).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, folder / name)
    return folder


def test_the_build_step_hands_on_everything_a_stack_is_made_of(built: Path) -> None:
    with tarfile.open(built / "stack.tar.gz") as archive:
        names = set(archive.getnames())

    assert "build/template.yaml" in names
    assert {"build/UploadFunction/upload.py", "build/VodLayer/python/vod/__init__.py"} <= names
    assert (built / "page" / "index.html").exists()
    assert json.loads((built / "sbom.json").read_text())["bomFormat"] == "CycloneDX"


def test_staging_and_production_are_made_of_the_same_build(clients: Clients, built: Path) -> None:
    """From nothing: a key pair, the stack, its page; the parameters are those of each environment."""
    aws, made = CodeBuild(clients.endpoint, {"Built": built}), {}

    for stage, environment in (("Staging", "staging"), ("Production", "prod")):
        name = f"vod-{stage.lower()}"
        told = given(clients, name, environment)
        before = aws.run(action(stage, "Parameters"), told)
        assert before.returncode == 0, before.stderr
        execute(clients, name, "create")
        page = {key: told[key] for key in ("STACK", "DEPLOY_ROLE_ARN", "ACCOUNT_ROLE_ARN")}
        after = aws.run(action(stage, "Page"), page)
        assert after.returncode == 0, after.stderr
        made[stage] = stack.read(clients.cloudformation, name)

    staging, production = made["Staging"], made["Production"]
    assert staging.parameters["EncoderImageUri"] == production.parameters["EncoderImageUri"] == f"{IMAGES}:{RELEASE}"
    assert (staging.parameters["LogsRetentionInDays"], production.parameters["LogsRetentionInDays"]) == ("7", "180")
    assert staging.parameters["PlaybackPublicKey"] != production.parameters["PlaybackPublicKey"]
    stored = [each["Key"].split("/", 1) for each in clients.s3.list_objects_v2(Bucket=PACKAGES)["Contents"]]
    code = {
        owner: {name for of, name in stored if of == owner and not name.endswith(".template")} for owner, _ in stored
    }
    assert code["vod-staging"] == code["vod-production"]
    for deployed in made.values():
        page = clients.s3.get_object(Bucket=deployed.outputs["PageBucketName"], Key="index.html")["Body"].read()
        assert page == (built / "page" / "index.html").read_bytes()


def test_what_a_stack_is_made_of_lies_under_its_own_name(clients: Clients, built: Path) -> None:
    """No step for staging may write there what production, approved meanwhile, would run."""
    told = CodeBuild(clients.endpoint, {"Built": built}).run(
        action("Production", "Parameters"), given(clients, "vod-production", "prod")
    )

    assert told.returncode == 0, told.stderr
    template = templates.load(artifacts(action("Production", "Parameters"))["packaged.yaml"])
    properties = [one["Properties"] for one in template["Resources"].values()]
    places = [str(each[name]) for each in properties for name in ("CodeUri", "TemplateURL") if name in each]
    assert places
    assert all(f"{PACKAGES}/vod-production/" in place for place in places)


def test_a_stack_of_another_account_is_looked_after_as_a_role_there(clients: Clients, built: Path) -> None:
    """The role may do nothing, so that the step shows whose rights it has."""
    trust = {"Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}]}
    made = clients.iam.create_role(RoleName="of-another-account", AssumeRolePolicyDocument=json.dumps(trust))
    told = given(clients, "vod-production", "prod") | {"ACCOUNT_ROLE_ARN": made["Role"]["Arn"]}

    done = CodeBuild(clients.endpoint, {"Built": built}).run(action("Production", "Parameters"), told)

    assert done.returncode != 0
    assert "assumed-role/of-another-account" in done.stderr + done.stdout


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, emulator_python: Path) -> Iterator[Platform]:
    """A platform of its own, since it does not stay as it is."""
    with Platform(
        Options(state=tmp_path_factory.mktemp("running"), port=0, emulator_python=emulator_python)
    ) as started:
        yield started


def archive(folder: Path, template: str) -> None:
    """The build step's archive, of a packaged template alone."""
    (folder / "build").mkdir()
    (folder / "build" / "template.yaml").write_text(template)
    with tarfile.open(folder / "stack.tar.gz", "w:gz") as made:
        made.add(folder / "build", "build")


def test_a_commit_reaches_a_running_platform_and_plays(running: Platform, tmp_path: Path) -> None:
    """Packaged for this machine, since the real packages hold programs for arm64. The bound holds: IAM is enforced."""
    archive(tmp_path, package.package(REPOSITORY / "template.yaml", ARTIFACTS).body)
    before, aws = stack.read(running.clients.cloudformation, STACK), CodeBuild(running.endpoint, {"Built": tmp_path})
    asked = given(running.clients, STACK)

    told = aws.run(action("Staging", "Parameters"), asked)
    assert told.returncode == 0, told.stderr
    execute(running.clients, STACK, "update")
    push.push(running.clients)  # the pipeline's Manifest step has made it by then
    smoke = aws.run(action("Staging", "Smoke"), {"STACK": STACK})

    after = stack.read(running.clients.cloudformation, STACK)
    assert smoke.returncode == 0, smoke.stderr
    assert f"smoke test of {STACK} passed" in smoke.stdout
    assert after.parameters == {
        **before.parameters,
        "EncoderImageUri": f"{IMAGES}:{RELEASE}",
        "PermissionsBoundaryArn": asked["BOUNDARY_ARN"],
        "LogsRetentionInDays": "7",
        "SourceExpiryInDays": "7",
    }
    users = running.clients.cognito_idp.list_users(UserPoolId=after.outputs["UserPoolId"])["Users"]
    assert [each["Username"] for each in users] == ["local"]


def test_a_bounded_stack_imports_from_the_buckets_that_its_pipeline_names(
    tmp_path: Path, emulator_python: Path
) -> None:
    """The stack's own parameter, which a commit can change, names one more."""
    named, unnamed = "arn:aws:s3:::films-of-a-customer", "arn:aws:s3:::films-of-nobody-s"
    given = {"ImportBuckets": f"{named},{unnamed}", **TASKS_ONLY}
    options = Options(tmp_path / "state", port=0, emulator_python=emulator_python, parameters=given)
    with Platform(options) as unbounded:
        bound = {"PermissionsBoundaryArn": boundary(unbounded.clients, STACK, imports=named)}

    with Platform(replace(options, parameters={**given, **bound})) as bounded:
        api, film = Api(bounded.api, bounded.token), clip(tmp_path / "film.mp4", seconds=2, size="640x360")
        ended_by_bucket = {}
        for bucket in (each.split(":::")[1] for each in (named, unnamed)):
            bounded.clients.s3.create_bucket(Bucket=bucket)
            bounded.clients.s3.upload_file(str(film), bucket, "film.mp4")
            made = api.call("POST", "/videos", {"url": f"s3://{bucket}/film.mp4"})["video"]
            ended_by_bucket[bucket] = ended(api, made["id"])

    ready, refused = ended_by_bucket.values()
    assert ready["status"] == "ready", ready["error"]
    assert (refused["status"], refused["error"]["code"]) == ("failed", "import_refused")


def test_a_stack_that_holds_a_pipeline_is_none_that_a_pipeline_deploys(holder: Platform, tmp_path: Path) -> None:
    archive(tmp_path, package.package(REPOSITORY / "template.yaml", ARTIFACTS).body)

    told = CodeBuild(holder.endpoint, {"Built": tmp_path}).run(
        action("Production", "Parameters"), given(holder.clients, STACK, "prod")
    )

    assert told.returncode == 1
    assert "contains a pipeline" in told.stderr
