#!/bin/sh
# Makes the cluster in $PGDATA on the first start, then becomes the server.
# POSTGRES_USER, POSTGRES_PASSWORD (or _FILE), POSTGRES_DB and PGDATA mean what they mean upstream.
set -eu
umask 077

if [ "${1:-postgres}" != postgres ] && [ "${1#-}" = "${1:-}" ]; then
    exec "$@"
fi
[ "${1:-}" = postgres ] && shift

user=${POSTGRES_USER:-postgres}
database=${POSTGRES_DB:-$user}
marker=$PGDATA/.initialising

create_cluster() {
    if [ -n "${POSTGRES_PASSWORD_FILE:-}" ]; then
        POSTGRES_PASSWORD=$(cat "$POSTGRES_PASSWORD_FILE")
    fi
    if [ -z "${POSTGRES_PASSWORD:-}" ]; then
        echo 'POSTGRES_PASSWORD is not set: give the first start a password for the database' >&2
        exit 1
    fi
    # initdb insists on an empty folder and may be killed half-way: it works beside the final place.
    rm -rf "$PGDATA/new"
    printf '%s\n' "$POSTGRES_PASSWORD" >/tmp/pgpass
    initdb --pgdata="$PGDATA/new" --username="$user" --pwfile=/tmp/pgpass --encoding=UTF8 \
        --locale=C.UTF-8 --auth-local=trust --auth-host=scram-sha-256 >/dev/null
    rm -f /tmp/pgpass
    printf 'host all all all scram-sha-256\n' >>"$PGDATA/new/pg_hba.conf"
    if [ "$database" != postgres ]; then
        quoted=$(printf %s "$database" | sed 's/"/""/g')
        printf 'CREATE DATABASE "%s"\n' "$quoted" | postgres --single -D "$PGDATA/new" postgres >/dev/null
    fi
}

if [ ! -s "$PGDATA/PG_VERSION" ]; then
    mkdir -p "$PGDATA"
    if [ -e "$marker" ]; then
        find "$PGDATA" -mindepth 1 -maxdepth 1 ! -name .initialising -exec rm -rf {} +
    elif [ -n "$(ls -A "$PGDATA" | grep -v '^lost+found$')" ]; then
        echo "$PGDATA holds files but no PostgreSQL cluster: empty it or mount another volume" >&2
        exit 1
    fi
    : >"$marker"
    create_cluster
    mv "$PGDATA/new/PG_VERSION" "$PGDATA/new/.version"
    find "$PGDATA/new" -mindepth 1 -maxdepth 1 ! -name .version -exec mv {} "$PGDATA/" \;
    # Last, because this file is what says the cluster is whole.
    mv "$PGDATA/new/.version" "$PGDATA/PG_VERSION"
    rmdir "$PGDATA/new"
    rm -f "$marker"
    echo "database $database made for user $user"
fi
unset POSTGRES_PASSWORD
exec postgres -D "$PGDATA" "$@"
