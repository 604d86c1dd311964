#!/usr/bin/env bash
# Every test: on SQLite, on PostgreSQL, then the journeys in a browser. Stops at the first of the
# three that fails, so that the last line is always pytest's verdict.
set -euo pipefail
cd "$(dirname "$0")/.."
# libatomic1: the program that drives the browser needs it and does not bring it.
make/packages.sh chromium fonts-noto-cjk libatomic1 poppler-utils postgresql

scratch=$(mktemp --directory)
chmod 755 "$scratch" # the database's own user must reach its folder in it
trap 'make/postgres.sh stop "$scratch/postgres"; rm -rf "$scratch"' EXIT
export OOSC_DATA=$scratch/data
# Where it is set, each of hundreds of processes would compile all tests for itself.
unset PYTHONDONTWRITEBYTECODE

# A selection (ARGS) may hold nothing for one of the three: pytest's code 5. One must hold some.
ran=
run() {
    local code=0
    echo "--- $1"
    shift
    .venv/bin/pytest "$@" || code=$?
    [ $code -eq 0 ] && ran=yes
    [ $code -eq 0 ] || [ $code -eq 5 ] || exit $code
}

# A process for each core; who is done takes over half of what another has left.
shared=(-q -n auto --maxprocesses 8 --dist worksteal)
run "on SQLite" "${shared[@]}" -m "not journey and not spark" "$@"
# In one process: a Spark of its own takes longer to start than its tests to run.
make/spark.sh && run "on Spark" -q -m spark "${@:-tests/rosterlink/test_spark.py}"
address=$(make/postgres.sh start "$scratch/postgres")
# What asks for no database would answer the same: once is enough.
OOSC_DATABASE=$address run "on PostgreSQL" "${shared[@]}" -m "database and not journey" "$@"
run "in a browser" "${shared[@]}" -m journey "${@:-tests/journeys}"
[ -n "$ran" ]
