"""Which secrets can be made anew on request, and what that ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.contract.environment import (
    Given,
    of_service,
)
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import Problem
from ansible_collections.todo.stack.plugins.module_utils.contract.model import Contract, Variable
from ansible_collections.todo.stack.plugins.module_utils.contract.suggest import did_you_mean
from ansible_collections.todo.stack.plugins.module_utils.decide.resolution import (
    EMBEDDED_PASSWORD,
    Values,
)

WHERE = "stack_rotate"


def rotation_problems(contracts: Sequence[Contract], given: Given, names: Any) -> list[Problem]:
    """Return what is wrong with a request to rotate ``names``, each ``service.NAME``."""
    if not isinstance(names, list):
        return [Problem("must be a list of service.NAME", WHERE, f"such as {WHERE}: [a.SECRET]")]
    made = _made_on_the_host(contracts)
    return [p for name in names for p in _problems(str(name), made, given)]


def without_rotated(contracts: Sequence[Contract], kept: Values, names: Sequence[str]) -> Values:
    """Return ``kept`` without the secrets that are to be made anew."""
    gone = {place for name, place in _places(contracts).items() if name in names}
    return {
        service: {name: v for name, v in values.items() if (service, name) not in gone}
        for service, values in kept.items()
    }


def rotated_rows(contracts: Sequence[Contract], names: Sequence[str]) -> list[dict[str, str]]:
    """Return a row each: the name, and what the new value ends."""
    made = _made_on_the_host(contracts)
    return [{"name": name, "ends": made[name].rotation or ""} for name in names]


def _problems(name: str, made: Mapping[str, Variable], given: Given) -> list[Problem]:
    service, _, variable = name.partition(".")
    where = f"{WHERE}: {name}" if name.replace(".", "").isidentifier() else WHERE
    if name not in made:
        remedy = did_you_mean(name, list(made)) or f"made on the host: {', '.join(made)}"
        return [Problem("is no secret that is made on the host", where, remedy)]
    sources = [s for s, raw in given.sources() if variable in of_service(raw, service)]
    if sources or given.production:
        remedy = f"give the new value in stack_secrets.{name} and run playbooks/local.yml"
        return [Problem("is given, not made on the host", where, remedy)]
    return []


def _made_on_the_host(contracts: Sequence[Contract]) -> dict[str, Variable]:
    return {
        f"{contract.service}.{name}": variable
        for contract in contracts
        for name, variable in contract.env.items()
        if variable.generate or variable.embedded
    }


def _places(contracts: Sequence[Contract]) -> dict[str, tuple[str, str]]:
    """Return where secrets.json keeps each secret: service and NAME."""
    places = {}
    for name, variable in _made_on_the_host(contracts).items():
        service, _, own = name.partition(".")
        embedded = variable.embedded
        places[name] = (embedded.service, EMBEDDED_PASSWORD) if embedded else (service, own)
    return places
