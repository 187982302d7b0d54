#!/usr/bin/env bash
# The encoder's image of RELEASE for IMAGE_ARCHITECTURE (arm64 or amd64), on the base image of REGISTRY_MIRROR, into REPOSITORY_URI.
# Tags are immutable, so what this step pushed is its own. What is there before was pushed by another build, which may not have been of this commit:
# the release's name is no secret once the other architecture's image is there.
set -euo pipefail
cd "$(dirname "$0")/.."
# By digest: what a tag of the registry names can change between the review and the build, and between two builds.
BASE_DIGEST=${BASE_DIGEST:-$(grep -oE '^sha256:[0-9a-f]{64}$' container/base-image.digest || true)}
if [ -z "$BASE_DIGEST" ]; then
    echo "No release is built on an image that only a tag names. Run \`make base-image\` where Docker reaches the registry, and commit container/base-image.digest." >&2
    exit 1
fi
tag="$RELEASE-$IMAGE_ARCHITECTURE"
if aws ecr describe-images --repository-name "${REPOSITORY_URI#*/}" --image-ids "imageTag=$tag" >/dev/null 2>&1; then
    echo "$tag is there already and was not pushed by this build. Release the commit anew, under a name of its own, instead of repeating this step." >&2
    exit 1
fi
aws ecr get-login-password | docker login --username AWS --password-stdin "${REPOSITORY_URI%%/*}"
# Without provenance a tag is a plain image, which an index can name.
docker buildx build --platform "linux/$IMAGE_ARCHITECTURE" --build-arg "REGISTRY_MIRROR=$REGISTRY_MIRROR" \
    --build-arg "BASE_DIGEST=@$BASE_DIGEST" --provenance=false \
    --file container/Dockerfile --tag "$REPOSITORY_URI:$tag" --push .
