"""Nobody may do more than is written down, and what is written down names actions and resources."""

from collections.abc import Callable, Iterator

import pytest

from tests.templates import parsed
from tests.templates.parsed import Resource, Value

WITHOUT_RESOURCE = {
    "ec2:AssignPrivateIpAddresses": "see ec2:CreateNetworkInterface",
    "ec2:CreateNetworkInterface": "Lambda asks for it on every resource before it puts a function into a VPC",
    "ec2:DescribeAvailabilityZones": "EC2 supports no resource",
    "ec2:DeleteNetworkInterface": "see ec2:CreateNetworkInterface",
    "ec2:DescribeNetworkInterfaces": "see ec2:CreateNetworkInterface",
    "ec2:DescribeSubnets": "see ec2:CreateNetworkInterface",
    "ec2:UnassignPrivateIpAddresses": "see ec2:CreateNetworkInterface",
    "ecr:GetAuthorizationToken": "a token is for the registry, not for a repository",
    "ecs:ListTasks": "names container instances, which Fargate has none of; the cluster is a condition",
    "logs:CreateLogDelivery": "log delivery of Step Functions supports no resource",
    "logs:DeleteLogDelivery": "see logs:CreateLogDelivery",
    "logs:DescribeLogGroups": "see logs:CreateLogDelivery",
    "logs:DescribeResourcePolicies": "see logs:CreateLogDelivery",
    "logs:GetLogDelivery": "see logs:CreateLogDelivery",
    "logs:ListLogDeliveries": "see logs:CreateLogDelivery",
    "logs:PutResourcePolicy": "see logs:CreateLogDelivery",
    "logs:UpdateLogDelivery": "see logs:CreateLogDelivery",
    "xray:GetSamplingRules": "X-Ray supports no resource",
    "xray:GetSamplingTargets": "X-Ray supports no resource",
    "xray:PutTelemetryRecords": "X-Ray supports no resource",
    "xray:PutTraceSegments": "X-Ray supports no resource",
}
"""Actions that may stand beside `Resource: '*'`, and why nothing narrower exists."""


CLOUDFORMATION = "stacks/pipeline/role.yaml"
"""What makes whole stacks is bounded by service, name and what it may never do: tests/templates/test_pipeline.py."""


def grants(test: Callable[[Value], bool]) -> pytest.MarkDecorator:
    """One test per statement that allows something and passes `test`."""
    allowing = [
        (resource, each)
        for resource, each in statements()
        if resource.template != CLOUDFORMATION and resource.kind != "AWS::KMS::Key"  # whose policy speaks of itself
        if each["Effect"] == "Allow" and test(each)
    ]
    params = [pytest.param(each, id=f"{resource}-{n}") for n, (resource, each) in enumerate(allowing)]
    return pytest.mark.parametrize("statement", params)


def statements() -> Iterator[tuple[Resource, Value]]:
    """Every policy statement of every template with its resource."""
    for resource in parsed.resources():
        for value in parsed.walk(resource.properties):
            if isinstance(value, dict) and "Effect" in value:
                yield resource, value


def names_no_resource(statement: Value) -> bool:
    return bool(statement.get("Resource") == "*")


def passes_a_role(statement: Value) -> bool:
    return "iam:PassRole" in statement["Action"]


def admits_a_service(statement: Value) -> bool:
    principal = statement.get("Principal")
    is_rule_s = principal == {"Service": "events.amazonaws.com"} and statement["Action"] == "sns:Publish"
    is_service_s = isinstance(principal, dict) and "Service" in principal and statement["Action"] != "sts:AssumeRole"
    return is_service_s and not is_rule_s  # SNS is told none of the keys of conditions by EventBridge


@grants(lambda _: True)
def test_a_grant_names_its_actions(statement: Value) -> None:
    assert [action for action in parsed.listed(statement["Action"]) if "*" in action] == []


@grants(names_no_resource)
def test_a_grant_without_a_resource_has_none_to_name(statement: Value) -> None:
    assert set(parsed.listed(statement["Action"])) <= WITHOUT_RESOURCE.keys()


def test_every_exception_is_still_needed() -> None:
    used = {
        action
        for resource, each in statements()
        if names_no_resource(each) and resource.template != CLOUDFORMATION
        for action in parsed.listed(each["Action"])
    }

    assert WITHOUT_RESOURCE.keys() - used == set()


@grants(passes_a_role)
def test_a_role_is_passed_to_one_service_only(statement: Value) -> None:
    service = statement["Condition"]["StringEquals"]["iam:PassedToService"]

    assert service in ("ecs-tasks.amazonaws.com", "cloudformation.amazonaws.com")


@grants(admits_a_service)
def test_a_service_acts_only_for_this_account(statement: Value) -> None:
    keys = {key for tests in statement["Condition"].values() for key in tests}

    assert {"aws:SourceArn", "aws:SourceAccount"} & keys


def test_no_role_takes_a_ready_made_policy_of_aws() -> None:
    attached = [
        choice
        for role in parsed.resources("AWS::IAM::Role")
        for value in role.properties.get("ManagedPolicyArns", [])
        for choice in (value["Fn::If"][1:] if "Fn::If" in value else [value])
    ]
    own = {policy.name for policy in parsed.resources("AWS::IAM::ManagedPolicy")}

    assert [value for value in attached if value.get("Ref") not in own] == []
    assert [each for each in parsed.functions() if "Policies" in each.properties] == []


def actions_of(stack: str, role: str) -> set[str]:
    """Everything that a role's own policies name."""
    policies = parsed.template_of(stack)["Resources"][role]["Properties"]["Policies"]
    found = [value for value in parsed.walk(policies) if isinstance(value, dict)]
    return {action for value in found for action in parsed.listed(value.get("Action", []))}


NETWORK = {
    f"ec2:{action}"
    for action in (
        "AssignPrivateIpAddresses",
        "CreateNetworkInterface",
        "DeleteNetworkInterface",
        "DescribeNetworkInterfaces",
        "DescribeSubnets",
        "UnassignPrivateIpAddresses",
    )
}
"""What Lambda itself needs of the role of a function in a network."""
LOGS = {"logs:CreateLogStream", "logs:PutLogEvents"}


def test_the_probe_which_reads_hostile_bytes_may_read_no_data_at_all() -> None:
    statements = parsed.template_of("ProbePermissions")["Resources"]["ProbeRole"]["Properties"]["Policies"][0]
    denied = [each for each in statements["PolicyDocument"]["Statement"] if each["Effect"] == "Deny"]

    assert actions_of("ProbePermissions", "ProbeRole") == LOGS | NETWORK
    assert [set(each["Action"]) for each in denied] == [NETWORK]


def test_what_signs_for_the_probe_may_read_sources_and_nothing_else() -> None:
    assert actions_of("StepPermissions", "SignRole") == LOGS | {"s3:GetObjectVersion"}


def test_an_encoder_s_task_may_mount_scratch_and_what_it_is_handed_can_neither_delete_nor_list_nor_start() -> None:
    mount = {"elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"}
    items = {"dynamodb:GetItem", "dynamodb:UpdateItem"}

    assert actions_of("Encoder", "EncoderRole") == mount
    assert actions_of("Encoder", "RunRole") == items | {"s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"}


def test_tasks_that_began_before_the_update_keep_the_rights_they_began_with() -> None:
    data = {"dynamodb:GetItem", "dynamodb:UpdateItem", "s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"}
    task = next(each for each in parsed.resources("AWS::ECS::TaskDefinition"))

    assert actions_of("Encoder", "TaskRole") == data | {
        "elasticfilesystem:ClientMount",
        "elasticfilesystem:ClientWrite",
    }
    assert task.properties["TaskRoleArn"] == {"Fn::GetAtt": ["EncoderRole", "Arn"]}
