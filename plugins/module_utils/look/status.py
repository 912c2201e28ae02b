"""How a stack does: a look against the release that runs, and what is measured beside it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.contract.audit import (
    AuditEntry,
    settled,
)
from ansible_collections.todo.stack.plugins.module_utils.contract.backup import Backup
from ansible_collections.todo.stack.plugins.module_utils.contract.spec import StackSpec
from ansible_collections.todo.stack.plugins.module_utils.edge.audit import read_entries
from ansible_collections.todo.stack.plugins.module_utils.edge.backups import read_backups
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import DockerCli, at_once
from ansible_collections.todo.stack.plugins.module_utils.edge.state import as_it_is
from ansible_collections.todo.stack.plugins.module_utils.look.look import look
from ansible_collections.todo.stack.plugins.module_utils.look.observation import Seen
from ansible_collections.todo.stack.plugins.module_utils.look.releases import spec_or_none
from ansible_collections.todo.stack.plugins.module_utils.look.usage import Usage, usage_of

_AUDIT_SHOWN = 3


@dataclass(frozen=True)
class Status:
    """What was seen, without any value; ``spec`` is the stack of the release that runs.

    ``backups``: the newest first, without what their tables hold. ``audit``: what was done last,
    the newest first.
    """

    seen: Seen
    spec: StackSpec
    usage: tuple[Usage, ...] = ()
    backups: tuple[Backup, ...] = ()
    audit: tuple[AuditEntry, ...] = ()


def status_of(docker: DockerCli, spec: StackSpec) -> Status:
    """Look at the stack of this name."""
    wanted = spec_or_none(spec)
    found: Any = at_once(partial(look, docker, wanted), partial(usage_of, docker, spec.name))
    looked, usage = found
    state = as_it_is(spec.state)
    return Status(
        looked.seen,
        wanted.without_values(),
        usage,
        backups=tuple(
            replace(one, holding=replace(one.holding, tables={})) for one in read_backups(state)
        ),
        audit=tuple([*settled(read_entries(state))][: -_AUDIT_SHOWN - 1 : -1]),
    )
