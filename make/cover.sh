#!/usr/bin/env bash
# Branch coverage of the tests on SQLite: all of what guards children's data and of the tables of
# states, nine tenths of the whole. By itself, because it takes a third longer than `make test`.
set -euo pipefail
cd "$(dirname "$0")/.."
OOSC_DATA=$(mktemp --directory)
export OOSC_DATA
trap 'rm -rf "$OOSC_DATA"' EXIT

.venv/bin/pytest -q -n auto --maxprocesses 8 --dist worksteal -m "not journey" --cov --cov-report=
.venv/bin/coverage report --skip-covered --fail-under=90
.venv/bin/coverage report --skip-covered --show-missing --fail-under=100 --include \
    'src/oosc/vault/*,src/oosc/audit/*,src/oosc/access/*,src/oosc/jobs/*,src/oosc/*/states.py'
