#!/bin/sh
# Makes .venv (the project, its tests and tools) and .venv-emulator (the AWS emulator pins packages of its own)
# from the lock files in requirements/. Does nothing while the lock files are unchanged. PYTHON names a Python 3.13.
# `setup.sh tests` makes what only tests need as well, each with packages of its own too: .venv-scan and .venv-policies,
# the scanners of the templates and their policies, and .venv-api, which drives the API by its document.
set -eu
cd "$(dirname "$0")/.."

WANTED=3.13

is_wanted() {
    "$1" -c "import sys, venv; sys.exit('%d.%d' % sys.version_info[:2] != '$WANTED')" >/dev/null 2>&1
}

# Version managers put stand-ins on PATH that fail unless their version is chosen: only what answers 3.13 counts.
find_python() {
    for candidate in "${PYTHON:-}" python3.13 python3 python \
        "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.13*/bin/python3.13 \
        "${XDG_DATA_HOME:-$HOME/.local/share}"/uv/python/cpython-3.13*/bin/python3.13 \
        /opt/homebrew/bin/python3.13 /usr/local/bin/python3.13; do
        if [ -n "$candidate" ] && is_wanted "$candidate"; then
            command -v "$candidate"
            return
        fi
    done
    if command -v uv >/dev/null 2>&1; then
        uv python find "$WANTED" 2>/dev/null || true
    fi
}

stamp_of() {
    cat local/setup.sh "$1" | cksum
}

is_made() { # folder, lock file
    [ -x "$1/bin/python" ] && [ "$(cat "$1/.stamp" 2>/dev/null)" = "$(stamp_of "$2")" ]
}

# Runs a command that says nothing when all is well; what goes wrong is shown, a full disk in one sentence.
quietly() {
    if said=$("$@" 2>&1); then
        return
    fi
    case $said in
    *"o space left on device"*)
        echo "The disk is full: free some space where this project and its downloads lie, then start again." >&2 ;;
    *) echo "$said" >&2 ;;
    esac
    exit 1
}

make_environment() { # folder, lock file
    if is_made "$1" "$2"; then
        return
    fi
    echo "setting up $1 from $2"
    rm -rf "$1"
    quietly .venv-uv/bin/uv venv --quiet --python "$python" "$1"
    quietly .venv-uv/bin/uv pip install --quiet --compile-bytecode --python "$1/bin/python" --require-hashes -r "$2"
    stamp_of "$2" >"$1/.stamp"
}

# The page is wanted but not needed: without Node.js everything else works, and `make up` says so.
page_sources() {
    find web -path web/node_modules -prune -o -path web/dist -prune -o -type f -print | LC_ALL=C sort | xargs cat | cksum
}

has_node() {
    command -v npm >/dev/null 2>&1 &&
        node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' 2>/dev/null
}

make_page() { # VOD_PAGE=skip: a step of the pipeline has the page already
    if [ "${VOD_PAGE:-}" = skip ] || [ "$(cat web/dist/.stamp 2>/dev/null)" = "$(page_sources)" ]; then
        return
    fi
    if ! has_node; then
        echo "The web page is left out: it needs Node.js 20.19 or newer with npm, and neither was found new enough." >&2
        return
    fi
    echo "building the page in web/"
    if (cd web && npm ci --silent && npm run --silent build -- --logLevel warn); then
        page_sources >web/dist/.stamp
    else
        echo "The web page could not be built and is left out; everything else works." >&2
    fi
}

for_tests="scan policies api"

are_those_for_tests_made() {
    if [ "${1:-}" = tests ]; then
        for each in $for_tests; do
            is_made ".venv-$each" "requirements/$each.txt" || return 1
        done
    fi
}

is_all_made() {
    is_made .venv requirements/dev.txt && is_made .venv-emulator requirements/emulator.txt && are_those_for_tests_made "$@"
}

# Without Python nothing is built or downloaded, the page neither.
if ! is_all_made "$@"; then
    python=$(find_python)
    if [ -z "$python" ]; then
        echo "This project needs Python $WANTED and none was found. Install it, or name one: PYTHON=/path/to/python3.13 make ..." >&2
        exit 1
    fi
fi

make_page

if is_all_made "$@"; then
    exit 0
fi

if ! is_made .venv-uv requirements/uv.txt; then
    echo "setting up uv with $python"
    rm -rf .venv-uv
    quietly "$python" -m venv .venv-uv
    quietly .venv-uv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
    stamp_of requirements/uv.txt >.venv-uv/.stamp
fi
make_environment .venv requirements/dev.txt
make_environment .venv-emulator requirements/emulator.txt
if [ "${1:-}" = tests ]; then
    for each in $for_tests; do
        make_environment ".venv-$each" "requirements/$each.txt"
    done
fi
