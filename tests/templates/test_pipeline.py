"""The pipeline: in which order, with which artifacts, and what each of its roles may do at most."""

import json
import re
from fnmatch import fnmatchcase
from itertools import pairwise

import pytest

from tests.templates import parsed
from tests.templates.parsed import Resource, Value

CONFIG = parsed.TEMPLATES["pipeline-config.yaml"]
PIPELINE = CONFIG["Resources"]["Pipeline"]["Properties"]
STAGES = {stage["Name"]: stage["Actions"] for stage in PIPELINE["Stages"]}
OWN = [path for path in parsed.TEMPLATES if path.startswith(("pipeline-config", "stacks/pipeline-"))]
CLOUDFORMATION = parsed.TEMPLATES["stacks/pipeline-role.yaml"]["Resources"]
TRUSTED = {"PipelineRole": "codepipeline.amazonaws.com", "Role": "cloudformation.amazonaws.com"}
IAM_PREFIX = {
    "CertificateManager": "acm",
    "Cognito": "cognito-idp",
    "EFS": "elasticfilesystem",
    "Serverless": "lambda",
}
"""Services whose actions begin otherwise than their types."""


def action(stage: str, name: str) -> Value:
    return next(each for each in STAGES[stage] if each["Name"] == name)


def configuration(stage: str, name: str) -> Value:
    return action(stage, name)["Configuration"]


def roles() -> list[Resource]:
    return [role for role in parsed.resources("AWS::IAM::Role") if role.template in OWN]


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
    text = json.dumps([STAGES[stage] for stage in before])
    assert "Production" not in text
    assert "prod" not in text


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


def test_production_gets_the_artifacts_that_staging_had() -> None:
    staging, production = (configuration(stage, "ChangeSet") for stage in ("Staging", "Production"))

    assert staging["TemplatePath"] == production["TemplatePath"] == "Built::packaged.yaml"
    made = [each["Name"] for actions in STAGES.values() for one in actions for each in one.get("OutputArtifacts", [])]
    assert sorted(made) == ["Built", "ProductionParameters", "Source", "StagingParameters"]
    for name in ("Parameters", "Page"):
        assert [each["InputArtifacts"] for each in (action("Staging", name), action("Production", name))] == [
            [{"Name": "Source"}, {"Name": "Built"}]
        ] * 2


def test_both_stacks_run_the_image_of_the_commit() -> None:
    for stage, name in (("Staging", "Parameters"), ("Production", "Parameters"), ("Build", "Manifest")):
        said = configuration(stage, name)["EnvironmentVariables"]
        variables = {
            each["name"]: each["value"] for each in json.loads(said["Fn::Sub"] if isinstance(said, dict) else said)
        }
        assert variables["COMMIT"] == "#{Source.CommitId}"


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
    assert encryption["ServerSideEncryptionByDefault"] == {"SSEAlgorithm": "aws:kms"}
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
def test_a_role_trusts_one_service(role: Resource) -> None:
    (statement,) = role.properties["AssumeRolePolicyDocument"]["Statement"]

    assert statement["Principal"] == {"Service": TRUSTED.get(role.name, "codebuild.amazonaws.com")}
    assert statement["Action"] == "sts:AssumeRole"


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
    used = [configuration(stage, "ChangeSet")["RoleArn"]["Fn::GetAtt"][0] for stage in ("Staging", "Production")]

    given = [CONFIG["Resources"][name]["Properties"]["Parameters"]["StackName"] for name in used]
    assert given == [{"Ref": "StagingStackName"}, {"Ref": "ProductionStackName"}]


# ---- What CloudFormation may do ------------------------------------------------------------------------------------------
STATEMENTS = [
    statement
    for name in ("Named", "Numbered", "Roles")
    for statement in CLOUDFORMATION[name]["Properties"]["PolicyDocument"]["Statement"]
]
ALLOWED = {
    action for each in STATEMENTS if each["Effect"] == "Allow" for action in parsed.listed(each["Action"])
}  # patterns


def services_in_use() -> set[str]:
    """IAM's names of the services that a platform's stack is made of."""
    kinds = {each.kind for each in parsed.resources() if each.template not in {*OWN, parsed.APART}} - {
        "AWS::CloudFormation::Stack"
    }
    made_by_sam = {"apigateway", "events", "states"}  # of an Api, an EventBridgeRule, a StateMachine
    return made_by_sam | {IAM_PREFIX.get(kind.split("::")[1], kind.split("::")[1].lower()) for kind in kinds}


def test_it_can_make_everything_that_a_stack_is_made_of() -> None:
    """A new kind of resource that this misses would stop the pipeline in staging."""
    granted = {action.split(":")[0] for action in ALLOWED}

    assert services_in_use() - granted == set()


def test_it_has_no_service_that_no_stack_needs() -> None:
    granted = {action.split(":")[0] for action in ALLOWED}

    assert granted - services_in_use() == {"cloudformation"}


@pytest.mark.parametrize(
    "forbidden",
    [
        "codebuild:UpdateProject",
        "codepipeline:UpdatePipeline",
        "dynamodb:GetItem",
        "dynamodb:Scan",
        "ecr:BatchGetImage",
        "iam:CreateAccessKey",
        "iam:CreateUser",
        "organizations:LeaveOrganization",
        "s3:DeleteObject",
        "s3:PutObject",
        "sts:AssumeRole",
    ],
)
def test_it_may_not_touch_the_pipeline_people_or_their_data(forbidden: str) -> None:
    assert [pattern for pattern in ALLOWED if fnmatchcase(forbidden, pattern)] == []


def test_roles_are_those_of_its_own_stack_with_policies_of_its_own() -> None:
    for statement in CLOUDFORMATION["Roles"]["Properties"]["PolicyDocument"]["Statement"]:
        for resource in parsed.listed(statement["Resource"]):
            own = ("role/${StackName}-*", "policy/${StackName}-*", "role/aws-service-role/*")
            assert resource["Fn::Sub"].split("${AWS::AccountId}:")[1] in own
        assert "*" not in "".join(parsed.listed(statement["Action"]))
        if "iam:AttachRolePolicy" in statement["Action"]:
            assert statement["Condition"]["ArnLike"]["iam:PolicyARN"]["Fn::Sub"].endswith(":policy/${StackName}-*")
        if statement["Action"] == "iam:PassRole":
            assert statement["Condition"]["StringEquals"]["iam:PassedToService"]


def test_it_is_denied_what_guards_a_commit() -> None:
    (denial,) = [each for each in STATEMENTS if each["Effect"] == "Deny"]

    assert {"Ref": "RepositoryArn"} in denial["Resource"]
    for bucket in ("ArtifactBucket", "PackageBucket"):
        assert {"Fn::Sub": f"arn:${{AWS::Partition}}:s3:::${{{bucket}}}"} in denial["Resource"]
    for action_ in ("s3:PutBucketPolicy", "s3:DeleteBucket", "ecr:DeleteRepository", "ecr:PutLifecyclePolicy"):
        assert any(fnmatchcase(action_, pattern) for pattern in denial["Action"])


def test_a_policy_fits_iam_s_limit() -> None:
    """6,144 characters without white space; references come to more than they are written with."""
    for name in ("Named", "Numbered", "Roles"):
        text = json.dumps(CLOUDFORMATION[name]["Properties"]["PolicyDocument"], separators=(",", ":"))
        assert len(text) < 5200, name
