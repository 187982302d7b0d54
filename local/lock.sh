#!/bin/sh
# Pins every package of requirements/*.in and container/requirements.in with hashes, for Linux and macOS on x86_64 and arm64.
set -eu
cd "$(dirname "$0")/.."
pin() { # file without suffix, further options
    file=$1
    shift
    .venv-uv/bin/uv pip compile "$file.in" --output-file "$file.txt" --quiet --universal --python-version 3.13 \
        --generate-hashes --no-header --no-annotate --no-emit-index-url "$@"
}
pin requirements/dev "$@"
pin requirements/emulator "$@"
pin requirements/bench "$@"
pin requirements/scan "$@"
pin requirements/policies "$@"
pin container/requirements --constraint requirements/dev.txt "$@"
