"""A template as CloudFormation would make it: nested stacks followed, references resolved, names and ARNs as AWS gives them."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.templates import parsed
from tests.templates.parsed import Value

ACCOUNT, REGION, PARTITION = "123456789012", "us-east-1", "aws"
RANDOM = "1A2B3C4D5E6F"
EVERYTHING = {
    "AlertEmail": "ann@example.com",
    "AlertWebhookUrl": "https://example.com/alert",
    "DailyBudgetInUsd": "5",
    "HostedZoneId": "Z1",
    "ImportBuckets": "arn:aws:s3:::films,arn:aws:s3:::more-films",
    "OtherPlaybackPublicKey": "B",
    "PlaybackPublicKey": "A",
    "WebhookUrl": "https://example.com/hook",
}
"""Parameters with which a stack has all of its resources."""
NOTHING = object()
"""What AWS::NoValue comes to."""
CUT, CUT_AT = ("AWS::Events::Rule", "AWS::IAM::Role", "AWS::Serverless::Function"), 64
"""Types whose generated names are cut, and where."""
NAMED_BY = {
    "AWS::CloudWatch::Alarm": "AlarmName",
    "AWS::CloudWatch::Dashboard": "DashboardName",
    "AWS::ECS::TaskDefinition": "Family",
    "AWS::Logs::LogGroup": "LogGroupName",
}
"""The property with a resource's name, where it is not called Name."""
LOWER = ("AWS::S3::Bucket", "AWS::ECR::Repository")
ARNS = {
    "AWS::ApiGateway::RestApi": "apigateway:{region}::/restapis/{id}",
    "AWS::CertificateManager::Certificate": "acm:us-east-1:{account}:certificate/{id}",
    "AWS::CloudFormation::Stack": "cloudformation:{region}:{account}:stack/{name}/{id}",
    "AWS::CloudFront::CachePolicy": "cloudfront::{account}:cache-policy/{id}",
    "AWS::CloudFront::Distribution": "cloudfront::{account}:distribution/{id}",
    "AWS::CloudFront::Function": "cloudfront::{account}:function/{name}",
    "AWS::CloudFront::OriginAccessControl": "cloudfront::{account}:origin-access-control/{id}",
    "AWS::CloudFront::ResponseHeadersPolicy": "cloudfront::{account}:response-headers-policy/{id}",
    "AWS::CloudWatch::Alarm": "cloudwatch:{region}:{account}:alarm:{name}",
    "AWS::CloudWatch::Dashboard": "cloudwatch::{account}:dashboard/{name}",
    "AWS::CodeBuild::Project": "codebuild:{region}:{account}:project/{name}",
    "AWS::CodeConnections::Connection": "codeconnections:{region}:{account}:connection/{id}",
    "AWS::Cognito::UserPool": "cognito-idp:{region}:{account}:userpool/{id}",
    "AWS::DynamoDB::Table": "dynamodb:{region}:{account}:table/{name}",
    "AWS::EC2::InternetGateway": "ec2:{region}:{account}:internet-gateway/{id}",
    "AWS::EC2::RouteTable": "ec2:{region}:{account}:route-table/{id}",
    "AWS::EC2::SecurityGroup": "ec2:{region}:{account}:security-group/{id}",
    "AWS::EC2::Subnet": "ec2:{region}:{account}:subnet/{id}",
    "AWS::EC2::VPC": "ec2:{region}:{account}:vpc/{id}",
    "AWS::EC2::VPCEndpoint": "ec2:{region}:{account}:vpc-endpoint/{id}",
    "AWS::ECR::Repository": "ecr:{region}:{account}:repository/{name}",
    "AWS::ECS::Cluster": "ecs:{region}:{account}:cluster/{name}",
    "AWS::ECS::TaskDefinition": "ecs:{region}:{account}:task-definition/{name}:1",
    "AWS::EFS::AccessPoint": "elasticfilesystem:{region}:{account}:access-point/{id}",
    "AWS::EFS::FileSystem": "elasticfilesystem:{region}:{account}:file-system/{id}",
    "AWS::Events::Rule": "events:{region}:{account}:rule/{name}",
    "AWS::IAM::ManagedPolicy": "iam::{account}:policy/{name}",
    "AWS::IAM::Role": "iam::{account}:role/{name}",
    "AWS::KMS::Key": "kms:{region}:{account}:key/{id}",
    "AWS::Lambda::EventSourceMapping": "lambda:{region}:{account}:event-source-mapping:{id}",
    "AWS::Logs::LogGroup": "logs:{region}:{account}:log-group:{name}:*",
    "AWS::S3::Bucket": "s3:::{name}",
    "AWS::SNS::Topic": "sns:{region}:{account}:{name}",
    "AWS::SQS::Queue": "sqs:{region}:{account}:{name}",
    "AWS::SSM::Parameter": "ssm:{region}:{account}:parameter{name}",
    "AWS::SecretsManager::Secret": "secretsmanager:{region}:{account}:secret:{name}-aBcDeF",
    "AWS::Serverless::Api": "apigateway:{region}::/restapis/{id}",
    "AWS::Serverless::Function": "lambda:{region}:{account}:function:{name}",
    "AWS::Serverless::LayerVersion": "lambda:{region}:{account}:layer:{name}:1",
    "AWS::Serverless::StateMachine": "states:{region}:{account}:stateMachine:{name}",
    "AWS::WAFv2::WebACL": "wafv2:{region}:{account}:regional/webacl/{name}/{id}",
}
REF_IS_ARN = (
    "AWS::CertificateManager::Certificate",
    "AWS::CloudFormation::Stack",
    "AWS::ECS::TaskDefinition",
    "AWS::IAM::ManagedPolicy",
    "AWS::SNS::Topic",
    "AWS::SecretsManager::Secret",
    "AWS::Serverless::LayerVersion",
    "AWS::Serverless::StateMachine",
)
REF_IS_NAME = (
    "AWS::CodeBuild::Project",
    "AWS::DynamoDB::Table",
    "AWS::ECR::Repository",
    "AWS::ECS::Cluster",
    "AWS::IAM::Role",
    "AWS::Logs::LogGroup",
    "AWS::S3::Bucket",
    "AWS::SSM::Parameter",
    "AWS::Serverless::Function",
)


@dataclass(frozen=True, slots=True)
class Made:
    """One resource: its type, logical id, the stack it is in, its ARN ('' where it has none), its properties, and the
    template that it stands in."""

    kind: str
    name: str
    stack: str
    arn: str
    properties: Value
    template: str = ""


@dataclass(slots=True)
class Deployed:
    """A stack of a template with parameters."""

    path: str
    name: str
    given: Mapping[str, str]
    _nested: dict[str, "Deployed"] = field(default_factory=dict)

    @property
    def template(self) -> Value:
        """The template."""
        return parsed.TEMPLATES[self.path]

    def resources(self) -> Iterator[Made]:
        """Everything in it and in the stacks that it nests."""
        for name, found in self.template["Resources"].items():
            if not self._exists(found):
                continue
            properties = self.value(found.get("Properties") or {})
            yield Made(found["Type"], name, self.name, self.arn(name), properties, self.path)
            if found["Type"] == "AWS::CloudFormation::Stack":
                yield from self.nested(name).resources()

    def nested(self, name: str) -> "Deployed":
        """A nested stack."""
        if name not in self._nested:
            properties = self.template["Resources"][name]["Properties"]
            path = (Path(self.path).parent / properties["TemplateURL"]).as_posix()
            values = {key: _text(self.value(each)) for key, each in properties.get("Parameters", {}).items()}
            self._nested[name] = Deployed(path, f"{self.name}-{name}-{RANDOM}", values)
        return self._nested[name]

    def output(self, name: str) -> Value:
        """An output."""
        return self.value(self.template["Outputs"][name]["Value"])

    def arn(self, name: str) -> str:
        """A resource's ARN."""
        pattern = ARNS.get(self.template["Resources"][name]["Type"])
        if not pattern:
            return ""
        known = {"region": REGION, "account": ACCOUNT, "id": f"{self.name}.{name}", "name": self.physical(name)}
        return f"arn:{PARTITION}:" + pattern.format(**known)

    def physical(self, name: str) -> str:
        """A resource's name: its own, or one that CloudFormation makes of the stack's and the logical id."""
        found = self.template["Resources"][name]
        kind, properties = found["Type"], found.get("Properties") or {}
        given = properties.get(NAMED_BY.get(kind, "LayerName" if "Layer" in kind else "Name"))
        if given is not None:
            return str(self.value(given))
        if kind == "AWS::CloudFormation::Stack":
            return self.nested(name).name
        if kind == "AWS::SecretsManager::Secret":
            return f"{name}-{RANDOM}"
        made = f"{self.name}-{name}-{RANDOM}"
        if kind in LOWER:
            return made.lower()
        return made if kind not in CUT or len(made) <= CUT_AT else f"{self.name[:24]}-{name[:24]}-{RANDOM}"

    def value(self, value: Value) -> Any:
        """A value with everything in it resolved."""
        if isinstance(value, list):
            return [each for each in map(self.value, value) if each is not NOTHING]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            ((kind, operand),) = value.items()
            if kind == "Ref" or kind.startswith("Fn::"):
                return self._intrinsic(kind.removeprefix("Fn::"), operand)
        return {key: each for key, each in ((k, self.value(v)) for k, v in value.items()) if each is not NOTHING}

    def _intrinsic(self, kind: str, operand: Value) -> Any:
        if kind == "Ref":
            return self._ref(operand)
        if kind == "GetAtt":
            return self._attribute(*(operand.split(".", 1) if isinstance(operand, str) else operand))
        if kind == "Sub":
            return self._sub(operand)
        if kind == "If":
            return self.value(operand[1] if self._holds({"Condition": operand[0]}) else operand[2])
        if kind == "Join":
            return operand[0].join(map(str, self.value(operand[1])))
        if kind == "Split":
            return str(self.value(operand[1])).split(operand[0])
        if kind == "Select":
            listed = self.value(operand[1])
            return listed[int(operand[0])] if isinstance(listed, list) else f"{listed}[{operand[0]}]"
        return f"{kind}({json.dumps(operand)})"

    def _ref(self, name: str) -> Any:
        pseudo = {
            "AWS::AccountId": ACCOUNT,
            "AWS::NoValue": NOTHING,
            "AWS::Partition": PARTITION,
            "AWS::Region": REGION,
            "AWS::StackId": f"arn:{PARTITION}:cloudformation:{REGION}:{ACCOUNT}:stack/{self.name}/0a1b2c3d-0000",
            "AWS::StackName": self.name,
            "AWS::URLSuffix": "amazonaws.com",
        }
        if name in pseudo:
            return pseudo[name]
        if name in self.template.get("Parameters", {}):
            return self._parameter(name)
        kind = self.template["Resources"].get(name, {"Type": "made by SAM"})["Type"]
        if kind in REF_IS_ARN:
            return self.arn(name)
        return self.physical(name) if kind in REF_IS_NAME else f"{self.name}.{name}"

    def _parameter(self, name: str) -> Any:
        declared = self.template["Parameters"][name]
        value = str(self.given.get(name, declared.get("Default", "")))
        return value.split(",") if declared["Type"] in ("CommaDelimitedList", "List<String>") else value

    def _attribute(self, name: str, attribute: str) -> Any:
        if attribute.startswith("Outputs."):
            return self.nested(name).output(attribute.removeprefix("Outputs."))
        if attribute == "StreamArn":
            return f"{self.arn(name)}/stream/2026"
        known = {
            "Arn": self.arn,
            "ConnectionArn": self.arn,
            "Id": self.arn,
            "QueueName": self.physical,
            "TopicName": self.physical,
        }
        return known[attribute](name) if attribute in known else f"{self.name}.{name}.{attribute}"

    def _sub(self, operand: Value) -> str:
        text, extra = (operand, {}) if isinstance(operand, str) else operand

        def put(match: re.Match[str]) -> str:
            name = match[1]
            if name in extra:
                return str(self.value(extra[name]))
            return str(self._attribute(*name.split(".", 1)) if "." in name else self._ref(name))

        return re.sub(r"\$\{([^!}]+)\}", put, text)

    def _holds(self, condition: Value) -> bool:
        ((kind, operands),) = condition.items()
        if kind == "Condition":
            return self._holds(self.template["Conditions"][operands])
        if kind == "Fn::Equals":
            left, right = map(self.value, operands)
            return str(left) == str(right)
        truths = [self._holds(each) for each in operands]
        return {"Fn::And": all(truths), "Fn::Or": any(truths), "Fn::Not": not truths[0]}[kind]

    def _exists(self, found: Value) -> bool:
        return "Condition" not in found or self._holds({"Condition": found["Condition"]})


def _text(value: Any) -> str:
    return ",".join(value) if isinstance(value, list) else str(value)
