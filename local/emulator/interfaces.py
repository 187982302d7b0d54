"""Network interfaces of functions in a VPC: they outlive their function, and only its role can have them removed."""

import logging
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from ministack.core.responses import get_account_id, get_region, request_scope
from ministack.services import ec2, lambda_svc
from ministack.services.cloudformation import provisioners

from local.emulator import iam

LOG = logging.getLogger("local.interfaces")
HANDLERS = provisioners._RESOURCE_HANDLERS
FUNCTION, SUBNET, GROUP = "AWS::Lambda::Function", "AWS::EC2::Subnet", "AWS::EC2::SecurityGroup"
RELEASED_AFTER_SECONDS = 1.0
"""How long Lambda keeps an interface that it no longer needs; up to 40 minutes on AWS."""
PATIENCE_SECONDS = 5.0
"""How long CloudFormation waits for a subnet or a security group to be free; about half an hour on AWS."""
POLL_SECONDS = 0.1


class InUseError(RuntimeError):
    """A subnet or security group in which an interface is left."""


def follow(function: str) -> None:
    """Give a function an interface in each of its subnets, and let go of those in others."""
    config = lambda_svc._functions[function]["config"]
    network = config.get("VpcConfig") or {}
    wanted = list(network.get("SubnetIds") or ())
    there = {ec2._network_interfaces[name]["SubnetId"]: name for name in _of(function)}
    let_go([name for subnet, name in there.items() if subnet not in wanted], config["Role"])
    for subnet in (each for each in wanted if each not in there):
        interface = f"eni-{uuid.uuid4().hex[:17]}"
        ec2._network_interfaces[interface] = {
            "NetworkInterfaceId": interface,
            "SubnetId": subnet,
            "VpcId": ec2._subnets.get(subnet, {}).get("VpcId", ""),
            "AvailabilityZone": ec2._subnets.get(subnet, {}).get("AvailabilityZone", ""),
            "Description": f"AWS Lambda VPC ENI-{function}-{uuid.uuid4()}",
            "OwnerId": get_account_id(),
            "Status": "in-use",
            "PrivateIpAddress": "10.0.0.1",
            "InterfaceType": "lambda",
            "SourceDestCheck": True,
            "MacAddress": "00:00:00:00:00:00",
            "Groups": [{"GroupId": each, "GroupName": each} for each in network.get("SecurityGroupIds") or ()],
            "Attachment": None,
        }


def _of(function: str) -> list[str]:
    begins = f"AWS Lambda VPC ENI-{function}-"
    return [name for name, each in ec2._network_interfaces.items() if each["Description"].startswith(begins)]


def let_go(interfaces: list[str], role: str) -> None:
    """Have interfaces removed after a while, as a role may."""
    if interfaces:
        timer = threading.Timer(RELEASED_AFTER_SECONDS, release, (interfaces, role, get_account_id(), get_region()))
        timer.daemon = True
        timer.start()


def release(interfaces: list[str], role: str, account: str, region: str) -> None:
    """Remove interfaces with a role's rights; without these they stay, and whoever deletes subnets meets them."""
    with request_scope(account, region):
        try:
            iam.require(role, "ec2:DeleteNetworkInterface", "*", session="lambda")
        except iam.AccessDenied:
            LOG.warning("%s stay: their function's role has gone before them", ", ".join(interfaces))
            return
        for interface in interfaces:
            ec2._network_interfaces.pop(interface, None)


def keeping(inner: Callable[..., Any]) -> Callable[..., Any]:
    """A creation or update of a function that leads to its interfaces."""

    def make(*arguments: Any) -> Any:
        made = inner(*arguments)
        follow(made[0])
        return made

    return make


def leaving(inner: Callable[..., Any]) -> Callable[..., Any]:
    """A deletion of a function that leaves its interfaces for a while."""

    def delete(physical_id: str, properties: Mapping[str, Any], *rest: Any) -> Any:
        if left := _of(physical_id):
            let_go(left, lambda_svc._functions[physical_id]["config"]["Role"])
        return inner(physical_id, properties, *rest)

    return delete


def _users(physical_id: str) -> list[str]:
    return [
        name
        for name, each in ec2._network_interfaces.items()
        if each["SubnetId"] == physical_id or physical_id in [group["GroupId"] for group in each["Groups"]]
    ]


def awaiting(kind: str, inner: Callable[..., Any]) -> Callable[..., Any]:
    """A deletion that waits until no interface is left, and fails if one stays."""

    def delete(physical_id: str, properties: Any) -> Any:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while _users(physical_id):
            if time.monotonic() > deadline:
                noun = "subnet" if kind == SUBNET else "resource"
                said = f"The {noun} '{physical_id}' has dependencies and cannot be deleted."
                raise InUseError(f"{said} (Service: Ec2, Status Code: 400, Error Code: DependencyViolation)")
            time.sleep(POLL_SECONDS)
        return inner(physical_id, properties)

    return delete


def install() -> None:
    """Give functions interfaces, and have subnets and security groups wait for them."""
    handlers = HANDLERS[FUNCTION]
    handlers["create"], handlers["update"] = keeping(handlers["create"]), keeping(handlers["update"])
    handlers["delete"] = leaving(handlers["delete"])
    for kind in (SUBNET, GROUP):
        HANDLERS[kind]["delete"] = awaiting(kind, HANDLERS[kind]["delete"])
