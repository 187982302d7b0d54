#!/usr/bin/env bash
# Every test, on CodeBuild's Ubuntu image, which has Chrome for those that want a browser. TARGETS: other targets of the Makefile.
set -euo pipefail
cd "$(dirname "$0")/.."
export VOD_BROWSER=required # without one the tests in tests/playback would be skipped
read -ra targets <<<"${TARGETS:-check test}"
make "${targets[@]}"
