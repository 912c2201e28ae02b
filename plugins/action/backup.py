"""Controller side of backup: has the host make and prove it, and fetches it piece by piece."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ansible.plugins.action import ActionBase
from ansible_collections.todo.stack.plugins.module_utils.contract.codec import from_plain
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import Problem
from ansible_collections.todo.stack.plugins.module_utils.decide.databases import databases
from ansible_collections.todo.stack.plugins.module_utils.look.observation import Seen
from ansible_collections.todo.stack.plugins.plugin_utils.base_folder import base_folder
from ansible_collections.todo.stack.plugins.plugin_utils.contract.arguments import (
    judged,
    option_problems,
    refusal,
)
from ansible_collections.todo.stack.plugins.plugin_utils.contract.stack_spec import typed_contracts
from ansible_collections.todo.stack.plugins.plugin_utils.this_user import this_user

MODULE = "todo.stack.backup"
OPTIONS = ("contracts", "seen", "state_dir", "name", "drill", "fetch_dir", "backups")


class ActionModule(ActionBase):  # type: ignore[misc]  # Ansible ships no types
    """Refuses here what is no database of the stack; fetches without a file whole in memory."""

    def run(
        self, tmp: str | None = None, task_vars: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Return the backups that were made or proven."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        args = self._task.args
        if wrong := option_problems(args, OPTIONS, ["contracts", "seen"]):
            return {**result, **refusal(wrong)}
        if problems := judged(lambda: _foreign(args)):
            return {**result, **refusal(problems)}
        order = {name: one for name, one in args.items() if name != "fetch_dir"}
        order["by"] = this_user()
        if not args.get("fetch_dir") or self._task.check_mode:
            return {**result, **self._execute_module(MODULE, order, task_vars=task_vars)}
        host = str((task_vars or {}).get("inventory_hostname", "localhost"))
        folder = base_folder(self._loader) / str(args["fetch_dir"]) / host
        return {**result, **self._fetched(order, folder, task_vars)}

    def _fetched(
        self, order: dict[str, Any], folder: Path, task_vars: dict[str, Any] | None
    ) -> dict[str, Any]:
        remote = self._make_tmp_path()
        try:
            told: dict[str, Any] = self._execute_module(
                MODULE, {**order, "fetch_to": remote}, task_vars=task_vars
            )
            if told.get("failed"):
                return told
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(0o700)
            names = [n for one in told["backups"] for n in (one["file"], f"{one['name']}.json")]
            for name in map(_plain, names):
                self._fetch(self._connection._shell.join_path(remote, name), folder / name)
            return {**told, "fetched": [str(folder / _plain(name)) for name in names]}
        finally:
            self._remove_tmp_path(remote, force=True)

    def _fetch(self, source: str, target: Path) -> None:
        """Have the file here, private from its first moment, under its name once it is whole."""
        fresh = target.with_name(f".{target.name}.new")
        try:
            fresh.unlink(missing_ok=True)
            fresh.touch(mode=0o600)
            self._connection.fetch_file(source, str(fresh))
            fresh.chmod(0o600)
            fresh.replace(target)
        finally:
            fresh.unlink(missing_ok=True)


def _plain(name: str) -> str:
    """Return the name of a file that a host has told, wherever it says that it lies."""
    return Path(name).name


def _foreign(args: Mapping[str, Any]) -> list[Problem]:
    """Raise ProblemList where no database is the stack's own."""
    databases(typed_contracts(args["contracts"]), from_plain(Seen, json.loads(args["seen"])))
    return []
