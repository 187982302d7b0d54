#!/usr/bin/env bash
# A generated clip through STACK, until it plays.
set -euo pipefail
cd "$(dirname "$0")/.."
VOD_PAGE=skip sh local/setup.sh
.venv/bin/python -m deployment.smoke --stack "$STACK"
