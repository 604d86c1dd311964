#!/usr/bin/env bash
# Format, lint, types, imports, templates, migrations. Changes nothing; says all that is wrong.
set -uo pipefail
cd "$(dirname "$0")/.."
export PATH="$PWD/.venv/bin:$PATH"
OOSC_DATA=$(mktemp --directory)
export OOSC_DATA
trap 'rm -rf "$OOSC_DATA"' EXIT

wrong=()
check() {
    echo "--- $*"
    "$@" || wrong+=("$*")
}

check ruff format --check --quiet .
check ruff check --quiet .
check mypy
check lint-imports
check djlint --quiet --lint src
check python manage.py makemigrations --check --dry-run
check python manage.py check --fail-level WARNING

for each in "${wrong[@]}"; do echo "failed: $each" >&2; done
[ ${#wrong[@]} -eq 0 ]
