#!/usr/bin/env bash
# What staging and production are made of, once: functions, layers and templates in one archive, the page, and the bill of materials, into .built. For ARCHITECTURE.
set -euo pipefail
cd "$(dirname "$0")/.."
sh local/setup.sh
export PATH="$PWD/.venv/bin:$PATH" SAM_CLI_TELEMETRY=0
if [ ! -e web/dist/index.html ]; then
    echo "The page was not built: a stack would stay without one." >&2
    exit 1
fi
rm -rf .built && mkdir .built
python -m deployment.wheels "Architecture=$ARCHITECTURE"
# An archive keeps the files' modes, whatever carries it from stage to stage.
tar -C .aws-sam -czf .built/stack.tar.gz build
cp -R web/dist .built/page
# What all of it is made of, and the image that is built of the same commit.
python -m deployment.sbom .built/sbom.json
