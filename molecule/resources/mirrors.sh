#!/bin/sh
# Has apt take its mirrors from files, as Debian's cloud images do; $1 is the host's release.
set -eu
cd /etc/apt
keyring=$(sed -n 's/.*signed-by=\([^]]*\)].*/\1/p' sources.list | head -n 1)
mkdir mirrors
stanza() {
  name=$1; shift
  sed -n "s/^deb .*\] \([^ ]*\) $1 .*/\1/p" sources.list >"mirrors/$name.list"
  printf 'Types: deb\nURIs: mirror+file:///etc/apt/mirrors/%s.list\nSuites: %s\nComponents: main\nSigned-By: %s\n\n' \
    "$name" "$*" "$keyring" >>sources.list.d/debian.sources
}
stanza debian "$1" "$1-updates"
stanza debian-security "$1-security"
rm sources.list
