"""A release as one transaction: all of it holds, or the version before serves on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.contract.errors import (
    Problem,
    ProblemList,
    StackError,
)
from ansible_collections.todo.stack.plugins.module_utils.contract.labels import candidate_name
from ansible_collections.todo.stack.plugins.module_utils.contract.masking import Redact
from ansible_collections.todo.stack.plugins.module_utils.contract.spec import StackSpec
from ansible_collections.todo.stack.plugins.module_utils.contract.state import StateFiles
from ansible_collections.todo.stack.plugins.module_utils.decide.plan import Action
from ansible_collections.todo.stack.plugins.module_utils.decide.resolution import EMBEDDED_PASSWORD
from ansible_collections.todo.stack.plugins.module_utils.edge.compose import Compose
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import DockerCli, at_once
from ansible_collections.todo.stack.plugins.module_utils.edge.http import reached_at
from ansible_collections.todo.stack.plugins.module_utils.edge.ports import use_of
from ansible_collections.todo.stack.plugins.module_utils.edge.process import uninterrupted
from ansible_collections.todo.stack.plugins.module_utils.look.containers import (
    project_of,
    read_container,
)
from ansible_collections.todo.stack.plugins.module_utils.look.look import Look
from ansible_collections.todo.stack.plugins.module_utils.look.observation import (
    Container,
    Service,
)
from ansible_collections.todo.stack.plugins.module_utils.release.database import (
    change_of,
    change_password,
)
from ansible_collections.todo.stack.plugins.module_utils.release.evidence import evidence
from ansible_collections.todo.stack.plugins.module_utils.release.gate import (
    Gate,
    Trial,
    Unhealthy,
    containers_of,
)

_EVIDENCE = "the evidence is in `evidence`; mend the cause and run again"
_KEPT = "the version before serves on"
_PUT_BACK = "the version before was put back"
_NOTHING_BEFORE = "there was none before it; its containers were taken away"


@dataclass
class Transaction:
    """What is done to the services of a stack, in order, and how it is undone.

    ``new`` and ``current``: the files of the release to be and of the one that runs. ``changed``
    tells whether anything is another than before, ``swapped`` which services were replaced.
    """

    docker: DockerCli
    spec: StackSpec
    looked: Look
    actions: Sequence[Action]
    new: StateFiles
    gate: Gate
    redact: Redact
    changed: bool = False
    swapped: list[Service] = field(default_factory=list)
    candidates: list[str] = field(default_factory=list)
    one_shots: list[str] = field(default_factory=list)
    passwords: list[Callable[[], None]] = field(default_factory=list)

    @property
    def compose(self) -> Compose:
        """The project, as compose is to be asked about it."""
        return Compose(self.docker, self.spec.name, self.spec.state.folder, self.spec.variables)

    def carry_out(self) -> None:
        """Bring every service to what is wanted; raise StackError, all put back, if one fails."""
        try:
            self._judge_environment()
            self._prepare_databases()
            self._run_one_shots()
            self._try_candidates()
            self._swap()
        except BaseException as error:
            with uninterrupted():
                raise self._undone(error) from None

    def _judge_environment(self) -> None:
        """Have the images judge the values they are about to get, where those are others."""
        before = self.looked.rendered.current
        problems = []
        for contract in self.spec.contracts:
            values = self.looked.rendered.values.get(contract.service)
            if contract.run.check and values != before.get(contract.service):
                problems += self._refusals(contract.service, contract.run.check)
        if problems:
            raise ProblemList(problems)

    def _refusals(self, service: str, command: Sequence[str]) -> list[Problem]:
        self.gate.tell([Trial(service, list, why="its image judges the environment")])
        self.candidates.append(candidate_name(self.spec.name, service))
        self._remove_candidates()
        code, out = self.compose.check(self.new, service, command)
        self._remove_candidates()
        lines = [self.redact(line.strip()) for line in out.splitlines() if line.strip()]
        if code == 0:
            return []
        told = lines or [f"{' '.join(command)} ended with code {code}"]
        return [Problem(line, f"environment of {service}") for line in told]

    def _prepare_databases(self) -> None:
        """Replace what must not run twice, such as a database, before those that ask it."""
        for service in self._due(self._is_single):
            self._replace(service)
        for contract in self.spec.contracts:
            for embedded in contract.embedded:
                self._set_password(embedded)

    def _set_password(self, embedded: Any) -> None:
        rendered = self.looked.rendered
        new = rendered.values.get(embedded.service, {}).get(EMBEDDED_PASSWORD, "")
        old = rendered.current.get(embedded.service, {}).get(EMBEDDED_PASSWORD, "")
        was_there = bool(self.looked.seen.of_service(embedded.service))
        touched = embedded.service in {action.service for action in self.actions}
        if not new or not was_there or (new == old and not touched):
            return
        running = self._find(embedded.service)
        if not running:
            return
        self.changed = True
        if old and old != new:
            back = change_of(embedded, running[0].name, old)
            self.passwords.append(lambda: change_password(self.docker, back))
        change_password(self.docker, change_of(embedded, running[0].name, new))

    def _run_one_shots(self) -> None:
        for service in self._due(lambda one: one.one_shot):
            self.changed = True
            self.one_shots.append(service.name)
            trial = Trial(service.name, lambda s=service: self._find(s.name), one_shot=True)  # type: ignore[misc]
            self.compose.up(self.new, [service.name], anew=True)
            try:
                self.gate.wait([trial])
            except StackError as error:
                raise self._with_evidence(error, trial.containers) from None

    def _try_candidates(self) -> None:
        """Start what is new beside what runs, and take nothing away until it has proven itself."""
        due = [one for one in self._due(self._is_lasting) if self._needs_trial(one)]
        if not due:
            return
        self.candidates += [candidate_name(self.spec.name, one.name) for one in due]
        self._remove(one.id for one in containers_of(self.docker, self.candidates))
        at_once(*(lambda s=one: self.compose.start_candidate(self.new, s.name) for one in due))
        trials = [self._trial_of_candidate(one) for one in due]
        try:
            self.gate.wait(trials)
        except StackError as error:
            raise self._with_evidence(error, _containers(error)) from None

    def _trial_of_candidate(self, service: Service) -> Trial:
        name = candidate_name(self.spec.name, service.name)
        contract = self.spec.own_contract(service.name)

        def address(container: Container) -> tuple[str, int]:
            own = next((one for one in container.networks.values() if one), "127.0.0.1")
            return own, contract.run.port if contract else 0

        return Trial(
            service.name,
            lambda: containers_of(self.docker, [name]),
            contract,
            address if contract else None,
        )

    def _swap(self) -> None:
        """Replace what runs, one service after the other, each gated where users reach it."""
        due = self._due(self._is_lasting)
        self._refuse_taken_ports(due)
        self._remove_candidates()
        fresh = [one for one in due if not self.looked.seen.of_service(one.name)]
        if fresh == due and due:
            self._replace(*due)
            return
        for service in due:
            self._replace(service)

    def _replace(self, *services: Service) -> None:
        self.changed = True
        self.swapped += services
        names = [one.name for one in services]
        kinds = {a.action for a in self.actions if a.service in names}
        frozen = [c.id for name in names for c in self._find(name) if c.state == "paused"]
        if frozen:  # the engine refuses to start, and to replace, what is frozen
            self.docker.read("unpause", *frozen)
        if kinds == {"start"}:
            self.docker.read("start", *(c.id for name in names for c in self._find(name)))
        else:
            self._up(self.new, names, anew="recreate" in kinds)
        trials = [self._trial(one) for one in services]
        try:
            self.gate.wait(trials)
        except StackError as error:
            raise self._with_evidence(error, _containers(error)) from None

    def _trial(self, service: Service) -> Trial:
        contract = self.spec.own_contract(service.name)
        host = reached_at(self.spec.bind_address)
        return Trial(
            service.name,
            lambda: self._find(service.name),
            contract,
            (lambda _one: (host, contract.run.port)) if contract else None,
        )

    def _up(self, files: StateFiles, names: Sequence[str], *, anew: bool) -> None:
        try:
            self.compose.up(files, names, anew=anew)
        except StackError as error:
            taken = self._taken(names)
            raise StackError(
                f"compose could not start {', '.join(names)}: "
                f"{'; '.join(taken) or self.redact(error.what)}",
                where=error.where,
                remedy="mend the cause and run again",
            ) from None

    def _refuse_taken_ports(self, due: Sequence[Service]) -> None:
        if due and (taken := self._taken([one.name for one in due])):
            raise StackError("; ".join(taken), where="before the swap", remedy="free it, run again")

    def _taken(self, names: Sequence[str]) -> list[str]:
        """Return in words which ports of these services others have taken since they were seen."""
        ids = self.docker.read("ps", "--no-trunc", "--quiet").split()
        running = self.docker.inspect_containers(ids)
        contracts = [one for one in self.spec.contracts if one.service in names]
        uses = [
            use_of(one.service, one.run.port, self.spec.bind_address, self.spec.name, running)
            for one in contracts
        ]
        return [f"port {u.port} of {u.service} is taken by {u.owner}" for u in uses if u.owner]

    def _undone(self, error: BaseException) -> StackError:
        """Return the error that tells of ``error`` and of how all was put back."""
        failed = [self._attempt(self._remove_candidates), self._attempt(self._remove_one_shots)]
        for back in reversed(self.passwords):
            failed.append(self._attempt(back))
        for service in reversed(self.swapped):
            failed.append(self._attempt(lambda s=service: self._put_back(s)))  # type: ignore[misc]
        told = error if isinstance(error, StackError) else _unforeseen(error)
        if isinstance(told, ProblemList):
            return told
        lost = [one for one in failed if one]
        outcome = "; ".join(lost) if lost else self._outcome()
        return StackError(
            f"{self.redact(told.what)}; {outcome}",
            where=told.where,
            remedy=told.remedy,
            **{**told.details, "changed": self.changed},
        )

    def _outcome(self) -> str:
        if not self.swapped:
            return _KEPT if self.looked.seen.containers else _NOTHING_BEFORE
        before = [one for one in self.swapped if self.looked.seen.of_service(one.name)]
        return _PUT_BACK if before else _NOTHING_BEFORE

    def _put_back(self, service: Service) -> None:
        """Have the version before run again, or nothing where there was none."""
        before = self.looked.seen.of_service(service.name)
        current = self.spec.state.current
        if before and not any(one.pid for one in before):
            return  # it did not run, and has nothing to be put back to
        if not before or not Path(current.definition).exists():
            self._remove(one.id for one in self._find(service.name))
            return
        self.compose.up(current, [service.name], anew=True)
        self.gate.wait([self._trial(service)])

    def _attempt(self, step: Callable[[], None]) -> str:
        try:
            step()
        except BaseException as error:  # whatever it is, the steps after it are taken
            why = self.redact(error.what) if isinstance(error, StackError) else type(error).__name__
            return f"putting it back failed too: {why}"
        return ""

    def _with_evidence(self, error: StackError, containers: Sequence[Container]) -> StackError:
        rows = [evidence(self.docker, one, error.what, self.redact) for one in containers]
        remedy = error.remedy or (_EVIDENCE if rows else "mend the cause and run again")
        details = {"evidence": rows} if rows else {}
        return StackError(error.what, where=error.where, remedy=remedy, **details)

    def _due(self, kind: Callable[[Service], bool]) -> list[Service]:
        wanted = {a.service for a in self.actions if a.action in {"create", "recreate", "start"}}
        return [one for one in self.looked.seen.services if one.name in wanted and kind(one)]

    def _is_single(self, service: Service) -> bool:
        contract = self.spec.own_contract(service.name)
        return not service.one_shot and (
            service.keeps_data
            or service.host_network
            or (contract is not None and contract.run.single)
        )

    def _is_lasting(self, service: Service) -> bool:
        return not service.one_shot and not self._is_single(service)

    def _needs_trial(self, service: Service) -> bool:
        """Tell whether something runs that a new version must not replace unproven."""
        new = any(a.new and a.action == "recreate" for a in self.actions
                  if a.service == service.name)  # fmt: skip
        return new and any(one.pid for one in self.looked.seen.of_service(service.name))

    def _find(self, service: str) -> list[Container]:
        found = [read_container(one) for one in self.docker.project_containers(self.spec.name)
                 if project_of(one) == self.spec.name]  # fmt: skip
        return [one for one in found if one.service == service and not one.one_off]

    def _remove_candidates(self) -> None:
        if self.candidates:
            self._remove(one.id for one in containers_of(self.docker, self.candidates))

    def _remove_one_shots(self) -> None:
        """Take away what ran of the new version; the record tells that the one before has run."""
        self._remove(one.id for name in self.one_shots for one in self._find(name))

    def _remove(self, ids: Iterable[str]) -> None:
        self.docker.remove_containers(ids)


def _containers(error: StackError) -> list[Container]:
    trials = error.trials if isinstance(error, Unhealthy) else []
    return [one for trial in trials for one in trial.containers]


def _unforeseen(error: BaseException) -> StackError:
    # Its text may hold a value: only its type is told.
    return StackError(f"the release was stopped by {type(error).__name__}", remedy="run it again")
