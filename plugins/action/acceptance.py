"""Controller side of acceptance: judge `expect`, show the table, write the artifacts, fail."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase
from ansible.utils.color import stringc
from ansible.utils.display import Display
from ansible_collections.todo.stack.plugins.plugin_utils.judge.check_table import (
    check_table,
    marks_for,
)
from ansible_collections.todo.stack.plugins.plugin_utils.judge.report import (
    acceptance,
    artifacts_folder,
    write_artifacts,
)
from ansible_collections.todo.stack.plugins.plugin_utils.judge.verdict import (
    failed_ids,
    failure,
    patience_seconds,
    with_expectations,
)
from ansible_collections.todo.stack.plugins.plugin_utils.this_play import this_play

MODULE = "todo.stack.acceptance"
PAUSE_SECONDS = 1.0
COLOURS = {True: "green", False: "red"}


class ActionModule(ActionBase):  # type: ignore[misc]  # Ansible ships no types
    """Runs the module, once or until the services had their time, and tells what it found."""

    def run(
        self, tmp: str | None = None, task_vars: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Return the module's result with the controller's verdict."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        host = str((task_vars or {}).get("inventory_hostname", "localhost"))
        seen = self._observed(task_vars)
        if seen.get("failed") or seen.get("unreachable") or "checks" not in seen:
            return {**result, **seen}
        content = acceptance(host, seen["checks"], seen["images"])
        self._show(host, content)
        written = [] if self._task.check_mode else self._write(host, content)
        return {**result, **self._verdict(host, content, written)}

    def _observed(self, task_vars: dict[str, Any] | None) -> dict[str, Any]:
        """Run the module until it passes or nothing is left to wait for."""
        args = {**self._task.args, "play": this_play()}
        contracts = args.get("contracts") or []
        wait, started = boolean(args.get("wait", False)), time.monotonic()
        while True:
            seen: dict[str, Any] = self._execute_module(MODULE, args, task_vars=task_vars)
            if "checks" not in seen:
                return seen
            seen["checks"] = with_expectations(seen["checks"], contracts, seen.pop("bodies"))
            patience = patience_seconds(contracts, seen["checks"]) if wait else 0.0
            if time.monotonic() - started >= patience:
                return seen
            time.sleep(PAUSE_SECONDS)

    def _show(self, host: str, content: Mapping[str, Any]) -> None:
        marks = marks_for(getattr(sys.__stdout__, "encoding", None))
        lines = check_table(host, content["checks"], marks)
        coloured = [
            line.text if line.good is None else stringc(line.text, COLOURS[line.good])
            for line in lines
        ]
        # In one piece: the tables of hosts that end together must not mix.
        Display().display("\n".join(coloured), screen_only=True)
        Display().display("\n".join(line.text for line in lines), log_only=True)

    def _write(self, host: str, content: Mapping[str, Any]) -> list[str]:
        base = Path(self._loader.get_basedir()) / self._task.args["artifacts_dir"]
        when = datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC")
        folder = artifacts_folder(base, host)
        return [str(path) for path in write_artifacts(folder, content, when)]

    def _verdict(self, host: str, content: Mapping[str, Any], written: list[str]) -> dict[str, Any]:
        checks, failed = content["checks"], failed_ids(content["checks"])
        verdict = {
            "changed": False,
            "passed": content["passed"],
            "failed_checks": failed,
            "artifacts": written,
        }
        if failed and boolean(self._task.args.get("enforce", True)):
            # The rows would push the message off the screen: they are in the artifact.
            message = failure(host, checks, written[-1] if written else "")
            return {**verdict, "failed": True, "msg": message}
        return {**verdict, "checks": checks, "images": content["images"]}
