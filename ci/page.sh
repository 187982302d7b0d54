#!/usr/bin/env bash
# The page that was built once, into the bucket of STACK, which was just deployed.
set -euo pipefail
cd "$(dirname "$0")/.."
VOD_PAGE=skip sh local/setup.sh
if [ -n "$ACCOUNT_ROLE_ARN" ]; then # in an account of the stack's own
    credentials=$(.venv/bin/python -m deployment.account "$ACCOUNT_ROLE_ARN")
    eval "$credentials"
fi
.venv/bin/python -m deployment.release page --stack "$STACK" --role "$DEPLOY_ROLE_ARN" --page "$CODEBUILD_SRC_DIR_Built/page"
