#!/usr/bin/env bash
# Every test, with a browser: the image of CodeBuild has none, and the package of its Ubuntu is an empty one. TARGETS: others than `check test`.
set -euo pipefail
cd "$(dirname "$0")/.."
sh local/setup.sh
if ! command -v chromium chromium-browser google-chrome >/dev/null; then
    PATH="$PATH:$PWD/.venv/bin" playwright install chrome # Google's, since Playwright's own Chromium plays no H.264
fi
export VOD_BROWSER=required # without one the tests in tests/playback would be skipped
read -ra targets <<<"${TARGETS:-check test}"
make "${targets[@]}"
