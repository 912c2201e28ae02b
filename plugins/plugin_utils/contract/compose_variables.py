"""Variables that a compose file demands, ``${NAME:?}``: who gives them, and which nobody does."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from ansible_collections.todo.stack.plugins.module_utils.contract.environment import (
    Given,
    counts_as_unset,
    of_service,
)
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import Problem
from ansible_collections.todo.stack.plugins.module_utils.contract.model import Contract
from ansible_collections.todo.stack.plugins.module_utils.contract.values import as_text

_DEMANDED = re.compile(r"\$\$|\$\{(?P<name>\w+):?\?")


def demanded(text: str) -> dict[str, int]:
    """Return the names that compose refuses to go without, each with its first line."""
    found: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        for match in _DEMANDED.finditer("" if line.lstrip().startswith("#") else line):
            if match["name"]:
                found.setdefault(match["name"], number)
    return found


def from_contracts(
    names: Sequence[str], contracts: Sequence[Contract], given: Given
) -> dict[str, str]:
    """Return the plain values that contracts have for ``names``, where they agree on one."""
    found = {name: _values(name, contracts, given) for name in names}
    return {name: values.pop() for name, values in found.items() if len(values) == 1}


def variable_problems(
    names: Mapping[str, int],
    variables: Mapping[str, str],
    file: str,
    contracts: Sequence[Contract],
    given: Given,
) -> Iterator[Problem]:
    """Yield the demanded names that neither ``variables`` nor contracts give."""  # fmt: skip
    for name, line in names.items():
        if variables.get(name):
            continue
        where = f"{file}, line {line}"
        owners = [one.service for one in contracts if name in one.env]
        if len(_values(name, contracts, given)) > 1:
            what = f"${name} is demanded, and {' and '.join(owners)} have different values for it"
            yield Problem(what, where, f"give the one that is meant in stack_variables.{name}")
        elif owners:
            what = f"${name} is demanded, and no plain value of {owners[0]} is known here"
            remedy = f"write ${{{name}:-}}: {owners[0]} gets its value all the same"
            yield Problem(what, where, remedy)
        else:
            what = f"${name} is demanded, and nobody gives it"
            yield Problem(what, where, f"give it in stack_variables.{name}, or declare it")


def _values(name: str, contracts: Sequence[Contract], given: Given) -> set[str]:
    found = set()
    for contract in contracts:
        variable = contract.env.get(name)
        if variable is None or variable.secret:
            continue
        value = of_service(given.env, contract.service).get(name)
        if value is None or counts_as_unset(variable, value):
            value = variable.default
        if value is not None:
            found.add(as_text(value))
    return found
