"""Trim installed packages for an image: `python trim.py FOLDER`.

Cuts off of shared libraries what lies behind everything a loader maps: symbols and debug
information, a quarter of all bytes here. binutils would do it too, but at the price of a Debian
mirror in every build. Removes the tests and sources that packages bring along.
"""

import shutil
import struct
import sys
from pathlib import Path

ELF_64_BIT_LITTLE_ENDIAN = b"\x7fELF\x02\x01"
SOURCES = ("*.c", "*.h", "*.pxd", "*.pyi", "*.pyx")


def trimmed(library: bytes) -> bytes:
    """Return an ELF library without its unmapped end; anything else as it is."""
    if not library.startswith(ELF_64_BIT_LITTLE_ENDIAN):
        return library
    (segments_at,) = struct.unpack_from("<Q", library, 32)
    size, count = struct.unpack_from("<HH", library, 54)
    mapped_end = segments_at + size * count
    for number in range(count):
        segment = segments_at + size * number
        (offset,) = struct.unpack_from("<Q", library, segment + 8)
        (length,) = struct.unpack_from("<Q", library, segment + 32)
        mapped_end = max(mapped_end, offset + length)
    kept = bytearray(library[:mapped_end])
    struct.pack_into("<Q", kept, 40, 0)  # where the table of sections was
    struct.pack_into("<HH", kept, 60, 0, 0)  # how many there were, and the one of their names
    return bytes(kept)


def main(folder: Path) -> None:
    """Trim every package below a folder."""
    for library in folder.rglob("*.so*"):
        library.write_bytes(trimmed(library.read_bytes()))
    for pattern in SOURCES:
        for source in folder.rglob(pattern):
            source.unlink()
    for tests in [*folder.rglob("tests")]:
        shutil.rmtree(tests)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
