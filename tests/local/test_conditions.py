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


def test_a_table_that_gets_an_index_keeps_its_items(clients: Clients) -> None:
    def template(*indexes: str) -> str:
        attributes = [{"AttributeName": name, "AttributeType": "S"} for name in ("pk", *indexes)]
        key = [{"AttributeName": "pk", "KeyType": "HASH"}]
        table = {"BillingMode": "PAY_PER_REQUEST", "AttributeDefinitions": attributes, "KeySchema": key}
        listed = [
            {
                "IndexName": name,
                "KeySchema": [{"AttributeName": name, "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }
            for name in indexes
        ]
        made = {"Type": "AWS::DynamoDB::Table", "Properties": table | ({"GlobalSecondaryIndexes": listed})}
        return json.dumps({"Resources": {"Table": made}})

    name, formation = unique("stack"), clients.cloudformation
    formation.create_stack(StackName=name, TemplateBody=template("old"))
    formation.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 1})
    table = formation.list_stack_resources(StackName=name)["StackResourceSummaries"][0]["PhysicalResourceId"]
    clients.dynamodb.put_item(TableName=table, Item={"pk": {"S": "kept"}, "new": {"S": "x"}})

    formation.update_stack(StackName=name, TemplateBody=template("old", "new"))
    formation.get_waiter("stack_update_complete").wait(StackName=name, WaiterConfig={"Delay": 1})

    (after,) = formation.list_stack_resources(StackName=name)["StackResourceSummaries"]
    assert after["PhysicalResourceId"] == table
    found = clients.dynamodb.query(
        TableName=table,
        IndexName="new",
        KeyConditionExpression="#new = :x",
        ExpressionAttributeNames={"#new": "new"},
        ExpressionAttributeValues={":x": {"S": "x"}},
    )
    assert found["Count"] == 1
