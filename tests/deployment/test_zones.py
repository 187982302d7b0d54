"""The zones of a new platform: two that have Fargate, whatever they are called in this account."""

from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from deployment import zones


def zone(name: str, number: str, **more: str) -> dict[str, str]:
    return {"ZoneName": name, "ZoneId": number, "State": "available", "ZoneType": "availability-zone", **more}


def test_zones_without_fargate_are_left_out_by_their_ids() -> None:
    tokyo = [
        zone("ap-northeast-1a", "apne1-az4"),
        zone("ap-northeast-1b", "apne1-az3"),
        zone("ap-northeast-1c", "apne1-az1"),
    ]

    chosen = zones.chosen("ap-northeast-1", tokyo)

    assert chosen == {"ZoneA": "ap-northeast-1c", "ZoneB": "ap-northeast-1a"}


def test_local_zones_and_closed_ones_are_no_place_for_a_subnet() -> None:
    offered = [
        zone("us-west-2a", "usw2-az2"),
        zone("us-west-2b", "usw2-az1", State="impaired"),
        zone("us-west-2-lax-1a", "usw2-lax1-az1", ZoneType="local-zone"),
        zone("us-west-2c", "usw2-az3"),
    ]

    assert zones.suitable("us-west-2", offered) == ["us-west-2a", "us-west-2c"]


def test_a_region_without_two_zones_is_refused() -> None:
    with pytest.raises(ValueError, match="us-west-1 has fewer than two zones with Fargate"):
        zones.chosen("us-west-1", [zone("us-west-1a", "usw1-az1"), zone("us-west-1b", "usw1-az2")])


def test_who_may_not_look_leaves_the_choice_to_the_template() -> None:
    client: Any = boto3.client("ec2", region_name="eu-west-1", aws_access_key_id="a", aws_secret_access_key="b")
    with Stubber(client) as stubs:
        stubs.add_client_error("describe_availability_zones", "UnauthorizedOperation")

        assert zones.offered(client) == []
