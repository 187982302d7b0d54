"""Service-linked roles: what they are called on AWS, and the cluster that cannot be made while ECS's is missing."""

import json
from collections.abc import Mapping
from typing import Any

from ministack.core.responses import get_account_id
from ministack.services import iam

CLUSTER = "AWS::ECS::Cluster"
ECS = "ecs.amazonaws.com"
NAMES = {
    ECS: "AWSServiceRoleForECS",
    "ops.apigateway.amazonaws.com": "AWSServiceRoleForAPIGateway",
    "elasticfilesystem.amazonaws.com": "AWSServiceRoleForAmazonElasticFileSystem",
    "wafv2.amazonaws.com": "AWSServiceRoleForWAFV2Logging",
}
MISSING = (
    "Unable to assume the service linked role. Please verify that the ECS service linked role exists. "
    "(Service: AmazonECS; Status Code: 400; Error Code: InvalidParameterException)"
)


class MissingRoleError(ValueError):
    """A service lacks the role in which it would act."""


def make(service: str) -> str:
    """Make the role of a service, such as ecs.amazonaws.com; its name."""
    name, path = name_of(service), f"/aws-service-role/{service}/"
    trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    iam._roles[name] = {
        "RoleName": name,
        "Arn": f"arn:aws:iam::{get_account_id()}:role{path}{name}",
        "RoleId": iam._gen_id("AROA"),
        "CreateDate": iam._now(),
        "Path": path,
        "AssumeRolePolicyDocument": json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
        "Description": f"Service-linked role of {service}",
        "MaxSessionDuration": 3600,
        "AttachedPolicies": [],
        "InlinePolicies": {},
        "Tags": [],
    }
    return name


def name_of(service: str) -> str:
    """The name that AWS gives the role of a service."""
    return NAMES.get(service, f"AWSServiceRoleFor{service.split('.')[0].capitalize()}")


def create(parameters: Any) -> Any:
    """CreateServiceLinkedRole; InvalidInput where the role is there already."""
    service = iam._p(parameters, "AWSServiceName")
    if (name := name_of(service)) in iam._roles:
        said = f"Service role name {name} has been taken in this account, please try a different suffix."
        return iam._error(400, "InvalidInput", said, ns="iam")
    body = f"<CreateServiceLinkedRoleResult><Role>{iam._role_xml(make(service))}</Role></CreateServiceLinkedRoleResult>"
    return iam._xml(200, "CreateServiceLinkedRoleResponse", body, ns="iam")


def require_for_cluster(properties: Mapping[str, Any]) -> None:
    """Refuse capacity providers while ECS lacks its role; the attempt makes it, so that the next one works."""
    if properties.get("CapacityProviders") and NAMES[ECS] not in iam._roles:
        make(ECS)
        raise MissingRoleError(MISSING)


def install() -> None:
    """Answer CreateServiceLinkedRole as AWS does."""
    iam._IAM_HANDLERS["CreateServiceLinkedRole"] = create
