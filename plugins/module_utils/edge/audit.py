"""The file of a stack's audit log: a line of JSON each, and nothing but appended to."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

from ansible_collections.todo.stack.plugins.module_utils.contract.audit import AuditEntry
from ansible_collections.todo.stack.plugins.module_utils.contract.codec import from_plain, to_plain
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.module_utils.contract.state import StateDir
from ansible_collections.todo.stack.plugins.module_utils.edge.files import (
    PRIVATE_FILE,
    read_text,
)


def append_entry(state: StateDir, entry: AuditEntry) -> None:
    """Append one line, mode 0600, and have it on the disk; raise StackError if that fails."""
    line = json.dumps(to_plain(entry)).encode() + b"\n"
    try:
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
        descriptor = os.open(state.audit, flags, PRIVATE_FILE)
        try:
            os.fchmod(descriptor, PRIVATE_FILE)
            size = os.fstat(descriptor).st_size
            # A line that the power has torn must not take this one with it.
            torn = size and os.pread(descriptor, 1, size - 1) != b"\n"
            os.write(descriptor, b"\n" + line if torn else line)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        remedy = "see what lies there and whether the disk is full"
        raise StackError(reason, where=state.audit, remedy=remedy) from None


def read_entries(state: StateDir) -> list[AuditEntry]:
    """Return the stack's entries, the oldest first; a line that is none is left out."""
    found = [_read(line) for line in (read_text(Path(state.audit)) or "").splitlines()]
    return [one for one in found if one is not None]


def _read(line: str) -> AuditEntry | None:
    try:
        raw = json.loads(line)
        return from_plain(AuditEntry, raw) if isinstance(raw, Mapping) else None
    except (ValueError, TypeError, RecursionError, StackError):
        return None
