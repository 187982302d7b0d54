"""What the emulator's CloudFormation refuses, and what it leaves behind, as AWS does."""

import json
import re
import time
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.clients import Clients
from local.package import template_url
from tests.local.aws import allow, unique, until
from tests.templates import parsed

CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]
TOO_LONG = {"Type": "AWS::Events::Rule", "Properties": {"Name": "r" * 65, "ScheduleExpression": "rate(1 day)"}}
KEPT = {"Type": "AWS::S3::Bucket", "DeletionPolicy": "Retain"}
KEPT_ONCE_USED = {"Type": "AWS::S3::Bucket", "DeletionPolicy": "RetainExceptOnCreate"}
CLUSTER = {"Type": "AWS::ECS::Cluster", "Properties": {"CapacityProviders": ["FARGATE", "FARGATE_SPOT"]}}
Template = Mapping[str, Any]
NO_TRANSFORM: Template = {}
SAM: Template = {"Transform": "AWS::Serverless-2016-10-31"}


def settled(clients: Clients, name: str) -> dict[str, Any]:
    """A stack once it no longer changes; also one that is gone, by its id."""

    def look() -> dict[str, Any] | None:
        found = clients.cloudformation.describe_stacks(StackName=name)["Stacks"][0]
        return None if found["StackStatus"].endswith("IN_PROGRESS") else found

    return dict(until(look, seconds=30))


def made(clients: Clients, name: str, **resources: Template) -> dict[str, Any]:
    """A stack of these resources, whatever becomes of it."""
    body = json.dumps({"Resources": resources})
    answer = clients.cloudformation.create_stack(StackName=name, TemplateBody=body, Capabilities=CAPABILITIES)
    return settled(clients, answer["StackId"])


def deleted(clients: Clients, stack: Mapping[str, Any]) -> dict[str, Any]:
    clients.cloudformation.delete_stack(StackName=stack["StackId"])
    time.sleep(0.1)
    return settled(clients, stack["StackId"])


def nested(clients: Clients, transform: Template = NO_TRANSFORM, **resources: Template) -> Template:
    """A nested stack of these resources."""
    clients.s3.create_bucket(Bucket="templates")
    key = unique("template")
    body = json.dumps({**transform, "Resources": resources})
    clients.s3.put_object(Bucket="templates", Key=key, Body=body.encode())
    return {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": template_url("templates", key)}}


def reasons(clients: Clients, stack: str) -> str:
    events = clients.cloudformation.describe_stack_events(StackName=stack)["StackEvents"]
    return "\n".join(each.get("ResourceStatusReason", "") for each in events)


def buckets(clients: Clients, stack: str) -> set[str]:
    """Those whose name begins with a stack's."""
    names = {each["Name"] for each in clients.s3.list_buckets()["Buckets"]}
    return {name for name in names if name.startswith(stack)}


@pytest.fixture
def name() -> str:
    return unique("stack")


@pytest.fixture
def without_role(clients: Clients) -> Iterator[None]:
    roles = clients.iam.list_roles(PathPrefix="/aws-service-role/ecs.amazonaws.com/")["Roles"]
    for each in roles:
        clients.iam.delete_service_linked_role(RoleName=each["RoleName"])
    yield
    if not clients.iam.list_roles(PathPrefix="/aws-service-role/ecs.amazonaws.com/")["Roles"]:
        clients.iam.create_service_linked_role(AWSServiceName="ecs.amazonaws.com")


@pytest.mark.usefixtures("without_role")
def test_a_cluster_is_refused_where_ecs_lacks_its_role_and_made_at_the_second_try(clients: Clients, name: str) -> None:
    first = made(clients, name, Cluster=CLUSTER)
    said = reasons(clients, first["StackId"])
    deleted(clients, first)
    second = made(clients, name, Cluster=CLUSTER)

    assert first["StackStatus"] == "ROLLBACK_COMPLETE"
    assert "Please verify that the ECS service linked role exists" in said
    assert second["StackStatus"] == "CREATE_COMPLETE"


@pytest.mark.usefixtures("without_role")
def test_a_service_linked_role_bears_its_services_name_and_is_made_once(clients: Clients, name: str) -> None:
    role = clients.iam.create_service_linked_role(AWSServiceName="ecs.amazonaws.com")["Role"]

    assert clients.iam.get_role(RoleName="AWSServiceRoleForECS")["Role"]["Arn"] == role["Arn"]
    assert role["Path"] == "/aws-service-role/ecs.amazonaws.com/"
    with pytest.raises(ClientError, match="has been taken in this account"):
        clients.iam.create_service_linked_role(AWSServiceName="ecs.amazonaws.com")
    assert made(clients, name, Cluster=CLUSTER)["StackStatus"] == "CREATE_COMPLETE"


def test_names_that_are_made_up_are_cut_to_what_their_service_takes(clients: Clients) -> None:
    name = unique("a-stack-whose-name-is-longer-than-that-of-others")
    rule = {"Type": "AWS::Events::Rule", "Properties": {"ScheduleExpression": "rate(1 day)"}}

    made(clients, name, EveryQuarterOfAnHourAndALittleMore=rule)

    (summary,) = clients.cloudformation.list_stack_resources(StackName=name)["StackResourceSummaries"]
    assert len(summary["PhysicalResourceId"]) <= 64
    assert summary["PhysicalResourceId"].startswith("a-stack-whose-name-is-lo-EveryQuarterOfAnHourAndA-")


def test_a_log_group_without_a_name_is_called_as_other_resources_and_keeps_its_name(clients: Clients) -> None:
    name, group = unique("stack"), {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": 1}}

    made(clients, name, TheLogs=group)
    first = ids_of(clients, name)
    body = json.dumps({"Resources": {"TheLogs": {**group, "Properties": {"RetentionInDays": 3}}}})
    clients.cloudformation.update_stack(StackName=name, TemplateBody=body)
    settled(clients, name)

    (found,) = clients.logs.describe_log_groups(logGroupNamePrefix=f"{name}-TheLogs-")["logGroups"]
    assert (found["logGroupName"], found["retentionInDays"]) == (first[0], 3)


def test_a_secret_without_a_name_is_called_by_its_logical_id_and_no_stack_and_keeps_its_name(clients: Clients) -> None:
    """aws-cdk#11573: dbSecret8003E3A7-mIXuhO5ONwLb."""
    stacks = unique("one"), unique("two")
    secret = {"Type": "AWS::SecretsManager::Secret", "Properties": {"GenerateSecretString": {}}}
    named = {"Type": "AWS::SecretsManager::Secret", "Properties": {"Name": f"{stacks[0]}/key", "SecretString": "x"}}
    for name in stacks:
        made(clients, name, TheSecret=secret)

    first = ids_of(clients, *stacks)
    changed = {**secret, "Properties": {**secret["Properties"], "Description": "changed"}}
    body = json.dumps({"Resources": {"TheSecret": changed, "Named": named}})
    clients.cloudformation.update_stack(StackName=stacks[0], TemplateBody=body)
    settled(clients, stacks[0])

    assert all(re.fullmatch(r"TheSecret-[A-Za-z0-9]{12}", each) for each in first)
    assert len(set(first)) == 2
    assert sorted(ids_of(clients, *stacks)) == sorted([*first, f"{stacks[0]}/key"])
    described = clients.secretsmanager.describe_secret(SecretId=first[0])
    assert described["Description"] == "changed"
    assert re.search(r":secret:TheSecret-\w{12}-\w{6}$", described["ARN"])


def ids_of(clients: Clients, *stacks: str) -> list[str]:
    """The physical ids of everything in stacks."""
    pages = [clients.cloudformation.list_stack_resources(StackName=name) for name in stacks]
    return [each["PhysicalResourceId"] for page in pages for each in page["StackResourceSummaries"]]


def test_a_name_that_is_too_long_is_refused(clients: Clients, name: str) -> None:
    stack = made(clients, name, Rule=TOO_LONG)

    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    assert "Member must have length less than or equal to 64" in reasons(clients, stack["StackId"])


@pytest.mark.parametrize("parameter", ["EmbedOrigins", "AllowedOrigins"])
def test_a_list_of_sites_that_is_none_is_refused_with_an_example(clients: Clients, name: str, parameter: str) -> None:
    body = {
        "Parameters": {parameter: parsed.ROOT_TEMPLATE["Parameters"][parameter]},
        "Resources": {"Bucket": {"Type": "AWS::S3::Bucket"}},
    }
    given = [{"ParameterKey": parameter, "ParameterValue": "https://a.example/"}]

    with pytest.raises(ClientError, match=r"such as https://example.com,https://.*no slash at the end"):
        clients.cloudformation.create_stack(StackName=name, TemplateBody=json.dumps(body), Parameters=given)


def test_a_creation_that_fails_keeps_what_is_retained_in_any_case_and_nothing_else(clients: Clients, name: str) -> None:
    made(clients, name, Kept=KEPT, Used=KEPT_ONCE_USED, Rule={**TOO_LONG, "DependsOn": ["Kept", "Used"]})

    (left,) = buckets(clients, name)
    assert left.startswith(f"{name}-kept-")


def test_a_nested_creation_that_fails_leaves_as_little(clients: Clients, name: str) -> None:
    rule = {**TOO_LONG, "DependsOn": ["Kept", "Used"]}

    stack = made(clients, name, Inner=nested(clients, Kept=KEPT, Used=KEPT_ONCE_USED, Rule=rule))

    (left,) = buckets(clients, name)
    assert "-kept-" in left
    assert "The following resource(s) failed to create: [Rule]" in reasons(clients, stack["StackId"])


def test_a_deletion_keeps_both(clients: Clients, name: str) -> None:
    stack = made(clients, name, Kept=KEPT, Used=KEPT_ONCE_USED, Inner=nested(clients, Deeper=KEPT_ONCE_USED))

    gone = deleted(clients, stack)

    assert gone["StackStatus"] == "DELETE_COMPLETE"
    assert len(buckets(clients, name)) == 3


def test_a_nested_stack_that_was_complete_keeps_its_own_when_its_parent_is_rolled_back(
    clients: Clients, name: str
) -> None:
    inner = nested(clients, Used=KEPT_ONCE_USED)

    made(clients, name, Inner=inner, Rule={**TOO_LONG, "DependsOn": "Inner"})

    assert len(buckets(clients, name)) == 1


SIMPLE_TABLE = {"Type": "AWS::Serverless::SimpleTable"}


def test_what_sam_makes_of_a_nested_template_is_made(clients: Clients, name: str) -> None:
    stack = made(clients, name, Inner=nested(clients, SAM, Table=SIMPLE_TABLE))

    (inner,) = clients.cloudformation.list_stack_resources(StackName=name)["StackResourceSummaries"]
    within = clients.cloudformation.list_stack_resources(StackName=inner["PhysicalResourceId"])
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    assert [each["ResourceType"] for each in within["StackResourceSummaries"]] == ["AWS::DynamoDB::Table"]


def test_a_nested_template_for_sam_needs_the_capability_of_its_parent(clients: Clients, name: str) -> None:
    body = json.dumps({"Resources": {"Inner": nested(clients, SAM, Table=SIMPLE_TABLE)}})

    clients.cloudformation.create_stack(StackName=name, TemplateBody=body, Capabilities=["CAPABILITY_IAM"])

    assert settled(clients, name)["StackStatus"] == "ROLLBACK_COMPLETE"
    assert "CAPABILITY_AUTO_EXPAND" in reasons(clients, name)


def test_a_stack_that_was_rolled_back_accepts_nothing_but_its_deletion(clients: Clients, name: str) -> None:
    stack = made(clients, name, Rule=TOO_LONG)
    request = {"StackName": name, "TemplateBody": json.dumps({"Resources": {"Bucket": {"Type": "AWS::S3::Bucket"}}})}

    with pytest.raises(ClientError, match="is in ROLLBACK_COMPLETE state and can not be updated"):
        clients.cloudformation.update_stack(**request)
    with pytest.raises(ClientError, match="is in ROLLBACK_COMPLETE state and can not be updated"):
        clients.cloudformation.create_change_set(**request, ChangeSetName="changes", ChangeSetType="UPDATE")
    with pytest.raises(ClientError, match="already exists"):
        clients.cloudformation.create_stack(**request)
    assert deleted(clients, stack)["StackStatus"] == "DELETE_COMPLETE"


VPC = {
    "Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}},
    "Subnet": {"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": {"Ref": "Vpc"}, "CidrBlock": "10.0.0.0/24"}},
}
ROLE = {
    "Type": "AWS::IAM::Role",
    "Properties": {
        "AssumeRolePolicyDocument": {
            "Statement": [
                {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
            ]
        },
        "Policies": [
            {
                "PolicyName": "Network",
                "PolicyDocument": {
                    "Version": "2012-10-17",
                    "Statement": [
                        allow(
                            [
                                "ec2:CreateNetworkInterface",
                                "ec2:DescribeNetworkInterfaces",
                                "ec2:DeleteNetworkInterface",
                                "ec2:DescribeSubnets",
                                "ec2:AssignPrivateIpAddresses",
                                "ec2:UnassignPrivateIpAddresses",
                            ]
                        )
                    ],
                },
            }
        ],
    },
}
FUNCTION = {
    "Type": "AWS::Lambda::Function",
    "Properties": {
        "Runtime": "python3.13",
        "Handler": "index.handler",
        "Role": {"Fn::GetAtt": ["Role", "Arn"]},
        "Code": {"ZipFile": "def handler(event, context): return None"},
        "VpcConfig": {"SubnetIds": [{"Ref": "Subnet"}], "SecurityGroupIds": []},
    },
}


def test_a_role_is_within_the_boundary_that_its_template_names_now(clients: Clients, name: str) -> None:
    bound = {
        "Type": "AWS::IAM::ManagedPolicy",
        "Properties": {"PolicyDocument": {"Version": "2012-10-17", "Statement": [allow("s3:GetObject")]}},
    }
    bounded = {**ROLE, "Properties": {**ROLE["Properties"], "PermissionsBoundary": {"Ref": "Bound"}}}
    found = []

    made(clients, name, Role=bounded, Bound=bound)
    for role in (None, ROLE, bounded):
        if role:
            body = json.dumps({"Resources": {"Role": role, "Bound": bound}})
            clients.cloudformation.update_stack(StackName=name, TemplateBody=body, Capabilities=CAPABILITIES)
            settled(clients, name)
        listed = clients.cloudformation.list_stack_resources(StackName=name)["StackResourceSummaries"]
        ids = {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in listed}
        held = clients.iam.get_role(RoleName=ids["Role"])["Role"].get("PermissionsBoundary", {})
        found.append(held.get("PermissionsBoundaryArn") == ids["Bound"])

    assert found == [True, False, True]


def test_a_subnet_goes_once_the_functions_interfaces_have_gone_by_its_role(clients: Clients, name: str) -> None:
    vpc = {**VPC["Vpc"], "DependsOn": "Role"}

    stack = made(clients, name, Inner=nested(clients, **{**VPC, "Vpc": vpc}, Role=ROLE, Function=FUNCTION))

    assert deleted(clients, stack)["StackStatus"] == "DELETE_COMPLETE"


def test_a_role_that_goes_first_leaves_interfaces_and_with_them_the_subnet(clients: Clients, name: str) -> None:
    role = {**ROLE, "DependsOn": "Subnet"}

    stack = made(clients, name, Inner=nested(clients, **VPC, Role=role, Function=FUNCTION))
    left = deleted(clients, stack)

    assert left["StackStatus"] == "DELETE_FAILED"
    assert "The following resource(s) failed to delete: [Subnet" in reasons(clients, stack["StackId"])
