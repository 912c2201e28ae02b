"""Variables that are made of others: ``redis://:{REDIS_PASSWORD}@redis:6379/0``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import quote

from ansible_collections.todo.stack.plugins.module_utils.contract.errors import Problem
from ansible_collections.todo.stack.plugins.module_utils.contract.model import Contract, Variable
from ansible_collections.todo.stack.plugins.module_utils.contract.suggest import did_you_mean

_REFERENCE = re.compile(r"\{(?:(?P<service>[^{}.]*)\.)?(?P<name>[^{}.]*)\}")
_PORT = re.compile(r"(?<=:)\{[^{}]*\}(?=[/?#]|$)")
_ADDRESSES = ("url", "postgres_url")


def with_sample(template: str) -> str:
    """Return an address's template with a harmless text in the place of each variable."""
    return _REFERENCE.sub("x9", _PORT.sub("9", template))


def filled(service: str, variable: Variable, values: Mapping[str, Mapping[str, str]]) -> str | None:
    """Return the value that a template of ``service`` makes; None where a part has no value.

    ``values``: by service and name. Parts of an address are percent-encoded.
    """
    encoded = variable.type in _ADDRESSES
    parts = {}
    for match in _REFERENCE.finditer(variable.template):
        value = values.get(match["service"] or service, {}).get(match["name"])
        if value is None:
            return None
        parts[match.group()] = quote(value, safe="") if encoded else value
    return _REFERENCE.sub(lambda match: parts[match.group()], variable.template)


def template_problems(contracts: Sequence[Contract]) -> Iterator[Problem]:
    """Yield the templates that name no variable, one made of others, or a secret in the open."""
    services = {contract.service: contract.env for contract in contracts}
    for contract in contracts:
        for name, variable in contract.env.items():
            where = f"{contract.file}: env.{name}.template"
            for match in _REFERENCE.finditer(variable.template):
                env = services.get(match["service"] or contract.service)
                problem = _reference_problem(match, variable, env, list(services))
                if problem:
                    yield Problem(problem[0], where, problem[1])


def _reference_problem(
    match: re.Match[str],
    variable: Variable,
    env: Mapping[str, Variable] | None,
    services: Sequence[str],
) -> tuple[str, str] | None:
    told = match.group()
    if env is None:
        remedy = did_you_mean(match["service"], services) or f"services: {', '.join(services)}"
        return f"{told} names a service without a contract", remedy
    part = env.get(match["name"])
    if part is None:
        remedy = did_you_mean(match["name"], list(env)) or "declare it under env"
        return f"{told} names no variable", remedy
    if part.template:
        return f"{told} is made of others itself", "name those here"
    if part.secret and not variable.secret:
        return f"{told} is a secret, and this variable is none", "add secret: true"
    return None
