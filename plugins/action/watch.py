"""Controller side of watch: packs what verifies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ansible.plugins.action import ActionBase
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import Problem
from ansible_collections.todo.stack.plugins.plugin_utils.contract.arguments import (
    judged,
    option_problems,
    refusal,
)
from ansible_collections.todo.stack.plugins.plugin_utils.judge.watcher import packed_watcher
from ansible_collections.todo.stack.plugins.plugin_utils.unreached import explained

MODULE = "todo.stack.watch"
OPTIONS = ("stack", "state_dir", "minutes", "command", "url", "state")


class ActionModule(ActionBase):  # type: ignore[misc]  # Ansible ships no types
    """Sends the host what it needs to verify its stack by itself."""

    def run(
        self, tmp: str | None = None, task_vars: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Return whether anything changed."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        args = self._task.args
        problems = option_problems(args, OPTIONS, ["stack"])
        if problems := problems or judged(lambda: [*_problems(args)]):
            return {**result, **refusal(problems)}
        packed = {} if args.get("state") == "absent" else {"archive": packed_watcher()}
        told = self._execute_module(MODULE, {**args, **packed}, task_vars=task_vars)
        return {**result, **explained(told)}


def _problems(args: Mapping[str, Any]) -> Iterator[Problem]:
    url = str(args.get("url") or "")
    if url and not url.startswith(("http://", "https://")):
        yield Problem("is no address of http or https", "stack_watch_url")
    if not isinstance(args.get("command") or [], list):
        remedy = "give the program and its arguments as a list"
        yield Problem("is no list", "stack_watch_command", remedy)
    minutes = str(args.get("minutes", 5))
    if not minutes.isdecimal() or int(minutes) < 1:
        yield Problem("must be 1 or more", "stack_watch_minutes")
