"""A release as one transaction: all of it holds, or the version before serves on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from ansible_collections.todo.stack.plugins.module_utils.contract.errors import (
    Problem,
    ProblemList,
    StackError,
)
from ansible_collections.todo.stack.plugins.module_utils.contract.labels import candidate_name
from ansible_collections.todo.stack.plugins.module_utils.contract.model import Embedded
from ansible_collections.todo.stack.plugins.module_utils.contract.spec import StackSpec
from ansible_collections.todo.stack.plugins.module_utils.contract.state import StateFiles
from ansible_collections.todo.stack.plugins.module_utils.decide.parts import NETWORK
from ansible_collections.todo.stack.plugins.module_utils.decide.plan import Action
from ansible_collections.todo.stack.plugins.module_utils.decide.resolution import EMBEDDED_PASSWORD
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import DockerCli, at_once
from ansible_collections.todo.stack.plugins.module_utils.edge.process import uninterrupted
from ansible_collections.todo.stack.plugins.module_utils.look.look import Look
from ansible_collections.todo.stack.plugins.module_utils.look.observation import Service
from ansible_collections.todo.stack.plugins.module_utils.release.data import Data, Untouched
from ansible_collections.todo.stack.plugins.module_utils.release.database import (
    change_of,
    change_password,
)
from ansible_collections.todo.stack.plugins.module_utils.release.gate import Trial, containers_of
from ansible_collections.todo.stack.plugins.module_utils.release.services import Services

_KEPT = "the version before serves on"
_PUT_BACK = "the version before was put back"
_NOTHING_RAN = "nothing ran before it that could be put back"
_NOTHING_BEFORE = "there was none before it; its containers were taken away"


@dataclass
class Transaction:
    """What is done to the services of a stack, in order, and how it is undone.

    ``new``: the files of the release to be. ``data``: what is done with data before one-shots run.
    ``changed`` tells whether anything is another than before, ``swapped`` which services were
    replaced, ``renewed`` which networks.
    """

    services: Services
    looked: Look
    actions: Sequence[Action]
    new: StateFiles
    data: Data = field(default_factory=Untouched)
    changed: bool = False
    swapped: list[Service] = field(default_factory=list)
    candidates: list[str] = field(default_factory=list)
    one_shots: list[str] = field(default_factory=list)
    renewed: list[str] = field(default_factory=list)
    passwords: list[Callable[[], None]] = field(default_factory=list)

    @property
    def docker(self) -> DockerCli:
        return self.services.docker

    @property
    def spec(self) -> StackSpec:
        return self.services.spec

    def carry_out(self) -> None:
        """Bring every service to what is wanted; raise StackError, all put back, if one fails."""
        try:
            self._judge_environment()
            self._renew_networks()
            self._prepare_databases()
            self.data.prepare(self.services)
            self._run_one_shots()
            self._try_candidates()
            self._swap()
            self._settle_data()
        except BaseException as error:
            with uninterrupted():
                raise self._undone(error) from None

    def _settle_data(self) -> None:
        # What is left of it is no reason to undo what has passed.
        with suppress(StackError), uninterrupted():
            self.data.settle()

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
        self.services.gate.tell([Trial(service, list, why="its image judges the environment")])
        self.candidates.append(candidate_name(self.spec.name, service))
        self._remove_candidates()
        code, out = self.services.compose.check(self.new, service, command)
        self._remove_candidates()
        lines = [self._redact(line.strip()) for line in out.splitlines() if line.strip()]
        if code == 0:
            return []
        told = lines or [f"{' '.join(command)} ended with code {code}"]
        return [Problem(line, f"environment of {service}") for line in told]

    def _renew_networks(self) -> None:
        """Take away networks that have other options: compose makes them for who is replaced."""
        networks = self.looked.seen.outdated(NETWORK)
        for name in networks:
            self.services.attached(name)  # refuses before anything is touched
        for name in networks:
            self.changed = True
            self.renewed.append(name)
            lasting = [one for one in self.looked.seen.services if not one.one_shot]
            self._mark(one for one in lasting if name in one.networks)
            self.services.drop_network(name)

    def _mark(self, services: Iterable[Service]) -> None:
        """Note which services are no longer as they were."""
        self.swapped += [one for one in services if one not in self.swapped]

    def _prepare_databases(self) -> None:
        """Replace what must not run twice, such as a database, before those that ask it."""
        for service in self._due(self._is_single):
            self._replace(service)
        for contract in self.spec.contracts:
            for embedded in contract.embedded:
                self._set_password(embedded)

    def _set_password(self, embedded: Embedded) -> None:
        rendered = self.looked.rendered
        new = rendered.values.get(embedded.service, {}).get(EMBEDDED_PASSWORD, "")
        old = rendered.current.get(embedded.service, {}).get(EMBEDDED_PASSWORD, "")
        was_there = bool(self.looked.seen.of_service(embedded.service))
        # A restore replaces its data, and leaves its roles as they are.
        kinds = {one.action for one in self.actions if one.service == embedded.service}
        touched = bool(kinds - {"restore"})
        if not new or not was_there or (new == old and not touched):
            return
        running = self.services.find(embedded.service)
        if not running:
            return
        self.changed = True
        if old and old != new:
            back = change_of(embedded, running[0].name, old)
            self.passwords.append(partial(change_password, self.docker, back))
        change_password(self.docker, change_of(embedded, running[0].name, new))

    def _run_one_shots(self) -> None:
        for service in self._due(lambda one: one.one_shot):
            name = service.name
            self.changed = True
            self.one_shots.append(name)
            self.services.compose.up(self.new, [name], anew=True)
            find = partial(self.services.find, name)
            self.services.wait([Trial(name, find, one_shot=True)])

    def _try_candidates(self) -> None:
        """Start what is new beside what runs, and take nothing away until it has proven itself."""
        due = [one.name for one in self._due(self._is_lasting) if self._needs_trial(one)]
        if not due:
            return
        self.candidates += [candidate_name(self.spec.name, name) for name in due]
        self._remove_candidates()
        start = self.services.compose.start_candidate
        at_once(*(partial(start, self.new, name) for name in due))
        self.services.wait([self.services.trial_of_candidate(name) for name in due])

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
        self._mark(services)
        names = [one.name for one in services]
        kinds = {a.action for a in self.actions if a.service in names}
        frozen = [c.id for name in names for c in self.services.find(name) if c.state == "paused"]
        if frozen:  # the engine refuses to start, and to replace, what is frozen
            self.docker.read("unpause", *frozen)
        if kinds == {"start"}:
            self.docker.read("start", *(c.id for name in names for c in self.services.find(name)))
        else:
            self.services.up(self.new, names, anew="recreate" in kinds)
        of_service = self.looked.seen.of_service
        self.services.wait([self.services.trial(name, of_service(name)) for name in names])

    def _refuse_taken_ports(self, due: Sequence[Service]) -> None:
        if due and (taken := self.services.taken_ports([one.name for one in due])):
            raise StackError("; ".join(taken), where="before the swap", remedy="free it, run again")

    def _undone(self, error: BaseException) -> StackError:
        """Return the error that tells of ``error`` and of how all was put back."""
        single = [one for one in self.swapped if self._is_single(one)]
        lasting = [one for one in self.swapped if not self._is_single(one)]
        steps: list[Callable[[], None]] = [
            self._remove_candidates,
            self._remove_one_shots,
            *(partial(self.services.drop_network, name) for name in self.renewed),
            # A database first: only one that runs takes its password back, and others ask it.
            *(partial(self._put_back, one) for one in reversed(single)),
            *reversed(self.passwords),
            partial(self.data.undo, self.services),
            *(partial(self._put_back, one) for one in reversed(lasting)),
        ]
        failed = [self._attempt(step) for step in steps]
        told = error if isinstance(error, StackError) else _unforeseen(error)
        if isinstance(told, ProblemList):
            return told
        lost = [one for one in failed if one]
        outcome = "; ".join(lost) if lost else self._outcome()
        return StackError(
            f"{self._redact(told.what)}; {outcome}",
            where=told.where,
            remedy=told.remedy,
            **{**told.details, "changed": self.changed},
        )

    def _outcome(self) -> str:
        if not self.swapped:
            return _KEPT if self.looked.seen.containers else _NOTHING_BEFORE
        before = [c for one in self.swapped for c in self.looked.seen.of_service(one.name)]
        if any(one.pid for one in before):
            return _PUT_BACK
        return _NOTHING_RAN if before else _NOTHING_BEFORE

    def _put_back(self, service: Service) -> None:
        """Have the version before run again, or nothing where there was none."""
        before, now = self.looked.seen.of_service(service.name), self.services.find(service.name)
        current, stopped = self.spec.state.current, not any(one.pid for one in before)
        if before and stopped and {one.id for one in now} <= {one.id for one in before}:
            self.services.stop(now)
        elif not before or not Path(current.definition).exists():
            self.services.remove(now)
        elif stopped:
            self.services.compose.create(current, [service.name])
        else:
            self.services.compose.up(current, [service.name], anew=True)
            self.services.gate.wait([self.services.trial(service.name)], unheard=True)

    def _attempt(self, step: Callable[[], None]) -> str:
        try:
            step()
        except BaseException as error:  # whatever it is, the steps after it are taken
            why = (
                self._redact(error.what) if isinstance(error, StackError) else type(error).__name__
            )
            return f"putting it back failed too: {why}"
        return ""

    def _redact(self, text: str) -> str:
        return self.services.gate.redact(text)

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

    def _remove_candidates(self) -> None:
        self.services.remove(containers_of(self.docker, self.candidates))

    def _remove_one_shots(self) -> None:
        """Take away what ran of the new version; the record tells that the one before has run."""
        self.services.remove([one for name in self.one_shots for one in self.services.find(name)])


def _unforeseen(error: BaseException) -> StackError:
    # Its text may hold a value: only its type is told.
    return StackError(f"the release was stopped by {type(error).__name__}", remedy="run it again")
