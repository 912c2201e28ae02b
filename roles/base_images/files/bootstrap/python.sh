#!/bin/sh
# mmdebstrap customize hook: puts the CPython of $BASE_PREFIX into $1/usr/local.
set -eu
root=$1
prefix=$BASE_PREFIX
version=$BASE_VERSION
local=$root/usr/local

# Of site-packages only pip comes along: a build machine's .pth files are its own business.
tar -C "$prefix" --create \
    --exclude='__pycache__' --exclude="lib/python$version/test" --exclude="lib/python$version/config-*" \
    --exclude="lib/python$version/idlelib" --exclude="lib/python$version/tkinter" \
    --exclude="lib/python$version/turtledemo" --exclude="lib/python$version/lib2to3" \
    --exclude="lib/python$version/lib-dynload/_tkinter*" --exclude="lib/python$version/lib-dynload/_test*" \
    --exclude="lib/python$version/site-packages" --exclude='lib/libpython*.a' \
    lib "include/python$version" "bin/python$version" |
    tar -C "$local" --extract --no-same-owner
site=lib/python$version/site-packages
mkdir -p "$local/$site"
(cd "$prefix/$site" && tar --create --exclude='__pycache__' pip pip-*.dist-info) |
    tar -C "$local/$site" --extract --no-same-owner

ln -sf "python$version" "$local/bin/python3"
ln -sf python3 "$local/bin/python"
for name in pip pip3; do
    printf '#!/bin/sh\nexec /usr/local/bin/python -m pip "$@"\n' >"$local/bin/$name"
    chmod 0755 "$local/bin/$name"
done
# Extensions compiled on this base must look for its headers and libraries, not the build machine's.
sed -i "s#$prefix#/usr/local#g" "$local/lib/python$version"/_sysconfigdata_*.py
if command -v strip >/dev/null; then
    find "$local" -type f \( -name '*.so' -o -name '*.so.*' -o -name "python$version" \) \
        -exec strip --strip-unneeded {} +
fi
# A prefix that was made under umask 077 would be for root alone, and no image runs as root.
chmod -R a+rX "$local"
chroot "$root" ldconfig
# A read-only root cannot cache bytecode later; hashes keep it valid whatever the timestamps.
chroot "$root" /usr/local/bin/python -m compileall -q -x site-packages --invalidation-mode unchecked-hash \
    "/usr/local/lib/python$version" >/dev/null
chroot "$root" /usr/local/bin/python -c 'import bz2, ctypes, lzma, readline, sqlite3, ssl, uuid, zlib'
chroot "$root" /usr/local/bin/python -m pip --version
