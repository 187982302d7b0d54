"""Where the platform can be: partitions of AWS, and regions that lack a service."""

from typing import Any

SERVICES = ("apigateway", "cognito-idp", "dynamodb", "ecr", "ecs", "efs", "lambda", "stepfunctions", "wafv2")
REFUSALS = {
    "aws-cn": "The regions in China have no Cognito user pools, and their CloudFront has no origin access control.",
    "aws-us-gov": "GovCloud has no CloudFront.",
    "aws-eusc": "The European Sovereign Cloud has no CloudFront in front of its own regions.",
}
OTHER = "It was never checked whether CloudFront, Cognito and Fargate exist there."


def refusal(session: Any) -> str:
    """Why the platform cannot be in a session's region, or nothing."""
    partition = session.get_partition_for_region(session.region_name)
    if partition == "aws":
        return ""
    return f"{session.region_name} is in the partition {partition}. {REFUSALS.get(partition, OTHER)}"


def unlisted(session: Any) -> list[str]:
    """Services that this version of boto3 does not list for the region: new regions, or services that are missing."""
    here = session.region_name
    return [each for each in SERVICES if here not in session.get_available_regions(each)]
