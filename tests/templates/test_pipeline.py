"""The pipeline: in which order, with which artifacts, and what each of its roles may do at most."""

import json
import re
from itertools import pairwise
from pathlib import Path

import pytest

from tests.templates import parsed
from tests.templates.deployed import Deployed
from tests.templates.parsed import Resource, Value

CONFIG = parsed.TEMPLATES["pipeline-config.yaml"]
PIPELINE = CONFIG["Resources"]["Pipeline"]["Properties"]
STAGES = {stage["Name"]: stage["Actions"] for stage in PIPELINE["Stages"]}
OWN = [path for path in parsed.TEMPLATES if path.startswith(("pipeline-config", "stacks/pipeline/"))]
CLOUDFORMATION = parsed.TEMPLATES["stacks/pipeline/role.yaml"]["Resources"]
TRUSTED = {"PipelineRole": "codepipeline.amazonaws.com", "Role": "cloudformation.amazonaws.com"}


def action(stage: str, name: str) -> Value:
    return next(each for each in STAGES[stage] if each["Name"] == name)


def configuration(stage: str, name: str) -> Value:
    return action(stage, name)["Configuration"]


def roles() -> list[Resource]:
    """Those that a service takes; AccountRole is for the pipeline's account."""
    made = [role for role in parsed.resources("AWS::IAM::Role") if role.template in OWN]
    return [role for role in made if role.name != "AccountRole"]


def test_the_stages_stand_in_this_order() -> None:
    assert list(STAGES) == ["Source", "Test", "Build", "Staging", "Approval", "Production"]


def test_a_push_to_the_branch_starts_it() -> None:
    source = configuration("Source", "GitHub")

    assert action("Source", "GitHub")["ActionTypeId"]["Provider"] == "CodeStarSourceConnection"
    assert (source["BranchName"], source["FullRepositoryId"]) == ({"Ref": "GitHubBranch"}, {"Ref": "GitHubRepository"})
    assert source["DetectChanges"] is True


def test_nothing_of_production_is_touched_before_somebody_approves() -> None:
    (approval,) = STAGES["Approval"]
    before = list(STAGES)[: list(STAGES).index("Approval")]

    assert (approval["ActionTypeId"]["Category"], approval["ActionTypeId"]["Provider"]) == ("Approval", "Manual")
    used = {
        each["Configuration"]["ProjectName"]["Fn::GetAtt"][0]
        for stage in before
        for each in STAGES[stage]
        if "ProjectName" in each["Configuration"]
    }
    assert used == {"Builds", "StagingReleases"}
    assert "Production" not in json.dumps([STAGES[stage] for stage in before])


def test_what_was_deployed_to_staging_is_played_before_anything_else_is_deployed_there() -> None:
    assert [each["Name"] for each in STAGES["Staging"]][-1] == "Smoke"
    assert action("Staging", "Smoke")["RunOrder"] > action("Staging", "Page")["RunOrder"]


@pytest.mark.parametrize("stage", ["Staging", "Production"])
def test_a_stack_is_brought_by_a_change_set_between_its_parameters_and_its_page(stage: str) -> None:
    actions = [each for each in STAGES[stage] if each["Name"] != "Smoke"]

    modes = [each["Configuration"].get("ActionMode") for each in actions]
    assert [each["Name"] for each in actions] == ["Parameters", "ChangeSet", "Deploy", "Page"]
    assert modes == [None, "CHANGE_SET_REPLACE", "CHANGE_SET_EXECUTE", None]
    assert all(earlier["RunOrder"] < later["RunOrder"] for earlier, later in pairwise(actions))
    assert (
        len(
            {json.dumps(each["Configuration"]["StackName"]) for each in actions if "StackName" in each["Configuration"]}
        )
        == 1
    )


def test_production_is_made_of_what_staging_was_made_of() -> None:
    """Built once; each stack's step lays it under the stack's own name, so that no step for staging writes production's."""
    made = [each["Name"] for actions in STAGES.values() for one in actions for each in one.get("OutputArtifacts", [])]

    assert sorted(made) == ["Built", "Production", "Source", "Staging"]
    for stage in ("Staging", "Production"):
        change = configuration(stage, "ChangeSet")
        assert change["TemplatePath"] == f"{stage}::packaged.yaml"
        assert change["TemplateConfiguration"] == f"{stage}::parameters.json"
        for name in ("Parameters", "Page"):
            assert action(stage, name)["InputArtifacts"] == [{"Name": "Source"}, {"Name": "Built"}]


def test_names_of_artifacts_are_as_short_as_codepipeline_keeps_them_in_keys() -> None:
    """Rights on artifacts go by their names in the objects' keys, of which it keeps ten letters."""
    made = [each["Name"] for actions in STAGES.values() for one in actions for each in one.get("OutputArtifacts", [])]

    assert max(map(len, made)) <= 10


def test_both_stacks_run_the_image_that_this_run_of_the_pipeline_built() -> None:
    """Under the commit's name alone, an earlier push could have left an image for a commit that is to come."""
    for stage, name in (("Staging", "Parameters"), ("Production", "Parameters"), ("Build", "Manifest")):
        said = {each["name"]: each["value"] for each in json.loads(configuration(stage, name)["EnvironmentVariables"])}
        assert said == {"RELEASE": "#{Source.CommitId}-#{codepipeline.PipelineExecutionId}"}


def test_the_name_of_staging_s_stack_begins_no_name_of_production_s() -> None:
    """Rights go by how names begin."""
    allowed = {
        name: CONFIG["Parameters"][name]["AllowedPattern"] for name in ("StagingStackName", "ProductionStackName")
    }

    assert re.fullmatch(allowed["StagingStackName"], "vod-staging")
    assert not re.fullmatch(allowed["StagingStackName"], "vod")
    assert re.fullmatch(allowed["ProductionStackName"], "VideoTranscodingStack")
    assert not re.fullmatch(allowed["ProductionStackName"], "vod-staging-2")


def test_the_image_is_built_on_a_machine_of_each_architecture_before_both_get_one_tag() -> None:
    projects = parsed.template_of("Builds")["Resources"]

    machines = {name: projects[name]["Properties"]["Environment"]["Type"] for name in ("ImageArm64", "ImageAmd64")}
    order = {each["Name"]: each["RunOrder"] for each in STAGES["Build"]}
    assert machines == {"ImageArm64": "ARM_CONTAINER", "ImageAmd64": "LINUX_CONTAINER"}
    assert order["Manifest"] > max(order["ImageArm64"], order["ImageAmd64"])


@pytest.mark.parametrize("repository", parsed.resources("AWS::ECR::Repository"), ids=str)
def test_an_image_is_scanned_and_its_tag_is_for_ever(repository: Resource) -> None:
    assert repository.properties["ImageScanningConfiguration"] == {"ScanOnPush": True}
    assert repository.properties["ImageTagMutability"] == "IMMUTABLE"


def test_artifacts_are_encrypted_versioned_and_forgotten_later_than_an_approval_waits() -> None:
    bucket = parsed.template_of("Store")["Resources"]["ArtifactBucket"]["Properties"]

    (encryption,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    days = [
        rule["ExpirationInDays"] for rule in bucket["LifecycleConfiguration"]["Rules"] if "ExpirationInDays" in rule
    ]
    assert PIPELINE["ArtifactStore"]["Location"] == {"Fn::GetAtt": ["Store", "Outputs.ArtifactBucket"]}
    assert encryption["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms"
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    assert min(days) > 7


def test_what_a_stack_needs_outlives_the_pipeline() -> None:
    store = parsed.template_of("Store")["Resources"]

    kept = [store["PackageBucket"], store["Repository"], *CLOUDFORMATION.values()]
    assert {each["DeletionPolicy"] for each in kept} == {"RetainExceptOnCreate"}


def test_what_stacks_are_made_of_never_expires() -> None:
    rules = parsed.template_of("Store")["Resources"]["PackageBucket"]["Properties"]["LifecycleConfiguration"]["Rules"]

    assert [rule for rule in rules if "ExpirationInDays" in rule] == []


def test_a_failure_is_told_to_the_topic_with_what_to_do() -> None:
    rule = CONFIG["Resources"]["Failures"]["Properties"]

    (target,) = rule["Targets"]
    assert rule["EventPattern"]["detail"] == {"pipeline": [{"Ref": "AWS::StackName"}], "state": ["FAILED"]}
    assert PIPELINE["Name"] == {"Ref": "AWS::StackName"}
    assert target["Arn"] == {"Fn::If": ["MakesTopic", {"Ref": "AlertTopic"}, {"Ref": "AlertTopicArn"}]}
    told = json.loads(target["InputTransformer"]["InputTemplate"])
    assert set(re.findall(r"<(\w+)>", told)) == target["InputTransformer"]["InputPathsMap"].keys()
    assert "list-action-executions" in told


def test_nested_it_tells_the_platform_s_topic_and_never_deploys_its_own_stack() -> None:
    given = parsed.ROOT_TEMPLATE["Resources"]["Pipeline"]["Properties"]["Parameters"]

    assert given["AlertTopicArn"] == {"Fn::GetAtt": ["Monitoring", "Outputs.AlertTopicArn"]}
    assert {"Ref": "AWS::StackName"} not in (given["StagingStackName"], given["ProductionStackName"])


@pytest.mark.parametrize("role", roles(), ids=str)
def test_a_role_trusts_one_service_under_the_condition_that_aws_documents(role: Resource) -> None:
    """CodeBuild's pages recommend aws:SourceAccount; those of CodePipeline and of CloudFormation's roles name no key."""
    (statement,) = role.properties["AssumeRolePolicyDocument"]["Statement"]

    assert statement["Principal"] == {"Service": TRUSTED.get(role.name, "codebuild.amazonaws.com")}
    assert statement["Action"] == "sts:AssumeRole"
    ours = {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}
    assert statement.get("Condition") == (None if role.name in TRUSTED else ours)


def test_each_step_has_a_role_of_its_own() -> None:
    projects = [each for each in parsed.resources("AWS::CodeBuild::Project") if each.template in OWN]

    assert {each.properties["ServiceRole"]["Fn::GetAtt"][0] for each in projects} == {
        f"{each.name}Role" for each in projects
    }


def test_only_images_are_built_on_privileged_machines() -> None:
    projects = [each for each in parsed.resources("AWS::CodeBuild::Project") if each.template in OWN]

    privileged = {each.name for each in projects if each.properties["Environment"].get("PrivilegedMode")}
    assert privileged == {"ImageArm64", "ImageAmd64"}


def test_each_stack_is_deployed_with_a_role_of_its_own() -> None:
    staging, production = (configuration(stage, "ChangeSet")["RoleArn"] for stage in ("Staging", "Production"))
    used = [staging["Fn::GetAtt"][0], production["Fn::If"][2]["Fn::GetAtt"][0]]

    given = [CONFIG["Resources"][name]["Properties"]["Parameters"]["StackName"] for name in used]
    assert given == [{"Ref": "StagingStackName"}, {"Ref": "ProductionStackName"}]


def roles_of_stacks() -> list[Resource]:
    return [role for role in parsed.resources("AWS::IAM::Role") if role.template not in {*OWN, parsed.APART}]


@pytest.mark.parametrize("role", roles_of_stacks(), ids=str)
def test_each_role_of_a_platform_can_be_bounded(role: Resource) -> None:
    """Without, whoever may give a role its policies could give it the account."""
    template = parsed.TEMPLATES[role.template]

    bound = role.properties["PermissionsBoundary"]
    assert bound == {"Fn::If": ["HasBoundary", {"Ref": "PermissionsBoundaryArn"}, {"Ref": "AWS::NoValue"}]}
    assert "PermissionsBoundaryArn" in template["Parameters"]


def test_the_bound_reaches_every_nested_stack_that_makes_roles() -> None:
    makers = {Path(role.template).name for role in roles_of_stacks()}

    told = {
        Path(stack.properties["TemplateURL"]).name
        for stack in parsed.nested()
        if stack.properties.get("Parameters", {}).get("PermissionsBoundaryArn") == {"Ref": "PermissionsBoundaryArn"}
    }
    assert makers <= told


# ---- What CloudFormation may do: tests/local/test_pipeline_rights.py decides it -----------------------------------------
def test_a_policy_fits_iam_s_limit() -> None:
    """6,144 characters without white space, also with as many buckets as their parameter takes."""
    longest = CONFIG["Parameters"]["StagingImportBuckets"]["MaxLength"]
    buckets = ",".join(f"arn:aws:s3:::{'b' * 63}" for _ in range(longest // 77))
    names = {"StagingStackName": "s" * 15 + "staging", "ProductionStackName": "p" * 22, "StagingDomainName": "d" * 60}
    names |= {"StagingImportBuckets": buckets, "ProductionImportBuckets": buckets}
    pipeline = Deployed("pipeline-config.yaml", "vod-pipeline-of-a-team", {"GitHubRepository": "a/b", **names})

    made = [each for each in pipeline.resources() if each.kind == "AWS::IAM::ManagedPolicy"]
    sizes = {each.arn: len(json.dumps(each.properties["PolicyDocument"], separators=(",", ":"))) for each in made}
    assert longest - 77 < len(buckets) <= longest
    assert {arn for arn, size in sizes.items() if size > 6144} == set()
