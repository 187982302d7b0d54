"""The two availability zones of a new platform: where Fargate is, and functions in a VPC are.

Zone names mean other places in each account, ids the same everywhere. AWS's "Supported Regions for Amazon ECS on AWS
Fargate" names the zones of three regions; elsewhere every zone has it.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from botocore.exceptions import ClientError

FARGATE = {
    "ap-northeast-1": ("apne1-az1", "apne1-az2", "apne1-az4"),
    "cn-north-1": ("cnn1-az1", "cnn1-az2"),
    "us-west-1": ("usw1-az1", "usw1-az3"),
}
OLD = ("use1-az3",)
"""Zones that newer kinds of machines, and services on them, are missing from time and again."""


def suitable(region: str, zones: Iterable[Mapping[str, Any]]) -> list[str]:
    """Names of the zones of DescribeAvailabilityZones that everything of ours is in, in the order of their ids."""
    allowed = FARGATE.get(region)
    found = [
        each
        for each in zones
        if each.get("ZoneType", "availability-zone") == "availability-zone"
        and each.get("State", "available") == "available"
        and each["ZoneId"] not in OLD
        and (allowed is None or each["ZoneId"] in allowed)
    ]
    return [each["ZoneName"] for each in sorted(found, key=lambda each: str(each["ZoneId"]))]


def chosen(region: str, zones: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Parameters that name two zones; ValueError where a region has no two."""
    names = suitable(region, zones)
    if len(names) < 2:
        raise ValueError(f"{region} has fewer than two zones with Fargate for this account: choose another region")
    return {"ZoneA": names[0], "ZoneB": names[1]}


def offered(ec2: Any) -> list[Mapping[str, Any]]:
    """The account's zones in a client's region; none when one may not look."""
    try:
        return list(ec2.describe_availability_zones()["AvailabilityZones"])
    except ClientError as error:
        if error.response["Error"]["Code"] != "UnauthorizedOperation":
            raise
        return []
