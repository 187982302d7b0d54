#!/usr/bin/env bash
# One tag, RELEASE, for the images of both architectures in REPOSITORY_URI.
set -euo pipefail
cd "$(dirname "$0")/.."
VOD_PAGE=skip sh local/setup.sh
.venv/bin/python -m deployment.image_index "$REPOSITORY_URI:$RELEASE"
