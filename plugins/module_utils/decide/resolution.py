"""From what was given to what every container gets: defaults, generated and embedded values."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import quote

from ansible_collections.todo.stack.plugins.module_utils.contract.environment import (
    Given,
    counts_as_unset,
    of_service,
)
from ansible_collections.todo.stack.plugins.module_utils.contract.model import Contract, Variable
from ansible_collections.todo.stack.plugins.module_utils.contract.templates import filled
from ansible_collections.todo.stack.plugins.module_utils.contract.values import (
    as_text,
    check_value,
)

Values = dict[str, dict[str, str]]  # service -> name -> value
EMBEDDED_PASSWORD = "POSTGRES_PASSWORD"  # noqa: S105  the name of it
# One of them is refused by chance less than once in a million.
_DRAWS = 9


@dataclass
class Resolution:
    """Every service's final values.

    ``kept`` is what secrets.json holds, ``supplied`` what embedded services get. ``switched_off``
    are those of them that nothing needs. Not frozen: it is filled variable by variable.
    """

    kept: Values
    values: Values = field(default_factory=dict)
    supplied: Values = field(default_factory=dict)
    switched_off: list[str] = field(default_factory=list)

    def secrets_of(self, contracts: Sequence[Contract]) -> list[str]:
        """Return every secret value, those kept for later included."""
        declared = [
            value
            for contract in contracts
            for name, value in self.values[contract.service].items()
            if name in contract.env and contract.env[name].secret
        ]
        return declared + [v for names in self.kept.values() for v in names.values()]


def resolve(
    contracts: Sequence[Contract], given: Given, kept: Values, make_secret: Callable[[], str]
) -> Resolution:
    """Return the final values for a ``given`` that `validate_environment` found nothing wrong with.

    ``kept`` are the secrets made earlier; ``make_secret`` makes a new one where one is missing.
    """
    result = Resolution(kept={service: dict(names) for service, names in kept.items()})
    for contract in contracts:
        values = result.values.setdefault(contract.service, {})
        for name, variable in contract.env.items():
            value = _given_value(contract.service, name, variable, given)
            if value is None:
                value = _found_value(contract.service, name, variable, result, make_secret)
            if value is not None:
                values[name] = value
        values.update(of_service(given.extra, contract.service))
    _fill_templates(contracts, result.values)
    offered = {v.embedded.service for c in contracts for v in c.env.values() if v.embedded}
    result.switched_off = sorted(offered - set(result.supplied))
    return result


def _fill_templates(contracts: Sequence[Contract], values: Values) -> None:
    """Add what is made of other values, which are all known by now."""
    for contract in contracts:
        own = values[contract.service]
        for name, variable in contract.env.items():
            if variable.template and name not in own:
                made = filled(contract.service, variable, values)
                own.update({} if made is None else {name: made})


def needed_secrets(contracts: Sequence[Contract], given: Given) -> list[tuple[str, str]]:
    """Return the (service, NAME) of every secret that must be kept or made for ``given``."""
    probe = resolve(contracts, given, {}, lambda: "")
    return [(service, name) for service, names in probe.kept.items() for name in names]


def given_names(contracts: Sequence[Contract], given: Given) -> tuple[str, ...]:
    """Return what is given, ``service.NAME`` each, of what the host would make or embed."""
    return tuple(
        f"{contract.service}.{name}"
        for contract in contracts
        for name, variable in contract.env.items()
        if (variable.generate or variable.embedded)
        and _given_value(contract.service, name, variable, given) is not None
    )


def _given_value(service: str, name: str, variable: Variable, given: Given) -> str | None:
    for raw in (given.env, given.secrets):
        value: Any = of_service(raw, service).get(name)
        if value is not None and not counts_as_unset(variable, value):
            return as_text(value)
    return None


def _found_value(
    service: str,
    name: str,
    variable: Variable,
    result: Resolution,
    make_secret: Callable[[], str],
) -> str | None:
    if variable.embedded:
        password = _kept(result, variable.embedded.service, EMBEDDED_PASSWORD, make_secret)
        result.supplied[variable.embedded.service] = {EMBEDDED_PASSWORD: password}
        return variable.embedded.url.replace("{password}", quote(password, safe=""))
    if variable.generate:
        return _kept(result, service, name, partial(_judged, variable, make_secret))
    return variable.default


def _kept(result: Resolution, service: str, name: str, make_secret: Callable[[], str]) -> str:
    names = result.kept.setdefault(service, {})
    if name not in names:
        names[name] = make_secret()
    return names[name]


def _judged(variable: Variable, make_secret: Callable[[], str]) -> str:
    """Return a secret that its contract's rules take: drawn again where they do not."""
    secret = first = make_secret()
    for _ in range(_DRAWS):
        if not check_value(variable, secret):
            return secret
        secret = make_secret()
    return first


def secrets_in(contracts: Sequence[Contract], delivered: Mapping[str, Mapping[str, str]]) -> Values:
    """Return what ``delivered`` environments (by compose service) hold of the kept secrets."""
    found: Values = {}
    for contract in contracts:
        mine = delivered.get(contract.service, {})
        for name, variable in contract.env.items():
            # A weak one, given by hand before, must not become the kept one.
            if variable.generate and name in mine and not check_value(variable, mine[name]):
                found.setdefault(contract.service, {})[name] = mine[name]
            if variable.embedded:
                password = delivered.get(variable.embedded.service, {}).get(EMBEDDED_PASSWORD)
                if password:
                    found.setdefault(variable.embedded.service, {})[EMBEDDED_PASSWORD] = password
    return found
