#!/usr/bin/env bash
# Installs the Debian packages named that are not there yet: as root, or with sudo where it asks
# for no password. Elsewhere it prints the one line to type.
set -euo pipefail

missing=()
for package in "$@"; do
    status=$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$status" = installed ] || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

if [ "$(id -u)" -eq 0 ]; then
    as_root=(env)
elif sudo --non-interactive true 2>/dev/null; then
    as_root=(sudo)
else
    echo "Please install what is missing, then run this again:" >&2
    echo "  sudo apt-get install --yes --no-install-recommends ${missing[*]}" >&2
    exit 1
fi
echo "installing Debian packages: ${missing[*]}" >&2
"${as_root[@]}" apt-get update --quiet=2 >&2
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install --quiet=2 --yes --no-install-recommends "${missing[@]}" >&2
