#!/usr/bin/env bash
# What STACK is given: its own values, those of ENVIRONMENT in samconfig.toml, and the image of COMMIT. Into .built/parameters.json.
set -euo pipefail
cd "$(dirname "$0")/.."
VOD_PAGE=skip sh local/setup.sh
mkdir -p .built
.venv/bin/python -m deployment.release parameters --stack "$STACK" --role "$DEPLOY_ROLE_ARN" --environment "$ENVIRONMENT" \
    --architecture "$ARCHITECTURE" --image "$REPOSITORY_URI:$COMMIT" --template "$CODEBUILD_SRC_DIR_Built/packaged.yaml" --to .built/parameters.json
