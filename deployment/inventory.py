"""What a stack and those nested in it are made of, and what of it outlives them."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from samtranslator.yaml_helper import yaml_parse

NESTED = "AWS::CloudFormation::Stack"
GONE = "DELETE_COMPLETE"
BUCKET = "python -c \"import boto3; b = boto3.resource('s3').Bucket('{id}'); b.object_versions.delete(); b.delete()\""
# Why what is kept is kept, by its name in the templates, and how it is removed, by its type.
REASONS = {
    "SourceBucket": "the videos that users uploaded",
    "OutputBucket": "the encoded output",
    "Table": "titles, owners and status of all videos",
    "UserPool": "the users: videos belong to their ids",
}
BY_HAND = {
    "AWS::S3::Bucket": BUCKET,
    "AWS::DynamoDB::Table": "aws dynamodb delete-table --table-name {id}",
    "AWS::Cognito::UserPool": "aws cognito-idp delete-user-pool --user-pool-id {id}",
    "AWS::Lambda::LayerVersion": "aws lambda delete-layer-version --layer-name {layer} --version-number {version}",
}
LAYERS = "shared code of functions; SAM keeps old versions at no cost"


@dataclass(frozen=True, slots=True)
class Part:
    """One resource; `is_kept` says that deleting its stack leaves it."""

    kind: str
    logical_id: str
    physical_id: str
    is_kept: bool


def parts(client: Any, stack: str) -> Iterator[Part]:
    """Everything that a stack and its nested stacks have now."""
    kept = retained(client, stack)
    pages = client.get_paginator("list_stack_resources").paginate(StackName=stack)
    for each in (summary for page in pages for summary in page["StackResourceSummaries"]):
        physical = each.get("PhysicalResourceId", "")
        if not physical or each.get("ResourceStatus") == GONE:
            continue
        yield Part(each["ResourceType"], each["LogicalResourceId"], physical, each["LogicalResourceId"] in kept)
        if each["ResourceType"] == NESTED:
            yield from parts(client, physical)


def retained(client: Any, stack: str) -> set[str]:
    """The resources that the deployed template keeps, whatever the one in this folder says."""
    body = client.get_template(StackName=stack, TemplateStage="Processed")["TemplateBody"]
    template = body if isinstance(body, dict) else yaml_parse(body)
    return {
        name for name, found in template["Resources"].items() if found.get("DeletionPolicy", "").startswith("Retain")
    }


def counted(these: Iterable[Part]) -> list[str]:
    """A line for each service: how many of which types."""
    numbers = Counter(part.kind.removeprefix("AWS::") for part in these)
    services: dict[str, list[str]] = {}
    for kind, number in sorted(numbers.items()):
        service, _, name = kind.partition("::")
        services.setdefault(service, []).append(f"{name} ({number})" if number > 1 else name)
    return [f"  {service}: {', '.join(names)}" for service, names in services.items()]


def told(part: Part) -> list[str]:
    """What is kept, why, and the command that removes it."""
    why = LAYERS if part.kind == "AWS::Lambda::LayerVersion" else REASONS.get(part.logical_id, "kept by its template")
    return [
        f"  {part.kind.removeprefix('AWS::')} {part.physical_id}: {why}",
        f"      {by_hand(part.kind, part.physical_id)}",
    ]


def by_hand(kind: str, physical_id: str) -> str:
    """The command that removes a resource; empty for a type that no template of ours keeps."""
    layer, _, version = physical_id.rpartition(":")
    return BY_HAND.get(kind, "").format(id=physical_id, layer=layer, version=version)
