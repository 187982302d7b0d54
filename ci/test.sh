#!/usr/bin/env bash
# Every test, with a browser that plays H.264: of those in CodeBuild's image some do not. TARGETS: others than `check test`.
set -euo pipefail
cd "$(dirname "$0")/.."
sh local/setup.sh
if ! .venv/bin/python -m tests.playback.browser; then
    PATH="$PATH:$PWD/.venv/bin" playwright install chrome # Google's, since Playwright's own Chromium plays no H.264
fi
export VOD_BROWSER=required # without one the tests in tests/playback would be skipped
read -ra targets <<<"${TARGETS:-check test}"
make "${targets[@]}"
