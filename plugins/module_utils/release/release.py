"""Bring a host's stack to what is wanted: look, decide, carry out, record, under one lock."""

from __future__ import annotations

import json
import secrets as random_source
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.contract.audit import AuditEntry
from ansible_collections.todo.stack.plugins.module_utils.contract.codec import to_plain
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import (
    ProblemList,
    StackError,
)
from ansible_collections.todo.stack.plugins.module_utils.contract.masking import redactor
from ansible_collections.todo.stack.plugins.module_utils.contract.spec import StackSpec
from ansible_collections.todo.stack.plugins.module_utils.contract.state import StateDir, StateFiles
from ansible_collections.todo.stack.plugins.module_utils.decide.databases import restore_actions
from ansible_collections.todo.stack.plugins.module_utils.decide.expiry import secrets_since
from ansible_collections.todo.stack.plugins.module_utils.decide.going_back import (
    going_back_problems,
)
from ansible_collections.todo.stack.plugins.module_utils.decide.images import wanted_images
from ansible_collections.todo.stack.plugins.module_utils.decide.override import as_json, override
from ansible_collections.todo.stack.plugins.module_utils.decide.plan import (
    Action,
    Images,
    as_result,
    is_latest_ours,
    plan,
)
from ansible_collections.todo.stack.plugins.module_utils.decide.problems import (
    foreign_problems,
    image_problems,
    memory_problems,
    port_problems,
    volume_problems,
)
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import DockerCli
from ansible_collections.todo.stack.plugins.module_utils.edge.files import (
    PRIVATE_FILE,
    PRIVATE_FOLDER,
    ensure_mode,
    ensure_private_folder,
    move_aside,
    read_text,
    write_private,
)
from ansible_collections.todo.stack.plugins.module_utils.edge.process import (
    terminated_as_interrupted,
    uninterrupted,
)
from ansible_collections.todo.stack.plugins.module_utils.edge.progress import silence, tell
from ansible_collections.todo.stack.plugins.module_utils.edge.state import (
    adopt,
    forget_files,
    locked,
    modes,
    remember_contents,
)
from ansible_collections.todo.stack.plugins.module_utils.judge.fault import Expect
from ansible_collections.todo.stack.plugins.module_utils.judge.registry import judge
from ansible_collections.todo.stack.plugins.module_utils.look.environment import read_since
from ansible_collections.todo.stack.plugins.module_utils.look.look import Look, look
from ansible_collections.todo.stack.plugins.module_utils.look.releases import (
    kept_releases,
    wanted_spec,
)
from ansible_collections.todo.stack.plugins.module_utils.release.audit import Audit, audited
from ansible_collections.todo.stack.plugins.module_utils.release.backup import Keeping
from ansible_collections.todo.stack.plugins.module_utils.release.data import data_of
from ansible_collections.todo.stack.plugins.module_utils.release.gate import Gate, Trial
from ansible_collections.todo.stack.plugins.module_utils.release.record import (
    forget_images,
    keep_record,
    record,
    this_moment,
)
from ansible_collections.todo.stack.plugins.module_utils.release.restore import Wanted, named
from ansible_collections.todo.stack.plugins.module_utils.release.services import Services
from ansible_collections.todo.stack.plugins.module_utils.release.transaction import Transaction

LOCK_SECONDS = 60.0
_KEY_BYTES = 32


@dataclass(frozen=True)
class Order:
    """What is asked for: the stack, the images that were built for it, and who asks.

    ``rows``: those that M(todo.stack.image_build) returned. ``since``: the release that the
    controller has looked at; another one means that somebody was faster. ``keeping``: how backups
    are kept. ``restore``: the backup that a database's data is to be.
    """

    spec: StackSpec
    rows: tuple[Mapping[str, Any], ...]
    since: int
    by: str
    commit: str = ""
    progress_file: Path | None = None
    keeping: Keeping = field(default_factory=Keeping)
    restore: Wanted | None = None


@dataclass(frozen=True)
class Outcome:
    """What a release of ``spec`` has done, and the host as it was seen at the end."""

    changed: bool
    actions: tuple[Action, ...]
    looked: Look
    number: int
    spec: StackSpec

    def as_result(self) -> dict[str, Any]:
        """Return the module's result."""
        return {
            **as_result(self.actions),
            "changed": self.changed,
            "release": self.number,
            "seen": json.dumps(to_plain(self.looked.seen)),
        }


def release(docker: DockerCli, order: Order, expect: Expect) -> Outcome:
    """Return what was done; raise StackError with the evidence, and the version before serving."""
    state = order.spec.state
    ensure_private_folder(Path(state.root))
    ensure_private_folder(Path(state.folder))
    with locked(state, order.by, LOCK_SECONDS), terminated_as_interrupted():
        adopt(state)
        with audited(state, _entry(order)) as audit:
            return _released(docker, order, expect, audit)


def _released(docker: DockerCli, order: Order, expect: Expect, audit: Audit) -> Outcome:
    order = replace(order, spec=wanted_spec(order.spec))
    looked = look(docker, order.spec)
    _refuse_overtaken(order, looked)
    if order.restore is not None:
        order = replace(order, restore=named(order.restore, order.spec, looked.seen))
    images = wanted_images(looked.seen, order.spec.contracts, order.rows)
    actions = _actions(order, looked, images)
    number = looked.seen.release.number
    if not actions:
        return Outcome(False, (), looked, number, order.spec)
    _refuse(order, looked, actions, images)
    back_to = [f"to release {order.spec.release}"] if order.spec.release else []
    detail = [*back_to, *order.spec.rotate, *(action.line() for action in actions)]
    audit.begins(number + 1, "; ".join(detail))
    return _Release(docker, order, expect, looked, actions, images).run()


def _entry(order: Order) -> AuditEntry:
    kinds = {
        "restore": order.restore is not None,
        "rollback": bool(order.spec.release),
        "rotation": bool(order.spec.rotate),
        "release": True,
    }
    what = next(kind for kind, is_it in kinds.items() if is_it)
    # A restore makes nothing of the checkout.
    return AuditEntry(what, order.by, commit="" if order.restore else order.commit)


def _actions(order: Order, looked: Look, images: Images) -> tuple[Action, ...]:
    if order.restore is not None:
        return restore_actions(looked.seen, order.spec.contracts, order.restore.name)
    return plan(looked.seen, order.spec.contracts, images)


def _refuse_overtaken(order: Order, looked: Look) -> None:
    now = looked.seen.release
    if now.number != order.since:
        raise StackError(
            f"another run has released {now.number} in the meantime: {now.by or 'unknown'}",
            remedy="nothing was changed; run again if this run is to win",
        )


def _refuse(order: Order, looked: Look, actions: Sequence[Action], images: Images) -> None:
    problems = [
        *foreign_problems(looked.seen),
        *volume_problems(looked.seen),
        *port_problems(looked.seen.ports, order.spec.bind_address),
        *going_back_problems(looked.seen, order.spec.contracts),
        *memory_problems(looked.seen, actions),
        *([] if looked.seen.wanted else image_problems(images)),
    ]
    if problems:
        raise ProblemList(problems)


@dataclass
class _Release:
    """One release on its way: its files, its transaction, its record."""

    docker: DockerCli
    order: Order
    expect: Expect
    looked: Look
    actions: tuple[Action, ...]
    images: Images
    began: str = field(default_factory=this_moment)
    begun: float = 0.0

    @property
    def state(self) -> StateDir:
        return self.order.spec.state

    def run(self) -> Outcome:
        self.begun = time.monotonic()
        number = self.looked.seen.release.number + 1
        files = self._render(number)
        redact = redactor(self.looked.rendered.hidden(self.order.spec.contracts))
        transaction = Transaction(
            Services(self.docker, self.order.spec, Gate(self.expect, self._tell, redact)),
            looked=self.looked,
            actions=self.actions,
            new=files,
            data=data_of(
                self.order.spec,
                self.looked.seen,
                self.actions,
                self.order.keeping,
                self.order.restore,
            ),
        )
        try:
            transaction.carry_out()
        except BaseException as error:
            if isinstance(error, ProblemList):
                self._forget_secrets()
            self._forget_failed()
            raise
        finally:
            silence(self.order.progress_file)
        try:
            with uninterrupted():  # what runs and what is recorded must be one
                self._keep(files)
                self._remove_leftovers()
                return self._recorded(number)
        except Exception as error:
            what = redact(error.what) if isinstance(error, StackError) else type(error).__name__
            raise StackError(
                f"the new version runs, but its release could not be recorded: {what}",
                remedy="mend the cause and run again",
                changed=True,
            ) from None

    def _forget_failed(self) -> None:
        """Remove what was made for a release that failed; why it failed is told all the same."""
        failed = [image.reference for image in self.images.values()]
        with suppress(StackError, OSError):
            forget_files(self.state)
            forget_images(self.docker, self.order.spec, self.looked.rendered.pins, failed)

    def _forget_secrets(self) -> None:
        """Keep no secret that an image has refused: the next run draws others."""
        with suppress(StackError, OSError):
            if self.looked.rendered.kept:
                write_private(Path(self.state.secrets), as_json(self.looked.rendered.kept))
            else:
                Path(self.state.secrets).unlink(missing_ok=True)

    def _render(self, number: int) -> StateFiles:
        """Write the files of the release, and secrets that were not there before."""
        rendered, files = self.looked.rendered, self.state.of_release(number)
        path = Path(self.state.secrets)
        if rendered.damaged:
            move_aside(path)
        if not self.order.spec.rotate:
            self._write_secrets()
        pins = {name: image.reference for name, image in self.images.items()}
        for folder in (Path(self.state.releases), Path(files.definition).parent):
            ensure_private_folder(folder)
        write_private(Path(files.definition), self.order.spec.definition)
        off = rendered.resolution.switched_off
        write_private(Path(files.environment), override(rendered.values, pins, off))
        kept = to_plain(self.order.spec.without_values())
        write_private(Path(self.state.spec_of_release(number)), as_json(kept))
        return files

    def _write_secrets(self) -> None:
        path, kept = Path(self.state.secrets), self.looked.rendered.resolution.kept
        text = as_json(kept)
        if kept and read_text(path) != text:
            write_private(path, text)

    def _write_since(self) -> None:
        rendered, path = self.looked.rendered, Path(self.state.secrets_since)
        known = read_since(self.state)
        since = secrets_since(
            self.order.spec.contracts, known, rendered.current, rendered.values, this_moment()
        )
        if since != known:
            write_private(path, as_json(since))

    def _keep(self, files: StateFiles) -> None:
        """Let the release's files be the current ones."""
        current = self.state.current
        self._write_since()  # before the values by which it is known which ones are others
        write_private(Path(current.environment), read_text(Path(files.environment)) or "")
        write_private(Path(current.definition), read_text(Path(files.definition)) or "")
        self._write_secrets()
        for path in Path(self.state.folder).rglob("*"):
            ensure_mode(path, PRIVATE_FOLDER if path.is_dir() else PRIVATE_FILE)

    def _remove_leftovers(self) -> None:
        """Take away what is no longer wanted: containers, and the name that is not `latest` now."""
        due = {action.service for action in self.actions if action.action == "remove"}
        wanted = {service.name for service in self.looked.seen.services}
        gone = [
            one.id
            for one in self.looked.seen.containers
            if one.service in due
            and (one.is_candidate(self.order.spec.name) or one.service not in wanted)
        ]
        self.docker.remove_containers(gone)
        for contract in self.order.spec.contracts:
            image = self.images.get(contract.service)
            if image and contract.build and is_latest_ours(self.looked.seen, contract):
                self.docker.tag(image.id, f"{contract.image}:latest")

    def _recorded(self, number: int) -> Outcome:
        """Look again, judge, and write the record, which makes it the release that runs."""
        key = Path(self.state.fingerprint_key)
        if not (read_text(key) or "").strip():
            write_private(key, random_source.token_bytes(_KEY_BYTES).hex() + "\n")
        # What was made anew is not to be made again.
        spec = replace(self.order.spec, rotate=())
        looked = look(self.docker, spec)
        own = [c for c in looked.seen.containers if c.pid and spec.own_contract(c.service)]
        remember_contents(self.state, {one.image_id: one.contents for one in own})
        checks = judge(
            spec.contracts,
            looked.seen,
            bind_address=spec.bind_address,
            relaxed=spec.relaxed,
            expect=self.expect,
        )
        told = {
            **record(number, spec, looked, self.images, checks),
            "by": self.order.by,
            # A restore brings data; what runs was made from what it was made from before.
            "commit": self.looked.seen.release.commit if self.order.restore else self.order.commit,
            "began": self.began,
            "rollout_seconds": round(time.monotonic() - self.begun, 1),
            "reasons": [action.line() for action in self.actions],
        }
        keep_record(self.state, number, told, self.looked.seen, spec.keep_releases)
        forget_images(self.docker, spec, self.looked.rendered.pins)
        # What was just written is part of what is seen.
        releases = kept_releases(self.state)
        seen = replace(
            looked.seen, release=releases[-1], releases=releases, modes=modes(self.state)
        )
        return Outcome(True, self.actions, replace(looked, seen=seen), number, spec)

    def _tell(self, trials: Sequence[Trial]) -> None:
        """Say what is waited for, to whoever watches."""
        now = time.time()
        steps = [
            {"target": one.service, "step": one.why, "started": now - one.waited_seconds}
            for one in trials
        ]
        tell(self.order.progress_file, steps)
