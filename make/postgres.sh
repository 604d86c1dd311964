#!/usr/bin/env bash
# A PostgreSQL of our own for the tests: own folder, own port, Chinese collation, no promises kept
# over a power cut. `start FOLDER` prints its address; `stop FOLDER` ends it.
set -euo pipefail
folder=$2

# The server refuses to run as root; Debian's package brings a user for it.
as_user=(env)
[ "$(id -u)" -eq 0 ] && as_user=(runuser -u postgres --)
programs=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort --version-sort | tail -1)

start() {
    local port
    port=$(.venv/bin/python -c "import socket; s = socket.create_server(('127.0.0.1', 0)); print(s.getsockname()[1])")
    mkdir -p "$folder"
    [ "$(id -u)" -eq 0 ] && chown postgres "$folder"
    "${as_user[@]}" "$programs/initdb" --pgdata "$folder" --username oosc --auth trust \
        --encoding UTF8 "${collation[@]}" >/dev/null
    "${as_user[@]}" "$programs/pg_ctl" --pgdata "$folder" --wait --silent --log "$folder/log" start \
        --options "-p $port -h 127.0.0.1 -k $folder -c fsync=off -c synchronous_commit=off -c full_page_writes=off" >/dev/null
    echo "postgresql://oosc@127.0.0.1:$port/postgres"
}

stop() {
    [ -e "$folder/postmaster.pid" ] || return 0
    "${as_user[@]}" "$programs/pg_ctl" --pgdata "$folder" --silent --mode immediate stop
}

# Under a Chinese collation some characters sort before the letters: queries must not mind.
if locale -a | grep --quiet --ignore-case '^zh_CN\.utf-\?8$'; then
    collation=(--locale zh_CN.UTF-8)
else
    collation=(--locale C.UTF-8 --locale-provider icu --icu-locale zh-Hans-CN)
fi

"$1"
