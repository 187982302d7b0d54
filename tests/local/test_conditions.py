"""The emulator's CloudFormation decides a template's conditions as AWS does."""

import json

import pytest

from local.clients import Clients
from tests.local.aws import unique


@pytest.mark.parametrize(("address", "made"), [("http://a/b", ["Plain"]), ("https://a/b", [])])
def test_a_condition_may_split_a_parameter(clients: Clients, address: str, made: list[str]) -> None:
    scheme = {"Fn::Select": [0, {"Fn::Split": [":", {"Ref": "Address"}]}]}
    template = {
        "Parameters": {"Address": {"Type": "String"}},
        "Conditions": {"IsPlain": {"Fn::Equals": [scheme, "http"]}},
        "Resources": {
            "Any": {"Type": "AWS::SNS::Topic"},
            "Plain": {"Type": "AWS::SNS::Topic", "Condition": "IsPlain"},
        },
    }
    name = unique("stack")
    given = [{"ParameterKey": "Address", "ParameterValue": address}]

    clients.cloudformation.create_stack(StackName=name, TemplateBody=json.dumps(template), Parameters=given)
    clients.cloudformation.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 1})

    resources = clients.cloudformation.list_stack_resources(StackName=name)["StackResourceSummaries"]
    assert sorted(each["LogicalResourceId"] for each in resources) == ["Any", *made]
