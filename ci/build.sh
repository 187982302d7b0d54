#!/usr/bin/env bash
# What staging and production are made of, once: functions and templates in PACKAGE_BUCKET, the rest in .built. For ARCHITECTURE.
set -euo pipefail
cd "$(dirname "$0")/.."
sh local/setup.sh
export PATH="$PWD/.venv/bin:$PATH" SAM_CLI_TELEMETRY=0
if [ ! -e web/dist/index.html ]; then
    echo "The page was not built: a stack would stay without one." >&2
    exit 1
fi
rm -rf .built && mkdir .built
sam build --parameter-overrides "Architecture=$ARCHITECTURE"
# Named by content: what did not change since an earlier commit is there already.
sam package --config-env pipeline --s3-bucket "$PACKAGE_BUCKET" --s3-prefix packages --output-template-file .built/packaged.yaml
cp -R web/dist .built/page
