#!/bin/sh
# Pins every package of requirements/ and of the image with hashes, for Linux and macOS on x86_64 and arm64: direct and
# transitive ones. What runs in the platform has the versions that the tests run with.
set -eu
cd "$(dirname "$0")/.."
pin() { # wanted, lock file, further options
    wanted=$1 lock=$2
    shift 2
    .venv-uv/bin/uv pip compile "$wanted" --output-file "$lock" --quiet --universal --python-version 3.13 \
        --generate-hashes --no-header --no-annotate --no-emit-index-url "$@"
}
shipped() { # wanted, lock file, further options
    pin "$@" --constraint requirements/dev.txt
}
for name in uv dev emulator bench scan policies api; do
    pin "requirements/$name.in" "requirements/$name.txt" "$@"
done
shipped container/requirements.in container/requirements.txt "$@"
shipped requirements/function.in tests/docker/function/requirements.txt "$@"
shipped requirements/layers/vod.in src/requirements.txt "$@"
for name in libav signing language encoder; do
    shipped "requirements/layers/$name.in" "layers/$name/requirements.txt" "$@"
done
