"""What the network lets through, in both of its modes."""

from tests.templates import parsed
from tests.templates.parsed import Value

NETWORK = parsed.template_of("Network")["Resources"]
PROBE = next(each for each in parsed.functions() if each.properties["Handler"] == "probe.handler").properties


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


def test_from_the_probe_leads_no_route_but_to_sources_in_s3() -> None:
    (endpoint,) = referring("AWS::EC2::VPCEndpoint", "ProbeRouteTable")
    (statement,) = endpoint["PolicyDocument"]["Statement"]

    assert not referring("AWS::EC2::Route", "ProbeRouteTable")
    assert endpoint["ServiceName"] == {"Fn::Sub": "com.amazonaws.${AWS::Region}.s3"}
    assert set(statement["Action"]) == {"s3:GetObject", "s3:GetObjectVersion"}
    assert statement["Resource"] == {"Fn::Sub": "arn:${AWS::Partition}:s3:::${SourceBucket}/*"}


def test_the_probe_may_send_https_and_nothing_may_be_sent_to_it() -> None:
    group = NETWORK["ProbeSecurityGroup"]["Properties"]
    (out,) = group["SecurityGroupEgress"]

    assert "SecurityGroupIngress" not in group
    assert (out["IpProtocol"], out["FromPort"], out["ToPort"]) == ("tcp", 443, 443)


def test_the_subnets_are_four_blocks_of_the_range() -> None:
    blocks = [each["Properties"]["CidrBlock"] for each in NETWORK.values() if each["Type"] == "AWS::EC2::Subnet"]

    assert sorted(each["Fn::Select"][0] for each in blocks) == [0, 1, 2, 3]
    assert {str(each["Fn::Select"][1]["Fn::Cidr"][1:]) for each in blocks} == {"[4, 12]"}
