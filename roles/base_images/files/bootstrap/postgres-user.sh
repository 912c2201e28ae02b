#!/bin/sh
# mmdebstrap essential hook: the package takes over an existing user, so its numeric id is fixed here.
# Written by hand because useradd is not unpacked this early.
set -eu
root=$1
echo 'postgres:x:999:' >>"$root/etc/group"
echo 'postgres:x:999:999:PostgreSQL:/var/lib/postgresql:/bin/sh' >>"$root/etc/passwd"
mkdir -p "$root/etc/postgresql-common"
echo 'create_main_cluster = false' >"$root/etc/postgresql-common/createcluster.conf"
