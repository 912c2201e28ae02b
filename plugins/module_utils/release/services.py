"""The services of a stack on its host: found, started, waited for, taken away."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.module_utils.contract.labels import candidate_name
from ansible_collections.todo.stack.plugins.module_utils.contract.spec import StackSpec
from ansible_collections.todo.stack.plugins.module_utils.contract.state import StateFiles
from ansible_collections.todo.stack.plugins.module_utils.edge.compose import Compose
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import DockerCli
from ansible_collections.todo.stack.plugins.module_utils.edge.ports import use_of
from ansible_collections.todo.stack.plugins.module_utils.look.containers import read_container
from ansible_collections.todo.stack.plugins.module_utils.look.observation import Container
from ansible_collections.todo.stack.plugins.module_utils.look.probes import own_address, reached
from ansible_collections.todo.stack.plugins.module_utils.release.evidence import evidence
from ansible_collections.todo.stack.plugins.module_utils.release.gate import (
    Address,
    Gate,
    Trial,
    Unhealthy,
    containers_of,
)

_EVIDENCE = "the evidence is in `evidence`; mend the cause and run again"
_MEND = "mend the cause and run again"


@dataclass(frozen=True)
class Services:
    """The services of the stack ``spec``, by their names, and the gate they have to pass."""

    docker: DockerCli
    spec: StackSpec
    gate: Gate

    @property
    def compose(self) -> Compose:
        """The project, as compose is to be asked about it."""
        return Compose(self.docker, self.spec.name, self.spec.state.folder, self.spec.variables)

    def find(self, service: str) -> list[Container]:
        """Return the containers that a service has now, its one-offs left out."""
        found = [read_container(one) for one in self.docker.project_containers(self.spec.name)]
        return [one for one in found if one.service == service and not one.one_off]

    def up(self, files: StateFiles, names: Sequence[str], *, anew: bool) -> None:
        """Start services; a StackError says which of their ports others have taken, if any."""
        try:
            self.compose.up(files, names, anew=anew)
        except StackError as error:
            taken = self.taken_ports(names)
            raise StackError(
                f"compose could not start {', '.join(names)}: "
                f"{'; '.join(taken) or self.gate.redact(error.what)}",
                where=error.where,
                remedy=_MEND,
            ) from None

    def taken_ports(self, names: Sequence[str]) -> list[str]:
        """Return in words which ports of these services others have taken since they were seen."""
        ids = self.docker.read("ps", "--no-trunc", "--quiet").split()
        running = self.docker.inspect_containers(ids)
        contracts = [one for one in self.spec.contracts if one.service in names]
        uses = [
            use_of(one.service, port, self.spec.bind_address, self.spec.name, running)
            for one in contracts
            for port in one.run.published
        ]
        return [f"port {u.port} of {u.service} is taken by {u.owner}" for u in uses if u.owner]

    def trial(self, service: str, before: Sequence[Container] = ()) -> Trial:
        """Return the trial of a service where its users reach it; ``before``: what it had."""
        address = self.spec.bind_address
        trial = self._trial(
            service, partial(self.find, service), lambda one, port: reached(port, one, address)
        )
        trial.restarts = {one.id: one.restarts for one in before}
        return trial

    def trial_of_candidate(self, service: str) -> Trial:
        """Return the trial of a service's candidate, which only its networks lead to."""
        name = candidate_name(self.spec.name, service)
        find = partial(containers_of, self.docker, [name])
        return self._trial(service, find, lambda one, port: (own_address(one), port.target))

    def _trial(self, service: str, find: Callable[[], list[Container]], address: Address) -> Trial:
        contract = self.spec.own_contract(service)
        asked = contract is not None and bool(contract.run.all_checks)
        return Trial(service, find, contract, address if asked else None, self.docker)

    def wait(self, trials: Sequence[Trial]) -> None:
        """Return once all have passed; raise StackError with the evidence of those that fail."""
        try:
            self.gate.wait(trials)
        except StackError as error:
            failed = error.trials if isinstance(error, Unhealthy) else []
            rows = [
                evidence(self.docker, one, error.what, self.gate.redact)
                for trial in failed
                for one in trial.containers
            ]
            remedy = error.remedy or (_EVIDENCE if rows else _MEND)
            details = {"evidence": rows} if rows else {}
            raise StackError(error.what, where=error.where, remedy=remedy, **details) from None

    def attached(self, network: str) -> list[str]:
        """Return the IDs of the stack's containers on a network; StackError for any other's."""
        code, out, _err = self.docker.run(["docker", "network", "inspect", network])
        found = (json.loads(out)[0].get("Containers") or {}) if code == 0 else {}
        own = {str(one["Id"]) for one in self.docker.project_containers(self.spec.name)}
        if others := sorted(str(one["Name"]) for key, one in found.items() if key not in own):
            raise StackError(
                f"{', '.join(others)} is on it, and none of this stack",
                where=f"network {network}",
                remedy=f"docker network disconnect {network} {others[0]}, then run again",
            )
        return list(found)

    def drop_network(self, network: str) -> None:
        """Take a network away from the stack's containers, which run on without it."""
        for attached in self.attached(network):
            self.docker.read("network", "disconnect", "--force", network, attached)
        self.docker.remove_network(network)

    def stop(self, containers: Sequence[Container]) -> None:
        """Stop containers, also those that the engine restarts again and again."""
        if containers:
            self.docker.read("stop", *(one.id for one in containers))

    def remove(self, containers: Sequence[Container]) -> None:
        """Take containers away; those that are gone are no failure."""
        self.docker.remove_containers(one.id for one in containers)
