"""A first deployment of our own templates: one that fails is cleared and works at the second try; any name will do."""

import time
from collections.abc import Mapping
from typing import Any

import boto3
import pytest

from deployment import naming, service_roles, stack
from deployment.failures import failures
from deployment.findings import Verdict
from deployment.preflight import Preflight
from deployment.recovery import Recovery
from local import package
from local.clients import Clients
from local.deploy import CAPABILITIES
from local.package import Package
from local.platform import REPOSITORY
from tests.local.aws import unique, until
from tests.local.test_cloudformation import without_role

__all__ = ["without_role"]
ARTIFACTS = "first-deployment"
PUBLIC = {"PlaybackAccess": "public"}


@pytest.fixture(scope="module")
def packed(clients: Clients) -> Package:
    """Our templates, where CloudFormation finds them."""
    made = package.package(REPOSITORY / "template.yaml", ARTIFACTS)
    clients.s3.create_bucket(Bucket=ARTIFACTS)
    for key, content in {**made.objects, made.key: made.body.encode()}.items():
        clients.s3.put_object(Bucket=ARTIFACTS, Key=key, Body=content)
    return made


@pytest.fixture
def session(clients: Clients, monkeypatch: pytest.MonkeyPatch) -> boto3.Session:
    monkeypatch.setenv("AWS_ENDPOINT_URL", clients.endpoint)
    return boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name="us-east-1")


def created(clients: Clients, packed: Package, name: str, parameters: Mapping[str, str]) -> stack.Stack:
    """The stack after its first creation, rolled back if it failed."""
    clients.cloudformation.create_stack(
        StackName=name,
        TemplateURL=package.template_url(ARTIFACTS, packed.key),
        Capabilities=CAPABILITIES,
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
    )
    until(lambda: not stack.read(clients.cloudformation, name).status.endswith("IN_PROGRESS"), seconds=120)
    return stack.read(clients.cloudformation, name)


def remains(clients: Clients, name: str) -> set[str]:
    """Buckets, tables and user pools of a stack."""
    buckets = [each["Name"] for each in clients.s3.list_buckets()["Buckets"]]
    tables = clients.dynamodb.list_tables()["TableNames"]
    pools = [each["Name"] for each in clients.cognito_idp.list_user_pools(MaxResults=60)["UserPools"]]
    return {each for each in (*buckets, *tables, *pools) if each.lower().startswith(name.lower())}


def deleted(clients: Clients, name: str) -> Any:
    clients.cloudformation.delete_stack(StackName=name)
    time.sleep(0.1)
    until(lambda: stack.read(clients.cloudformation, name).status in ("", "DELETE_COMPLETE"), seconds=120)


@pytest.mark.usefixtures("without_role")
def test_a_first_creation_that_fails_late_is_cleared_and_the_second_works(
    clients: Clients, packed: Package, session: boto3.Session
) -> None:
    name = unique("first")[:14]
    said: list[str] = []

    broken = created(clients, packed, name, PUBLIC)
    (cause, *_) = failures(clients.cloudformation, name)
    left = remains(clients, name)
    Recovery(session, "us-east-1", name, lambda _: True, said.append).run()
    swept = remains(clients, name)
    whole = created(clients, packed, name, PUBLIC)
    looked = {each.subject: each.verdict for each in Preflight(session, name, {}).run()}

    assert broken.status == "ROLLBACK_COMPLETE"
    assert (cause.name, cause.kind) == ("Cluster", "AWS::ECS::Cluster")
    assert len(left) == 5
    assert swept == set()
    assert "Please verify that the ECS service linked role exists" in said[1]
    assert whole.status == "CREATE_COMPLETE"
    assert (looked["Service roles"], looked["Stack"]) == (Verdict.OK, Verdict.OK)
    assert (looked["Encoder image"], looked["Users"]) == (Verdict.TO_DO, Verdict.TO_DO)
    assert Verdict.FAILS not in looked.values()
    deleted(clients, name)


def test_a_stack_of_the_longest_name_is_made_and_goes(clients: Clients, packed: Package) -> None:
    name = f"{unique('stack')}-{'of-a-division-with-a-very-long-name-' * 4}"[: naming.LONGEST_STACK - 1] + "x"
    list(service_roles.ensured(clients.iam))

    made = created(clients, packed, name, {**PUBLIC, **naming.prefix(name)})

    assert len(name) == 128
    assert made.status == "CREATE_COMPLETE", failures(clients.cloudformation, name)
    assert made.outputs["StateMachineArn"].endswith(f"{naming.prefix(name)['NamePrefix']}-transcode")
    deleted(clients, name)


def test_a_long_name_without_a_prefix_is_refused_by_aws_itself(clients: Clients, packed: Package) -> None:
    name = f"{unique('stack')}-{'x' * 80}"
    list(service_roles.ensured(clients.iam))

    made = created(clients, packed, name, PUBLIC)

    assert made.status == "ROLLBACK_COMPLETE"
    assert "at most 80 characters" in str(failures(clients.cloudformation, name)[0])


def test_zones_that_are_named_are_those_of_the_subnets(clients: Clients, packed: Package) -> None:
    name = unique("zones")[:14]
    list(service_roles.ensured(clients.iam))

    made = created(clients, packed, name, {**PUBLIC, "ZoneA": "us-east-1c", "ZoneB": "us-east-1b"})

    assert made.outputs["Zones"] == "us-east-1c,us-east-1b"
    deleted(clients, name)
