#!/usr/bin/env bash
# The encoder's image of RELEASE for IMAGE_ARCHITECTURE (arm64 or amd64), on an image of REGISTRY_MIRROR, into REPOSITORY_URI.
# RELEASE names the pipeline's run as well as the commit: nobody can push an image under it beforehand. Tags are immutable: a repeat finds its own.
set -euo pipefail
cd "$(dirname "$0")/.."
tag="$RELEASE-$IMAGE_ARCHITECTURE"
if aws ecr describe-images --repository-name "${REPOSITORY_URI#*/}" --image-ids "imageTag=$tag" >/dev/null 2>&1; then
    echo "$tag is there already"
    exit 0
fi
aws ecr get-login-password | docker login --username AWS --password-stdin "${REPOSITORY_URI%%/*}"
# Without provenance a tag is a plain image, which an index can name.
docker buildx build --platform "linux/$IMAGE_ARCHITECTURE" --build-arg "REGISTRY_MIRROR=$REGISTRY_MIRROR" --provenance=false \
    --file container/Dockerfile --tag "$REPOSITORY_URI:$tag" --push .
