"""The environment that runs against the rendered one: names only, never values."""

from __future__ import annotations

from ansible_collections.todo.stack.plugins.module_utils.judge.check import BUILD_REMEDY, Finding
from ansible_collections.todo.stack.plugins.module_utils.judge.subject import Subject, each
from ansible_collections.todo.stack.plugins.module_utils.look.observation import Container, Names

KINDS = ("missing", "different", "extra")
NEEDED = {"missing": "to be added", "different": "to be changed", "extra": "to be removed"}


def environment(subject: Subject) -> Finding:
    """Return whether each container has the rendered environment: nothing else, nothing less.

    Of a service without a contract, only the values that it was given are compared.
    """
    told = subject.seen.environment
    if told.unreadable:
        fault = f"{told.unreadable}; {BUILD_REMEDY}"
        return Finding("unknown", "exactly as rendered", fault)
    count = len(told.names.get(subject.name, ()))
    limit = f"{count} name{'s' * (count != 1)} as rendered"

    def measure(container: Container) -> tuple[str, str]:
        faults = {**_faults(subject, container), **_drift(subject)}
        measured = ", ".join(f"{len(names)} {kind}" for kind, names in faults.items())
        said = [f"{kind}: {', '.join(names)}" for kind, names in faults.items()]
        return measured or limit, "; ".join([*said, BUILD_REMEDY] if said else [])

    measured, fault = each(subject, measure, inside=subject.contract is not None)
    return Finding(measured, limit, fault)


def _faults(subject: Subject, container: Container) -> dict[str, list[str]]:
    """Return the names that differ as created or as running, each kind only where there are."""
    found = {kind: set[str]() for kind in KINDS}
    for names in (container.environment, container.inside.environment):
        for kind in KINDS:
            found[kind] |= set(getattr(names, kind))
    if subject.contract:
        required = {name for name, one in subject.contract.env.items() if one.required}
        found["missing"] |= required - set(subject.seen.environment.names.get(subject.name, ()))
    return {kind: sorted(names) for kind, names in found.items() if names}


def _drift(subject: Subject) -> dict[str, list[str]]:
    """Return how the rendered file differs from what the user gives, where it does."""
    drift = subject.seen.environment.drift.get(subject.name, Names())
    told = {verb: getattr(drift, kind) for kind, verb in NEEDED.items()}
    return {f"{verb} in environment.json": sorted(names) for verb, names in told.items() if names}
