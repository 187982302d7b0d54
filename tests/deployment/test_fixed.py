"""What the name, the place and the past of a stack decide: short names, partitions, values that stay."""

import boto3
import pytest

from deployment import naming, places, unchangeable
from deployment.edge import Edge
from deployment.stack import Stack
from tests.templates import parsed

LONG = "a" * 100 + "-production-of-the-second-division"[:28]
DEPLOYED = Stack(
    "CREATE_COMPLETE", {"VpcCidr": "10.20.0.0/16", "ZoneA": "", "ZoneB": ""}, {"Zones": "eu-west-1a,eu-west-1b"}
)


def test_a_stack_with_a_usual_name_gives_no_prefix() -> None:
    assert naming.prefix("VideoTranscodingStack") == {}


def test_a_long_name_gives_a_prefix_of_its_own_that_the_template_takes() -> None:
    longest = parsed.ROOT_TEMPLATE["Parameters"]["NamePrefix"]["AllowedPattern"]

    ours, other = naming.prefix(LONG)["NamePrefix"], naming.prefix(LONG[:-1] + "z")["NamePrefix"]

    assert len(LONG) == 128
    assert len(ours) == 40
    assert ours != other
    assert f"{{0,{naming.LONGEST_PREFIX - 1}}}" in longest


def test_the_edge_of_a_stack_with_the_longest_name_has_one_that_aws_takes() -> None:
    assert len(Edge(None, LONG, "ap-southeast-1", {}).name) == 128
    assert Edge(None, "Mine", "eu-central-1", {}).name == "Mine-eu-central-1-edge"


@pytest.mark.parametrize("region", ["cn-north-1", "us-gov-west-1", "eusc-de-east-1", "us-iso-east-1"])
def test_other_partitions_are_refused_with_the_reason(region: str) -> None:
    session = boto3.Session(region_name=region)

    assert f"{region} is in the partition aws-" in places.refusal(session)
    assert len(places.refusal(session)) > 60


def test_the_regions_of_the_partition_aws_are_not_refused() -> None:
    session = boto3.Session(region_name="eu-central-1")

    assert places.refusal(session) == ""
    assert places.unlisted(session) == []


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"VpcCidr": "10.30.0.0/16"}, "VpcCidr stays 10.20.0.0/16: a new range needs a new VPC"),
        ({"ZoneB": "eu-west-1c"}, "ZoneB stays eu-west-1b"),
        ({"NamePrefix": "mine"}, "NamePrefix stays as it is"),
    ],
)
def test_what_cannot_change_is_refused_with_the_reason(given: dict[str, str], kept: str) -> None:
    with pytest.raises(ValueError, match=kept):
        unchangeable.require_same(DEPLOYED, given)


@pytest.mark.parametrize("given", [{}, {"VpcCidr": "10.20.0.0/16"}, {"ZoneA": "eu-west-1a"}, {"LogLevel": "DEBUG"}])
def test_the_same_values_and_others_pass(given: dict[str, str]) -> None:
    unchangeable.require_same(DEPLOYED, given)


def test_a_stack_that_is_not_there_may_have_any() -> None:
    unchangeable.require_same(Stack(), {"VpcCidr": "10.30.0.0/16"})
