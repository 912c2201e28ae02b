"""How a stack does: a look against the release that runs, and what is measured beside it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.contract.spec import StackSpec
from ansible_collections.todo.stack.plugins.module_utils.contract.state import StateDir
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import DockerCli, at_once
from ansible_collections.todo.stack.plugins.module_utils.edge.files import read_text
from ansible_collections.todo.stack.plugins.module_utils.edge.state import as_it_is
from ansible_collections.todo.stack.plugins.module_utils.look.look import look
from ansible_collections.todo.stack.plugins.module_utils.look.observation import Seen
from ansible_collections.todo.stack.plugins.module_utils.look.releases import spec_or_none
from ansible_collections.todo.stack.plugins.module_utils.look.usage import Usage, usage_of


@dataclass(frozen=True)
class Status:
    """What was seen, without any value; ``spec`` is the stack of the release that runs.

    ``backup``: what is known of the last one, empty where there is none.
    """

    seen: Seen
    spec: StackSpec
    usage: tuple[Usage, ...] = ()
    backup: Mapping[str, Any] = field(default_factory=dict)


def status_of(docker: DockerCli, spec: StackSpec) -> Status:
    """Look at the stack of this name."""
    wanted = spec_or_none(spec)
    found: Any = at_once(partial(look, docker, wanted), partial(usage_of, docker, spec.name))
    looked, usage = found
    return Status(looked.seen, wanted.without_values(), usage, _backup(as_it_is(spec.state)))


def _backup(state: StateDir) -> Mapping[str, Any]:
    try:
        raw = json.loads(read_text(Path(state.backup)) or "")
    except (ValueError, RecursionError):
        return {}
    return raw if isinstance(raw, dict) else {}
