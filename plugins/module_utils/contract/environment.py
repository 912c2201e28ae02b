"""The environment a user gives, judged against every contract at once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.contract.addresses import is_bind_address
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import Problem
from ansible_collections.todo.stack.plugins.module_utils.contract.model import Contract, Variable
from ansible_collections.todo.stack.plugins.module_utils.contract.suggest import did_you_mean
from ansible_collections.todo.stack.plugins.module_utils.contract.values import (
    advice,
    check_value,
)

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SHOWABLE = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_SERVICE = re.compile(r"[a-z0-9][a-z0-9_-]{0,40}")
_PLAIN = Variable(purpose="")


@dataclass(frozen=True)
class Given:
    """What a user gave, as is: each a mapping of service to a mapping of name to value.

    ``production`` refuses to generate or embed anything.
    """

    env: Any = None
    secrets: Any = None
    extra: Any = None
    production: bool = False

    def sources(self) -> list[tuple[str, Any]]:
        """Return the variable name each mapping is known by, and the mapping."""
        return [
            ("stack_env", self.env),
            ("stack_secrets", self.secrets),
            ("stack_extra_env", self.extra),
        ]


def validate_environment(
    contracts: Sequence[Contract], given: Given, unjudged: Sequence[str] = ()
) -> list[Problem]:
    """Return everything wrong with ``given``, in the order of the contracts; never a value.

    ``unjudged`` are services that exist, but whose contract cannot be read.
    """
    services = list(dict.fromkeys([*(contract.service for contract in contracts), *unjudged]))
    problems = [p for source, raw in given.sources() for p in _shape(source, raw, services)]
    for contract in contracts:
        problems += _check_service(contract, given, contracts)
    return problems


def validate_bind_address(value: object) -> list[Problem]:
    """Return what is wrong with the address the stack is published on."""
    if is_bind_address(value):
        return []
    remedy = "an address of the host, such as 127.0.0.1; 0.0.0.0 is every one"
    return [Problem("is no IP address", "stack_bind_address", remedy)]


def of_service(raw: Any, service: str) -> Mapping[str, Any]:
    """Return what ``raw`` gives one service; a wrong shape counts as nothing."""
    mine = raw.get(service) if isinstance(raw, Mapping) else None
    return mine if isinstance(mine, Mapping) else {}


def may_be_left_out(variable: Variable, production: bool) -> bool:
    """Tell whether a value is found when none is given."""
    if not variable.required:
        return True
    return not production and (variable.generate or variable.embedded is not None)


def counts_as_unset(variable: Variable, value: object) -> bool:
    """Tell whether an empty ``value`` means "none": lookups of an unset variable give one."""
    return value == "" and not variable.required and variable.default is None


def _shape(source: str, raw: Any, services: Sequence[str]) -> Iterator[Problem]:
    if raw is None:
        return
    if not isinstance(raw, Mapping):
        yield Problem("must map services to their variables", source)
        return
    for service, names in raw.items():
        where = f"{source}.{_shown(service, _SERVICE)}"
        if service not in services:
            remedy = did_you_mean(service, services) or f"services: {', '.join(services)}"
            yield Problem("no contract describes this service", where, remedy)
        elif names is not None and not isinstance(names, Mapping):
            yield Problem("must map names to values", where)


def _check_service(
    contract: Contract, given: Given, contracts: Sequence[Contract]
) -> Iterator[Problem]:
    service = contract.service
    env, secrets = of_service(given.env, service), of_service(given.secrets, service)
    for source, names in (("stack_env", env), ("stack_secrets", secrets)):
        for name in names:
            if name not in contract.env:
                where = f"{source}.{service}.{_shown(name)}"
                yield Problem(
                    "no contract declares this name", where, _hint(name, contract, contracts)
                )
    for name, variable in contract.env.items():
        yield from _check_variable(contract, name, variable, given)
    for name, value in of_service(given.extra, service).items():
        where = f"stack_extra_env.{service}.{_shown(name)}"
        yield from _check_extra(contract, name, value, where)


def _check_variable(
    contract: Contract, name: str, variable: Variable, given: Given
) -> Iterator[Problem]:
    env, secrets = (
        of_service(given.env, contract.service),
        of_service(given.secrets, contract.service),
    )
    in_env, in_secrets = (
        f"stack_env.{contract.service}.{name}",
        f"stack_secrets.{contract.service}.{name}",
    )
    if name in env and name in secrets:
        yield Problem("is given in stack_env and in stack_secrets", in_env, "keep one of them")
    elif variable.secret and name in env:
        yield Problem("is a secret, given in the open", in_env, f"move it to {in_secrets}")
    elif name in env or name in secrets:
        where, value = (in_env, env[name]) if name in env else (in_secrets, secrets[name])
        if not counts_as_unset(variable, value):
            other = variable.any_with
            judged = _PLAIN if env.get(other) or secrets.get(other) else variable
            yield from _check_given(contract, name, value, where, judged)
    elif not may_be_left_out(variable, given.production):
        where = in_secrets if variable.secret else in_env
        yield Problem("is required and missing", where, advice(variable))


def _check_given(
    contract: Contract, name: str, value: object, where: str, variable: Variable
) -> Iterator[Problem]:
    found = check_value(variable, value)
    for what, remedy in found:
        yield Problem(what, where, remedy)
    ports = [str(port.target) for port in contract.run.ports]
    if not found and name == "PORT" and ports and str(value) not in ports:
        remedy = f"leave it out, or change run.port in {contract.file}"
        yield Problem(f"differs from the contract's port {' or '.join(ports)}", where, remedy)


def _check_extra(contract: Contract, name: object, value: object, where: str) -> Iterator[Problem]:
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        yield Problem("is no name of a variable", where, "letters, digits and _")
    elif name in contract.env:
        source = "stack_secrets" if contract.env[name].secret else "stack_env"
        yield Problem("is declared by the contract", where, f"move it to {source}")
    else:
        for what, remedy in check_value(_PLAIN, value):
            yield Problem(what, where, remedy)


def _hint(name: object, contract: Contract, contracts: Sequence[Contract]) -> str:
    close = did_you_mean(name, list(contract.env))
    if close:
        return close
    owners = [c.service for c in contracts if name in c.env]
    if owners:
        return f"it belongs to {', '.join(owners)}"
    return f"declare it in {contract.file}, or put it in stack_extra_env.{contract.service}"


def _shown(name: object, form: re.Pattern[str] = _SHOWABLE) -> str:
    # A key that is no name may be a value that slipped to the wrong side of the colon.
    return name if isinstance(name, str) and form.fullmatch(name) else "(no name)"
