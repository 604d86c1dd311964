#!/usr/bin/env bash
# A lock file says what is installed, by version and hash; from where is each machine's own affair.
set -euo pipefail
! grep --line-number --extended-regexp '"resolved"|^--(index|extra-index|find-links)|https?://[^ ]+\.(whl|tgz|tar\.gz)' \
    package-lock.json ./*.lock
