#!/usr/bin/env bash
# Brings PySpark into .venv/ and a Java onto the machine, where they are not there yet and it may.
# Where it may not, it fails with the one line that says what is lacking.
set -uo pipefail
cd "$(dirname "$0")/.."

lacking() {
    echo "The tests on Spark did not run: $1." >&2
    exit 1
}

[ -n "${JAVA_HOME:-}" ] || command -v java >/dev/null || make/packages.sh openjdk-17-jre-headless 2>/dev/null \
    || lacking "Java 17 is not there (sudo apt-get install openjdk-17-jre-headless)"

wanted=$(sha256sum <requirements-spark.lock)
[ "$(cat .venv/spark-installed-from 2>/dev/null)" = "$wanted" ] && exit
echo "installing the Python packages of requirements-spark.lock" >&2
.venv/bin/pip install --quiet --quiet --disable-pip-version-check --no-deps --require-hashes \
    -r requirements-spark.lock || lacking "PySpark could not be installed"
echo "$wanted" >.venv/spark-installed-from
