#!/bin/sh
# mmdebstrap customize hook: puts Node.js and npm of $BASE_PREFIX into $1/usr/local.
set -eu
root=$1
prefix=$BASE_PREFIX
local=$root/usr/local

install -D -m 0755 "$prefix/bin/node" "$local/bin/node"
if command -v strip >/dev/null; then
    strip --strip-unneeded "$local/bin/node"
fi
mkdir -p "$local/lib/node_modules"
# npm's own npmrc would carry the build machine's registry and settings along.
tar -C "$BASE_NPM" --create --exclude='./npmrc' --exclude='./docs' --exclude='./man' . |
    (mkdir -p "$local/lib/node_modules/npm" && tar -C "$local/lib/node_modules/npm" --extract --no-same-owner)
ln -sf ../lib/node_modules/npm/bin/npm-cli.js "$local/bin/npm"
ln -sf ../lib/node_modules/npm/bin/npx-cli.js "$local/bin/npx"
# Native modules are compiled against these; without them node-gyp goes to nodejs.org.
if [ -d "$prefix/include/node" ]; then
    mkdir -p "$local/include"
    tar -C "$prefix/include" --create --exclude='node/openssl' node |
        tar -C "$local/include" --extract --no-same-owner
fi
# What was unpacked under umask 077 would be for root alone, and no image runs as root.
chmod -R a+rX "$local"
chroot "$root" groupadd --gid 1000 node
chroot "$root" useradd --uid 1000 --gid node --create-home --shell /bin/sh node
chroot "$root" /usr/local/bin/node --version
chroot "$root" /usr/local/bin/npm --version
