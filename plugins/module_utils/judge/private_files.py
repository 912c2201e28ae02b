"""The stack's own files on the host: whether anybody else may look into them."""

from __future__ import annotations

from ansible_collections.todo.stack.plugins.module_utils.judge.check import BUILD_REMEDY, Finding
from ansible_collections.todo.stack.plugins.module_utils.judge.subject import Subject

LIMIT = "folder 0700, files 0600"


def private_files(subject: Subject) -> Finding:
    """Return whether nothing in the stack's state folder is open to others than its owner."""
    modes = subject.seen.modes
    open_ones = {name: mode for name, mode in modes.items() if mode & 0o077}
    if not modes:
        fault = f"the stack {subject.seen.stack} has no state folder; {BUILD_REMEDY}"
        return Finding("no folder", LIMIT, fault)
    told = [f"{name or 'the state folder'} is {mode:04o}" for name, mode in open_ones.items()]
    fault = "; ".join([", ".join(told), BUILD_REMEDY]) if told else ""
    return Finding(f"{len(modes) - len(open_ones)} of {len(modes)} private", LIMIT, fault)
