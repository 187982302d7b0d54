"""The roles that AWS wants before a first cluster: made once, named where they cannot be."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from deployment import service_roles


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")


@pytest.fixture
def stubbed() -> Iterator[tuple[Any, Stubber]]:
    client = boto3.client("iam")
    with Stubber(client) as stubs:
        yield client, stubs


ROLE = {
    "Path": "/aws-service-role/ecs.amazonaws.com/",
    "RoleName": "AWSServiceRoleForECS",
    "RoleId": "AROAEXAMPLEEXAMPLE",
    "Arn": "arn:aws:iam::123456789012:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS",
    "CreateDate": 0,
}


def test_a_fresh_account_gets_the_role_once(stubbed: tuple[Any, Stubber]) -> None:
    client, stubs = stubbed
    stubs.add_client_error("get_role", "NoSuchEntity")
    stubs.add_response("create_service_linked_role", {"Role": ROLE}, {"AWSServiceName": "ecs.amazonaws.com"})
    stubs.add_response("get_role", {"Role": ROLE}, {"RoleName": "AWSServiceRoleForECS"})

    first, second = list(service_roles.ensured(client)), list(service_roles.ensured(client))

    assert first == ["AWSServiceRoleForECS: created, because this account had none"]
    assert second == []


def test_who_may_not_make_it_is_given_the_command(stubbed: tuple[Any, Stubber]) -> None:
    client, stubs = stubbed
    stubs.add_client_error("get_role", "AccessDenied")
    stubs.add_client_error("create_service_linked_role", "AccessDenied")

    (line,) = service_roles.ensured(client)

    assert "aws iam create-service-linked-role --aws-service-name ecs.amazonaws.com" in line


def test_somebody_who_was_faster_is_no_failure(stubbed: tuple[Any, Stubber]) -> None:
    client, stubs = stubbed
    stubs.add_client_error("get_role", "NoSuchEntity")
    stubs.add_client_error("create_service_linked_role", "InvalidInput")

    assert list(service_roles.ensured(client)) == []
