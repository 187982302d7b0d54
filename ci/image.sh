#!/usr/bin/env bash
# The encoder's image of COMMIT for IMAGE_ARCHITECTURE (arm64 or amd64), into REPOSITORY_URI. Tags are immutable: a repeat finds its own.
set -euo pipefail
cd "$(dirname "$0")/.."
tag="$COMMIT-$IMAGE_ARCHITECTURE"
if aws ecr describe-images --repository-name "${REPOSITORY_URI#*/}" --image-ids "imageTag=$tag" >/dev/null 2>&1; then
    echo "$tag is there already"
    exit 0
fi
aws ecr get-login-password | docker login --username AWS --password-stdin "${REPOSITORY_URI%%/*}"
# Without provenance a tag is a plain image, which an index can name.
docker buildx build --platform "linux/$IMAGE_ARCHITECTURE" --provenance=false --file container/Dockerfile --tag "$REPOSITORY_URI:$tag" --push .
