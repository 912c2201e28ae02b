"""What was given for the release that runs, and is given no more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ansible_collections.todo.stack.plugins.module_utils.contract.errors import Problem
from ansible_collections.todo.stack.plugins.module_utils.contract.model import Variable
from ansible_collections.todo.stack.plugins.module_utils.contract.spec import StackSpec
from ansible_collections.todo.stack.plugins.module_utils.decide.resolution import given_names
from ansible_collections.todo.stack.plugins.module_utils.look.observation import Names, Seen


def absence_problems(seen: Seen, spec: StackSpec) -> Iterator[Problem]:
    """Yield the values in whose place others would come: an empty database, another secret."""
    for name, variable in _absent(seen, spec).items():
        if variable.embedded:
            instead = f"an empty {variable.embedded.service} of the stack's own"
        elif variable.generate and _is_another(seen, name):
            ends = f" ({variable.rotation})" if variable.rotation else ""
            instead = f"the one that this host made before{ends}"
        else:
            continue
        what = (
            f"was given for release {seen.release.number}, and is given no more: {instead} would "
            "take its place"
        )
        remedy = (
            "give it again: host_vars replace the whole stack_secrets of a group; if it is "
            f'meant, add -e \'{{"stack_rotate": ["{name}"]}}\''
        )
        yield Problem(what, f"stack_secrets.{name}", remedy)


def absence_warnings(seen: Seen, spec: StackSpec) -> Iterator[str]:
    """Yield what a run makes, or takes from before, on a host that has users already."""
    for name, variable in _absent(seen, spec).items():
        if variable.generate and not _is_another(seen, name):
            yield (
                f"stack_secrets.{name} is given no more: the one that was given last is kept on "
                "the host"
            )
    if seen.environment.to_make and (seen.release.number or seen.containers):
        made = ", ".join(seen.environment.to_make)
        yield f"a stack is on this host already, and its secrets are not: a run makes {made}"


def _is_another(seen: Seen, name: str) -> bool:
    service, _, own = name.partition(".")
    return own in seen.environment.drift.get(service, Names()).different


def _absent(seen: Seen, spec: StackSpec) -> Mapping[str, Variable]:
    if seen.wanted:  # who goes back keeps the secrets of now, whoever gave them
        return {}
    now = {*given_names(spec.contracts, spec.given), *spec.rotate}
    declared = {f"{one.service}.{name}": v for one in spec.contracts for name, v in one.env.items()}
    return {
        name: declared[name] for name in seen.release.given if name in declared and name not in now
    }
