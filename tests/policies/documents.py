"""The policies of the templates as AWS would get them: parameters and intrinsics resolved to plausible values."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tests.templates import parsed
from tests.templates.deployed import ACCOUNT, EVERYTHING, REGION, Deployed
from tests.templates.parsed import Value

ROLE = f"arn:aws:iam::{ACCOUNT}:role"
ELSEWHERE = "arn:aws:iam::210987654321:role"
"""Roles of the account that is for production alone."""
ROOTS = (
    ("template.yaml", {}),
    (
        "template.yaml",
        {
            **EVERYTHING,
            "AllowedOrigins": "https://example.com",
            "DomainName": "video.example.com",
            "EncoderImageUri": f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/encoder:1",
            "Firewall": "enabled",
            "NetworkMode": "private",
            "PlaybackAccess": "private",
        },
    ),
    ("pipeline-config.yaml", {}),
    (
        "pipeline-config.yaml",
        {
            "AlertTopicArn": f"arn:aws:sns:{REGION}:{ACCOUNT}:alerts",
            "GitHubConnectionArn": f"arn:aws:codeconnections:{REGION}:{ACCOUNT}:connection/1",
            "ProductionAccountRoleArn": f"{ELSEWHERE}/production-AccountRole",
            "ProductionDeployRoleArn": f"{ELSEWHERE}/production-DeployRole",
            "ProductionDomainName": "video.example.com",
            "ProductionLowerCaseName": "production",
            "StagingImportBuckets": EVERYTHING["ImportBuckets"],
        },
    ),
    (
        "stacks/pipeline/account.yaml",
        {
            "DomainName": "video.example.com",
            "ImportBuckets": EVERYTHING["ImportBuckets"],
            "LowerCaseName": "vod-production",
            "PipelineAccountId": ACCOUNT,
            "PipelineArtifactBucket": "pipeline-artifacts",
            "PipelineName": "pipeline",
            "PipelineRepositoryArn": f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/pipeline",
            "StackName": "vod-production",
        },
    ),
    (
        "stacks/verify.yaml",
        {
            "ClusterArn": f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/vod",
            "ClusterName": "vod",
            "ExecutionRoleArn": f"{ROLE}/vod-ExecutionRole",
            "TaskDefinitionFamily": "vod-encoder",
            "TaskRoleArn": f"{ROLE}/vod-TaskRole",
        },
    ),
)
"""The templates that somebody deploys: as they are, and with what conditions add."""


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy document: where it stands (`stacks/encoder.yaml:TaskRole/Policies/0`), and the ARN of that resource."""

    at: str
    arn: str
    document: Value

    @property
    def is_of_a_resource(self) -> bool:
        """Whether it says who may use the resource that it belongs to, as a role's trust does."""
        return any("Principal" in each for each in parsed.listed(self.document["Statement"]))


def every() -> list[Policy]:
    """The policies of all templates; one that parameters change is there in each of its forms."""
    found: list[Policy] = []
    for path, given in ROOTS:
        for made in Deployed(path, "vod", given).resources():
            at = f"{made.template}:{made.name}"
            found += [
                policy
                for place, document in _within(made.properties, at)
                if (policy := Policy(place, made.arn, document)) not in found
            ]
    return found


def written() -> set[str]:
    """Where a policy stands in the templates, whatever conditions say."""
    found = {at for each in parsed.resources() for at, _ in _within(each.properties, str(each))}
    return {re.sub(r"/Fn::If/\d+", "", at) for at in found}


def _within(value: Value, at: str) -> Iterator[tuple[str, Value]]:
    if isinstance(value, dict):
        if any(isinstance(each, dict) and "Effect" in each for each in parsed.listed(value.get("Statement"))):
            yield at, value
            return
        for name, inner in value.items():
            yield from _within(inner, f"{at}/{name}")
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _within(inner, f"{at}/{number}")
