"""The options that describe a stack, as the documentation fragment `stack` tells them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.contract.codec import from_plain
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.module_utils.contract.spec import StackSpec

STACK_SPEC: dict[str, Any] = {
    "project_dir": {"type": "str", "required": True},
    "services": {"type": "list", "elements": "str", "default": ["backend", "frontend"]},
    "env": {"type": "dict", "default": {}},
    "secrets": {"type": "dict", "default": {}, "no_log": True},
    "extra_env": {"type": "dict", "default": {}},
    "production": {"type": "bool", "default": False},
    "relaxed": {"type": "dict", "default": {}},
    "bind_address": {"type": "str", "default": "127.0.0.1"},
    "variables": {"type": "dict", "default": {}},
    "rotate": {"type": "list", "elements": "str", "default": []},
    "state_dir": {"type": "path", "default": "/var/lib/todo-stack"},
    "stack": {"type": "str", "default": ""},
    "release": {"type": "str", "default": ""},
    "keep_releases": {"type": "int", "default": 5},
    "spec": {"type": "str", "default": "", "no_log": True},
}
BACKUPS: dict[str, Any] = {
    "type": "dict",
    "default": {},
    "options": {
        "keep": {"type": "int", "default": 7},
        "recipient": {"type": "str", "default": ""},
        "identity": {"type": "str", "default": ""},
    },
}


def read_spec(params: Mapping[str, Any]) -> StackSpec:
    """Return the stack that the controller side of a module has sent."""
    if not params["spec"]:
        raise StackError(
            "the controller side of this module was left out",
            remedy="call it by its full name, as a task",
        )
    return from_plain(StackSpec, json.loads(params["spec"]))
