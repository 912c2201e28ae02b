"""Libraries still load when what no loader maps is cut off."""

import ctypes
import os
from pathlib import Path

import pydantic_core._pydantic_core as core
from asyncpg.protocol import protocol

from trim import trimmed


def test_a_trimmed_library_is_smaller_and_loads() -> None:
    for module in (protocol, core):
        library = Path(str(module.__file__))
        whole = library.read_bytes()
        small = trimmed(whole)
        assert len(small) < len(whole)
        assert trimmed(small) == small
        # In memory: nothing on the temporary file system may be executed.
        memory = os.memfd_create("library")
        os.write(memory, small)
        ctypes.CDLL(f"/proc/self/fd/{memory}")


def test_what_is_no_library_stays_as_it_is() -> None:
    for content in (b"", b"INPUT(libc.so.6)", b"\x7fELF\x01\x01" + bytes(60)):
        assert trimmed(content) == content
