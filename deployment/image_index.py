"""One tag for an image of several architectures: an index in ECR over the images that were pushed for each.

The registry keeps it: an OCI image index 1.0, or Docker's manifest list over images of Docker's. No Docker is needed.
"""

import json
import sys
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

ARCHITECTURES = ("arm64", "amd64")
OCI = ("application/vnd.oci.image.manifest.v1+json", "application/vnd.oci.image.index.v1+json")
DOCKER = (
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
)
INDEXES = dict((OCI, DOCKER))


def joined(ecr: Any, repository: str, tag: str) -> str:
    """Give `tag` to the images tagged `<tag>-arm64` and `<tag>-amd64`; the digest. A repeat changes nothing."""
    images = [_image(ecr, repository, f"{tag}-{architecture}") for architecture in ARCHITECTURES]
    manifests = [_entry(image, architecture) for image, architecture in zip(images, ARCHITECTURES, strict=True)]
    kind = INDEXES[manifests[0]["mediaType"]]
    index = json.dumps({"schemaVersion": 2, "mediaType": kind, "manifests": manifests}, sort_keys=True)
    try:
        made = ecr.put_image(repositoryName=repository, imageManifest=index, imageManifestMediaType=kind, imageTag=tag)[
            "image"
        ]
    except ecr.exceptions.ImageAlreadyExistsException:
        made = _image(ecr, repository, tag)
    return str(made["imageId"]["imageDigest"])


def _image(ecr: Any, repository: str, tag: str) -> Any:
    accepted = [*INDEXES, *INDEXES.values()]
    found = ecr.batch_get_image(repositoryName=repository, imageIds=[{"imageTag": tag}], acceptedMediaTypes=accepted)
    if not found["images"]:
        raise ValueError(f"{repository} has no image {tag}")
    return found["images"][0]


def _entry(image: Any, architecture: str) -> dict[str, Any]:
    manifest = image["imageManifest"]
    kind = image.get("imageManifestMediaType") or json.loads(manifest)["mediaType"]
    if kind not in INDEXES:
        raise ValueError(
            f"{image['imageId']['imageTag']} is not a single image but {kind}: build it with --provenance=false"
        )
    return {
        "mediaType": kind,
        "digest": image["imageId"]["imageDigest"],
        "size": len(manifest.encode()),
        "platform": {"architecture": architecture, "os": "linux"},
    }


def main(arguments: list[str]) -> int:
    """Join the images of ADDRESS:TAG; the exit code."""
    (address,) = arguments
    repository, tag = address.split("/", 1)[1].rsplit(":", 1)
    try:
        digest = joined(boto3.client("ecr"), repository, tag)
    except (BotoCoreError, ClientError, ValueError) as error:
        print(f"{address}: {error}", file=sys.stderr)
        return 1
    print(f"{address} is {digest}, for {' and '.join(ARCHITECTURES)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
