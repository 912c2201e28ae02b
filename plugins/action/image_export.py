"""Controller side of image_export: makes each archive once in a play, and has it here."""

from __future__ import annotations

import fcntl
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ansible import constants as C  # noqa: N812 - as Ansible itself calls it
from ansible.errors import AnsibleError
from ansible.plugins.action import ActionBase
from ansible_collections.todo.stack.plugins.module_utils.build.shipment import (
    Offered,
    missing_layers,
)
from ansible_collections.todo.stack.plugins.module_utils.contract.codec import from_plain
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.module_utils.edge.pipes import digest
from ansible_collections.todo.stack.plugins.plugin_utils.build.transfer_watch import TransferWatch
from ansible_collections.todo.stack.plugins.plugin_utils.build.watched import host_prefix, watched

MODULE = "todo.stack.image_export"
DESCRIBE = "todo.stack.image_layers_info"


class ActionModule(ActionBase):  # type: ignore[misc]  # Ansible ships no types
    """Runs for each host that lacks something, on the connection of the host that built it.

    Ansible removes the folder that the archives lie in when the play ends, however it does.
    """

    def run(
        self, tmp: str | None = None, task_vars: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Return where the archive lies, and what is in it."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        if self._task.check_mode:
            return {**result, "changed": False, "skipped": True}
        spool = Path(C.DEFAULT_LOCAL_TMP) / "todo-images"
        spool.mkdir(mode=0o700, exist_ok=True)
        try:
            return {**result, "changed": False, **self._shipment(spool, task_vars)}
        except StackError as error:
            return {**result, "failed": True, "changed": False, "msg": str(error), **error.details}
        except OSError as error:
            reason = (error.strerror or type(error).__name__).lower()
            return {**result, "failed": True, "msg": f"{spool} on the controller: {reason}"}

    def _shipment(self, spool: Path, task_vars: dict[str, Any] | None) -> dict[str, Any]:
        args = self._task.args
        images: Mapping[str, str] = args["images"]
        offer = once(
            spool, [images, args.get("stack")], lambda _: self._described(images, task_vars)
        )
        if registry := args.get("registry"):
            order = {"images": images, "registry": registry}
            pushed = once(spool, [order], lambda _: self._pushed(order, task_vars))
            return {**pushed, "images": offer["images"], "builds": offer["builds"]}
        layers = missing_layers(
            [from_plain(Offered, one) for one in offer["images"]], set(args.get("chains") or ())
        )
        made = once(
            spool, [images, layers], lambda target: self._exported(layers, target, task_vars)
        )
        return {**made, "layers": len(layers), "images": offer["images"], "builds": offer["builds"]}

    def _described(
        self, images: Mapping[str, str], task_vars: dict[str, Any] | None
    ) -> dict[str, Any]:
        given = self._task.args
        args = {key: given[key] for key in ("stack", "state_dir") if key in given}
        told = _well(
            self._execute_module(DESCRIBE, {**args, "names": list(images)}, task_vars=task_vars)
        )
        there = {one["name"]: one["image_id"] for one in told["images"]}
        if gone := sorted(name for name in images if there.get(name) != images[name]):
            raise StackError(
                f"the builder's images are no longer those that were built: {', '.join(gone)}",
                remedy="another play may have built meanwhile: run again",
            )
        return {key: told[key] for key in ("images", "builds")}

    def _pushed(self, order: Mapping[str, Any], task_vars: dict[str, Any] | None) -> dict[str, Any]:
        return {"references": _well(watched(self, MODULE, order, task_vars))["references"]}

    def _exported(
        self, layers: Sequence[str], target: Path, task_vars: dict[str, Any] | None
    ) -> dict[str, Any]:
        order = {"images": self._task.args["images"], "layers": list(layers)}
        if self._connection.transport == "local":
            return self._written({**order, "archive": str(target)}, target, task_vars)
        remote = self._make_tmp_path()
        try:
            source = self._connection._shell.join_path(remote, "images.tar")
            told = _well(watched(self, MODULE, {**order, "archive": source}, task_vars))
            prefix = host_prefix(task_vars)
            with TransferWatch(self._connection, str(target), told["bytes"], prefix, here=True):
                self._connection.fetch_file(source, str(target))
        except AnsibleError as error:
            what = f"the images could not be fetched from their builder: {error}"
            remedy = "see that there is room on the controller, run again"
            raise StackError(what, remedy=remedy) from None
        finally:
            self._remove_tmp_path(remote, force=True)
        if digest(target) != told["sha256"]:
            what = "the images did not come from their builder as they were sent"
            raise StackError(what, remedy="run again")
        return _shown(told, target)

    def _written(
        self, order: Mapping[str, Any], target: Path, task_vars: dict[str, Any] | None
    ) -> dict[str, Any]:
        return _shown(_well(watched(self, MODULE, order, task_vars)), target)


def once(spool: Path, key: Sequence[Any], make: Callable[[Path], dict[str, Any]]) -> dict[str, Any]:
    """Return what ``make`` returns for this key, made by the first process of the play that asks.

    It is given the file that it may write. One that fails leaves nothing, and the next one tries.
    """
    name = hashlib.sha256(json.dumps(key, sort_keys=True).encode()).hexdigest()[:16]
    kept, target = spool / f"{name}.json", spool / f"{name}.tar"
    with _alone(spool / f"{name}.lock"):
        if kept.is_file():
            found: dict[str, Any] = json.loads(kept.read_text())
            return found
        try:
            made = make(target)
        except BaseException:
            target.unlink(missing_ok=True)
            raise
        kept.write_text(json.dumps(made))
        return made


@contextmanager
def _alone(file: Path) -> Iterator[None]:
    with file.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def _well(told: dict[str, Any]) -> dict[str, Any]:
    if told.get("failed"):
        raise StackError(str(told.get("msg") or "the builder failed"))
    return told


def _shown(told: Mapping[str, Any], target: Path) -> dict[str, Any]:
    kept = {key: told[key] for key in ("bytes", "sha256", "image_ids")}
    return {"archive": str(target), **kept}
