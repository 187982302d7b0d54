#!/bin/sh
# Pins every package of requirements/*.in with hashes, for Linux and macOS on x86_64 and arm64.
set -eu
cd "$(dirname "$0")/../requirements"
for name in dev emulator; do
    ../.venv-uv/bin/uv pip compile "$name.in" --output-file "$name.txt" --quiet --universal --python-version 3.13 \
        --generate-hashes --no-header --no-annotate --no-emit-index-url "$@"
done
