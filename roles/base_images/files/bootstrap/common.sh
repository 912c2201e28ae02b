#!/bin/sh
# mmdebstrap customize hook: $1 is the root of the base under construction.
set -eu
root=$1

find "$root/var/log" "$root/var/cache" -type f -delete
rm -rf "$root/usr/share/locale" "$root/usr/share/man" "$root/usr/share/info" "$root/usr/share/lintian"
rm -f "$root/etc/machine-id" "$root/var/lib/dbus/machine-id"
# The container runtime provides these; the build machine's own must not stay behind.
rm -f "$root/etc/resolv.conf" "$root/etc/hostname"
# An image is built without a service manager: packages installed in it start nothing.
printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
chmod 0755 "$root/usr/sbin/policy-rc.d"
