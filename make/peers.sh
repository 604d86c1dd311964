#!/usr/bin/env bash
# Brings build/bench/ to make/peers.lock: the environment of the peer that the bench measures against.
set -euo pipefail
cd "$(dirname "$0")/.."

wanted=$(sha256sum <make/peers.lock)
[ "$(cat build/bench/installed-from 2>/dev/null)" = "$wanted" ] && exit
echo "installing the peer of make/peers.lock" >&2
rm -rf build/bench
.venv/bin/python -m venv build/bench
build/bench/bin/pip install --quiet --quiet --disable-pip-version-check --require-hashes -r make/peers.lock
echo "$wanted" >build/bench/installed-from
