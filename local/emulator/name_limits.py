"""How long the names of resources may be on AWS."""

from collections.abc import Mapping
from typing import Any

LIMITS = {
    "AWS::CloudFront::CachePolicy": ("CachePolicyConfig.Name", 128),
    "AWS::CloudFront::Function": ("Name", 64),
    "AWS::CloudFront::KeyGroup": ("KeyGroupConfig.Name", 128),
    "AWS::CloudFront::OriginAccessControl": ("OriginAccessControlConfig.Name", 64),
    "AWS::CloudFront::PublicKey": ("PublicKeyConfig.Name", 128),
    "AWS::CloudFront::ResponseHeadersPolicy": ("ResponseHeadersPolicyConfig.Name", 128),
    "AWS::CloudWatch::Alarm": ("AlarmName", 255),
    "AWS::CloudWatch::Dashboard": ("DashboardName", 255),
    "AWS::CodeBuild::Project": ("Name", 150),
    "AWS::CodePipeline::Pipeline": ("Name", 100),
    "AWS::ECS::TaskDefinition": ("Family", 255),
    "AWS::Events::Rule": ("Name", 64),
    "AWS::IAM::ManagedPolicy": ("ManagedPolicyName", 128),
    "AWS::IAM::Role": ("RoleName", 64),
    "AWS::Lambda::Function": ("FunctionName", 64),
    "AWS::Lambda::LayerVersion": ("LayerName", 140),
    "AWS::Logs::LogGroup": ("LogGroupName", 512),
    "AWS::SecretsManager::Secret": ("Name", 512),
    "AWS::SQS::Queue": ("QueueName", 80),
    "AWS::SSM::Parameter": ("Name", 1011),
    "AWS::StepFunctions::StateMachine": ("StateMachineName", 80),
}
"""Where a type's name stands, and the most characters of it."""


def given(properties: Mapping[str, Any], place: str) -> str:
    """The name that a template gives, or nothing."""
    value: Any = properties
    for part in place.split("."):
        value = (value or {}).get(part)
    return str(value or "")
