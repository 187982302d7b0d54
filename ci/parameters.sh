#!/usr/bin/env bash
# What STACK is made of, into PACKAGE_BUCKET, and what it is given: its own values, those of ENVIRONMENT in samconfig.toml, what bounds
# its roles, and the image of RELEASE. Into .built/packaged.yaml and .built/parameters.json.
set -euo pipefail
cd "$(dirname "$0")/.."
VOD_PAGE=skip sh local/setup.sh
if [ -n "$ACCOUNT_ROLE_ARN" ]; then # in an account of the stack's own
    credentials=$(.venv/bin/python -m deployment.account "$ACCOUNT_ROLE_ARN")
    eval "$credentials"
fi
export PATH="$PWD/.venv/bin:$PATH" SAM_CLI_TELEMETRY=0
rm -rf .built .aws-sam/build && mkdir -p .built .aws-sam
tar -C .aws-sam -xzf "$CODEBUILD_SRC_DIR_Built/stack.tar.gz"
# Under the stack's own name, where no step for another stack may write. Named by content: what did not change is there already.
sam package --config-env pipeline --template-file .aws-sam/build/template.yaml \
    --s3-bucket "$PACKAGE_BUCKET" --s3-prefix "$STACK" --output-template-file .built/packaged.yaml
.venv/bin/python -m deployment.release parameters --stack "$STACK" --role "$DEPLOY_ROLE_ARN" --boundary "$BOUNDARY_ARN" \
    --environment "$ENVIRONMENT" --architecture "$ARCHITECTURE" --image "$REPOSITORY_URI:$RELEASE" \
    --template .built/packaged.yaml --to .built/parameters.json
