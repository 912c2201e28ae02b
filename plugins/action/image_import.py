"""Controller side of image_import: brings the archive to its host, says how much has gone."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from ansible.errors import AnsibleConnectionFailure, AnsibleError
from ansible.plugins.action import ActionBase
from ansible_collections.todo.stack.plugins.module_utils.build.shipment import summary
from ansible_collections.todo.stack.plugins.plugin_utils.build.transfer_watch import TransferWatch
from ansible_collections.todo.stack.plugins.plugin_utils.build.watched import host_prefix, watched

MODULE = "todo.stack.image_import"


class ActionModule(ActionBase):  # type: ignore[misc]  # Ansible ships no types
    """Has the archive on the host for as long as the module loads it."""

    def run(
        self, tmp: str | None = None, task_vars: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Return the images as the host has them now."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        args = self._task.args
        due, sent = args.get("due") or {}, args.get("shipment") or {}
        if not due or self._task.check_mode:
            would = f"would come from {args['builder']}: {', '.join(due)}" if due else ""
            return {**result, **_told(args, {}, would)}
        begun = time.monotonic()
        told = self._brought(args, sent, task_vars)
        if told.get("failed"):
            return {**result, **told}
        seconds = round(time.monotonic() - begun, 1)
        if "references" in sent:
            reason = f"{len(due)} of {args['builder']}'s images were pulled from the registry"
            took = {"seconds": seconds}
            self._display.display(f"  {host_prefix(task_vars)}{reason} in {seconds} s")
        else:
            reason = summary(len(due), int(sent["layers"]), args["builder"])
            took = {"seconds": seconds, "bytes": sent["bytes"]}
            megabytes = f"{int(sent['bytes']) / 1e6:.1f} MB in {seconds} s"
            self._display.display(f"  {host_prefix(task_vars)}{reason}, {megabytes}")
        return {**result, **_told(args, told["ids"], reason), **took}

    def _brought(
        self, args: Mapping[str, Any], sent: Mapping[str, Any], task_vars: dict[str, Any] | None
    ) -> dict[str, Any]:
        if "references" in sent:
            return watched(self, MODULE, args, task_vars)
        archive = str(sent["archive"])
        if self._connection.transport == "local":
            return watched(self, MODULE, {**args, "archive": archive}, task_vars)
        remote = self._make_tmp_path()
        try:
            target = self._connection._shell.join_path(remote, "images.tar")
            whole, prefix = int(sent["bytes"]), host_prefix(task_vars)
            with TransferWatch(self._connection, target, whole, prefix, here=False):
                self._transfer_file(archive, target)
            self._fixup_perms2([remote, target])
            return watched(self, MODULE, {**args, "archive": target}, task_vars)
        except AnsibleConnectionFailure:
            raise
        except AnsibleError as error:
            said = f"the images could not be brought to this host: {error}"
            remedy = "see that there is room in its temporary folder, run again"
            return {"failed": True, "changed": False, "msg": f"{said} -> {remedy}"}
        finally:
            self._remove_tmp_path(remote, force=True)


def _told(args: Mapping[str, Any], ids: Mapping[str, str], reason: str) -> dict[str, Any]:
    """Return the result: the builder's rows with what of them came here, and the IDs here."""
    due = args.get("due") or {}
    rows = []
    for row in args["built"]:
        name = row["content_image"]
        came = name in due
        why = f"built on {args['builder']}: {row['reason']}" if came else "it is here already"
        own = {"image_id": ids[name]} if name in ids else {}
        rows.append({**row, **own, "changed": came, "reason": why})
    return {"changed": bool(due), "images": rows, "reason": reason or "nothing came: all is here"}
