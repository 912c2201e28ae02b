"""Says who builds the images for a host, from what was seen of all; all of it on the controller."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.plugins.action import ActionBase
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.modules.builder_info import ARGUMENT_SPEC
from ansible_collections.todo.stack.plugins.plugin_utils.build.who_builds import (
    Looked,
    choose,
)


class ActionModule(ActionBase):  # type: ignore[misc]  # Ansible ships no types
    """Chooses the builder of the host that it runs for."""

    def run(
        self, tmp: str | None = None, task_vars: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Return who builds for this host, and why."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        _, options = self.validate_argument_spec(ARGUMENT_SPEC)
        told: Mapping[str, Any] = task_vars or {}
        host, wish = str(told["inventory_hostname"]), str(options["builder"])

        def seen(name: str) -> Looked | None:
            # Only what decides: the rest of a host's variables may not be defined.
            one = told["hostvars"][name]
            return looked(name, one.get("stack_look"), wish if name == host else _wish(one))

        me = seen(host)
        alive = filter(None, map(seen, told["ansible_play_hosts"]))
        if me is None:
            said = "this host was not looked at: run todo.stack.look before, as stack_look"
            return {**result, "failed": True, "msg": said}
        try:
            found = choose(me, alive, told["ansible_play_batch"], told["groups"]["all"])
        except StackError as error:
            return {**result, "failed": True, "msg": str(error)}
        away = found.lead == host and found.builder != host
        return {
            **result,
            "changed": False,
            "builder": found.builder,
            "lead": found.lead,
            "reason": found.reason,
            **({"delegate": found.builder} if away else {}),
        }


def _wish(variables: Mapping[str, Any]) -> str:
    return str(variables.get("images_builder") or "")


def looked(name: str, look: Mapping[str, Any] | None, wish: str) -> Looked | None:
    """Return what was seen of a host, None where the look was refused or never came about."""
    if not look or "seen" not in look:
        return None
    engine = look.get("engine") or {}
    return Looked(
        name,
        engine=bool(engine.get("running")),
        architecture=str(engine.get("server_arch") or ""),
        wish=wish,
        project=[look.get("stack"), [one.get("build") for one in look.get("contracts") or ()]],
    )
