"""The network: its zones, what it lets through, and what has to be there before it so that it can be deleted."""

import re

import pytest

from tests.templates import parsed, resolved
from tests.templates.parsed import Resource, Value

IN_A_VPC = [each for each in parsed.functions() if "VpcConfig" in each.properties]
ROOT = parsed.ROOT_TEMPLATE["Resources"]
NETWORK = parsed.template_of("Network")["Resources"]
PROBE = next(each for each in parsed.functions() if each.properties["Handler"] == "probe.handler").properties


def named(value: Value) -> set[str]:
    """The resources of the root template that a value refers to."""
    found = set()
    for each in (each for each in parsed.walk(value) if isinstance(each, dict)):
        attribute = each.get("Fn::GetAtt")
        found |= {each.get("Ref", ""), attribute[0] if attribute else "", *parsed.listed(each.get("DependsOn", []))}
        found |= set(re.findall(r"\$\{(\w+)", str(each.get("Fn::Sub", ""))))
    return found & ROOT.keys()


def before(name: str) -> set[str]:
    """Everything that is made before a resource of the root template, and so deleted after it."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        fresh = named(ROOT[waiting.pop()]) - found
        found |= fresh
        waiting += fresh
    return found


@pytest.mark.parametrize("function", IN_A_VPC, ids=lambda each: each.name)
def test_the_role_of_a_function_in_the_vpc_outlives_its_subnets(function: Resource) -> None:
    assert function.properties["Role"]["Fn::GetAtt"][0] in before("Network")
    assert "Network" in before(function.name)


def test_some_function_is_in_the_vpc() -> None:
    assert IN_A_VPC


def test_both_subnets_take_a_chosen_zone_and_else_one_of_the_regions() -> None:
    network = parsed.template_of("Network")["Resources"]

    zones = {name: network[f"Subnet{name}"]["Properties"]["AvailabilityZone"]["Fn::If"] for name in "AB"}

    assert {name: chosen[1] for name, chosen in zones.items()} == {"A": {"Ref": "ZoneA"}, "B": {"Ref": "ZoneB"}}
    assert [chosen[2]["Fn::Select"][0] for chosen in zones.values()] == [0, 1]


@pytest.mark.parametrize(
    ("first", "second", "is_accepted"),
    [
        ("", "", True),
        ("us-east-1a", "us-east-1b", True),
        ("us-east-1a", "", False),
        ("", "us-east-1b", False),
        ("us-east-1a", "us-east-1a", False),
    ],
)
def test_zones_are_named_in_pairs(first: str, second: str, is_accepted: bool) -> None:
    (rule,) = parsed.ROOT_TEMPLATE["Rules"]["ZonesAreNamedInPairs"]["Assertions"]

    assert resolved.holds(rule["Assert"], {"ZoneA": first, "ZoneB": second}, {}) is is_accepted


@pytest.mark.parametrize(
    ("zone", "is_accepted"), [("eu-west-1a", True), ("us-gov-west-1b", True), ("us-west-2-lax-1a", False)]
)
def test_a_zone_is_one_of_a_region(zone: str, is_accepted: bool) -> None:
    pattern = parsed.ROOT_TEMPLATE["Parameters"]["ZoneA"]["AllowedPattern"]

    assert bool(re.fullmatch(pattern, zone)) is is_accepted


def attached(route_table: str) -> set[str]:
    """The subnets of a route table."""
    found = [each["Properties"] for each in NETWORK.values() if each["Type"] == "AWS::EC2::SubnetRouteTableAssociation"]
    return {each["SubnetId"]["Ref"] for each in found if each["RouteTableId"] == {"Ref": route_table}}


def referring(kind: str, route_table: str) -> list[Value]:
    """Resources of a kind that a route table is named in."""
    found = [each["Properties"] for each in NETWORK.values() if each["Type"] == kind]
    return [each for each in found if {"Ref": route_table} in list(parsed.walk(each))]


def test_the_probe_has_subnets_of_its_own() -> None:
    named = {value["Fn::GetAtt"][1].rsplit(".", 1)[1] for value in PROBE["VpcConfig"]["SubnetIds"]}

    assert named == attached("ProbeRouteTable") == {"ProbeSubnetA", "ProbeSubnetB"}


def test_from_what_reads_untrusted_bytes_leads_no_route_but_to_our_buckets_in_s3() -> None:
    (endpoint,) = referring("AWS::EC2::VPCEndpoint", "ProbeRouteTable")
    sources, plans, output = endpoint["PolicyDocument"]["Statement"]

    assert not referring("AWS::EC2::Route", "ProbeRouteTable")
    assert endpoint["ServiceName"] == {"Fn::Sub": "com.amazonaws.${AWS::Region}.s3"}
    assert set(sources["Action"]) == {"s3:GetObject", "s3:GetObjectVersion"}
    assert sources["Resource"] == {"Fn::Sub": "arn:${AWS::Partition}:s3:::${SourceBucket}/*"}
    assert plans["Action"] == "s3:GetObject"
    assert plans["Resource"] == {"Fn::Sub": "arn:${AWS::Partition}:s3:::${OutputBucket}/jobs/*/plan.json"}
    assert output["Action"] == "s3:PutObject"
    assert output["Resource"] == [
        {"Fn::Sub": f"arn:${{AWS::Partition}}:s3:::${{OutputBucket}}/{folder}/*"} for folder in ("jobs", "videos")
    ]


def test_the_probe_may_send_https_and_nothing_may_be_sent_to_it() -> None:
    group = NETWORK["ProbeSecurityGroup"]["Properties"]
    (out,) = group["SecurityGroupEgress"]

    assert "SecurityGroupIngress" not in group
    assert (out["IpProtocol"], out["FromPort"], out["ToPort"]) == ("tcp", 443, 443)


def test_the_subnets_are_four_blocks_of_the_range() -> None:
    blocks = [each["Properties"]["CidrBlock"] for each in NETWORK.values() if each["Type"] == "AWS::EC2::Subnet"]

    assert sorted(each["Fn::Select"][0] for each in blocks) == [0, 1, 2, 3]
    assert {str(each["Fn::Select"][1]["Fn::Cidr"][1:]) for each in blocks} == {"[4, 12]"}
