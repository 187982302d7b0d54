#!/bin/sh
# Writes the digest that the base image of container/Dockerfile has in its registry now to container/base-image.digest.
# REGISTRY_MIRROR names another registry, which must have the same image.
set -eu
cd "$(dirname "$0")/.."
file=container/base-image.digest
mirror=${REGISTRY_MIRROR:-$(sed -n 's/^ARG REGISTRY_MIRROR=//p' container/Dockerfile)}
# shellcheck disable=SC2016 # the variables are the Dockerfile's
image=$mirror/$(sed -n 's|^FROM ${REGISTRY_MIRROR}/\(.*\)${BASE_DIGEST} AS packages$|\1|p' container/Dockerfile)
digest=$(docker buildx imagetools inspect "$image" --format '{{.Manifest.Digest}}')
case $digest in
sha256:????????????????????????????????????????????????????????????????) ;;
*)
    echo "$image has no digest that can be read: $digest" >&2
    exit 1 ;;
esac
comments=$(grep '^#' "$file")
printf '%s\n%s\n' "$comments" "$digest" >"$file"
echo "$image is $digest now: commit $file"
