#!/bin/sh
# mmdebstrap customize hook: arranges PostgreSQL $BASE_VERSION in $1 for one cluster in a volume.
set -eu
root=$1
bin=/usr/lib/postgresql/$BASE_VERSION/bin

install -m 0755 "$(dirname "$0")/postgres-entrypoint.sh" "$root/usr/local/bin/docker-entrypoint.sh"
for program in initdb pg_ctl pg_dump pg_isready pg_restore postgres psql; do
    ln -sf "$bin/$program" "$root/usr/local/bin/$program"
done
sed -i "s/^#\?listen_addresses *=.*/listen_addresses = '*'/" \
    "$root/usr/share/postgresql/$BASE_VERSION/postgresql.conf.sample"
# Compiling queries needs 150 MB of LLVM, which is left out; Debian's cluster tools need Perl, likewise.
printf '\njit = off\n' >>"$root/usr/share/postgresql/$BASE_VERSION/postgresql.conf.sample"
rm -rf "$root"/usr/share/postgresql/*/man "$root/usr/share/perl" "$root/usr/share/perl5" "$root"/usr/lib/*-linux-gnu/perl
install -d -m 0700 "$root/var/lib/postgresql/data"
find "$root/run" -mindepth 1 -maxdepth 1 ! -name lock ! -name postgresql -exec rm -rf {} +
# Whoever mounts a tmpfs here inherits the mode, not the owner.
install -d -m 3777 "$root/run/postgresql"
chroot "$root" chown -R postgres:postgres /var/lib/postgresql /run/postgresql
chroot "$root" postgres --version
