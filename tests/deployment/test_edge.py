"""Certificate and firewall of a platform outside us-east-1."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.exceptions import ClientError

from deployment.edge import Edge, is_apart

DOMAIN = {"DomainName": "video.example.com", "HostedZoneId": "Z1"}


@dataclass
class FakeCloudFormation:
    """CloudFormation with one stack; its outputs follow its parameters as stacks/cdn/edge.yaml says."""

    parameters: dict[str, str] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)

    def describe_stacks(self, StackName: str) -> Any:
        if not self.parameters:
            raise ClientError(
                {"Error": {"Code": "ValidationError", "Message": "Stack does not exist"}}, "DescribeStacks"
            )
        domain, firewall = self.parameters.get("DomainName", ""), self.parameters.get("Firewall", "enabled")
        outputs = {
            "CertificateArn": f"arn:cert/{domain}" if domain else "",
            "WebAclArn": "arn:acl" if firewall == "enabled" else "",
        }
        said = [{"ParameterKey": key, "ParameterValue": value} for key, value in self.parameters.items()]
        return {
            "Stacks": [
                {"Parameters": said, "Outputs": [{"OutputKey": k, "OutputValue": v} for k, v in outputs.items()]}
            ]
        }

    def create_stack(self, **request: Any) -> None:
        self._take("create", request)

    def update_stack(self, **request: Any) -> None:
        asked = {one["ParameterKey"]: one["ParameterValue"] for one in request["Parameters"]}
        if asked == self.parameters:
            raise ClientError(
                {"Error": {"Code": "ValidationError", "Message": "No updates are to be performed."}}, "UpdateStack"
            )
        self._take("update", request)

    def _take(self, verb: str, request: Any) -> None:
        assert request["StackName"] == "Mine-eu-central-1-edge"
        self.parameters = {one["ParameterKey"]: one["ParameterValue"] for one in request["Parameters"]}
        self.calls.append(verb)

    def get_waiter(self, name: str) -> Any:
        return type("Waiter", (), {"wait": lambda self, **_: None})()


@pytest.mark.parametrize(("region", "apart"), [("us-east-1", False), ("eu-central-1", True)])
def test_only_elsewhere_it_is_a_stack_apart(region: str, apart: bool) -> None:
    assert is_apart(region) is apart


def test_the_main_stack_gets_what_was_made() -> None:
    aws = FakeCloudFormation()

    given = Edge(aws, "Mine", "eu-central-1", {**DOMAIN, "Firewall": "enabled", "MaxSourceGiB": "5"}).before()

    assert given == {"EdgeWebAclArn": "arn:acl", "EdgeCertificateArn": "arn:cert/video.example.com"}
    assert aws.parameters == {**DOMAIN, "Firewall": "enabled"}


def test_a_second_deployment_changes_nothing() -> None:
    aws = FakeCloudFormation()
    edge = Edge(aws, "Mine", "eu-central-1", {**DOMAIN, "Firewall": "enabled"})

    edge.before()
    edge.after()
    edge.before()

    assert aws.calls == ["create"]


def test_what_is_no_longer_wanted_goes_only_after_the_main_stack_let_it_go() -> None:
    aws = FakeCloudFormation({**DOMAIN, "Firewall": "enabled"})
    edge = Edge(aws, "Mine", "eu-central-1", {"DomainName": "", "HostedZoneId": "", "Firewall": "disabled"})

    given = edge.before()
    there_meanwhile = dict(aws.parameters)
    edge.after()

    assert given == {"EdgeWebAclArn": "", "EdgeCertificateArn": ""}
    assert there_meanwhile == {**DOMAIN, "Firewall": "enabled"}
    assert aws.parameters["Firewall"] == "disabled"
    assert aws.parameters["DomainName"] == ""


def test_one_domain_becomes_another_in_two_steps() -> None:
    aws = FakeCloudFormation(dict(DOMAIN))

    with pytest.raises(ValueError, match="two steps"):
        Edge(aws, "Mine", "eu-central-1", {**DOMAIN, "DomainName": "other.example.com"}).before()

    assert aws.calls == []
