"""One tag for the images of several architectures."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from deployment.image_index import DOCKER, OCI, joined


@pytest.fixture
def ecr() -> Iterator[Any]:
    with mock_aws():
        account = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": "us-east-1"}
        client = boto3.client("ecr", **account)
        client.create_repository(repositoryName="images", imageTagMutability="IMMUTABLE")
        yield client


def push(ecr: Any, tag: str, kind: str) -> str:
    """Push an image; its digest."""
    manifest = json.dumps({"schemaVersion": 2, "mediaType": kind, "config": {"digest": tag}, "layers": []})
    made = ecr.put_image(repositoryName="images", imageManifest=manifest, imageManifestMediaType=kind, imageTag=tag)
    return str(made["image"]["imageId"]["imageDigest"])


def image(ecr: Any, tag: str) -> Any:
    return ecr.batch_get_image(repositoryName="images", imageIds=[{"imageTag": tag}])["images"][0]


@pytest.mark.parametrize(("kind", "index"), [OCI, DOCKER])
def test_the_index_names_each_image_with_its_size_and_platform(ecr: Any, kind: str, index: str) -> None:
    digests = [push(ecr, f"commit-{architecture}", kind) for architecture in ("arm64", "amd64")]

    digest = joined(ecr, "images", "commit")

    made = image(ecr, "commit")
    listed = json.loads(made["imageManifest"])
    assert made["imageId"]["imageDigest"] == digest
    assert listed["mediaType"] == index
    assert [each["digest"] for each in listed["manifests"]] == digests
    assert [each["platform"] for each in listed["manifests"]] == [
        {"architecture": "arm64", "os": "linux"},
        {"architecture": "amd64", "os": "linux"},
    ]
    sizes = [len(image(ecr, f"commit-{architecture}")["imageManifest"]) for architecture in ("arm64", "amd64")]
    assert [each["size"] for each in listed["manifests"]] == sizes


def test_a_missing_architecture_is_named(ecr: Any) -> None:
    push(ecr, "commit-arm64", OCI[0])

    with pytest.raises(ValueError, match="no image commit-amd64"):
        joined(ecr, "images", "commit")


def test_an_image_with_attestations_is_an_index_already_and_refused(ecr: Any) -> None:
    for architecture in ("arm64", "amd64"):
        push(ecr, f"commit-{architecture}", OCI[1])

    with pytest.raises(ValueError, match="--provenance=false"):
        joined(ecr, "images", "commit")


def test_a_repeat_finds_what_is_there(ecr: Any) -> None:
    for architecture in ("arm64", "amd64"):
        push(ecr, f"commit-{architecture}", OCI[0])

    assert joined(ecr, "images", "commit") == joined(ecr, "images", "commit")
