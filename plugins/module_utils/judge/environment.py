"""The environment of the running container against the rendered one: names only, never values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.judge.check import BUILD_REMEDY, Check
from ansible_collections.todo.stack.plugins.module_utils.judge.container import absent, missing
from ansible_collections.todo.stack.plugins.module_utils.look.observation import Observation

# The engine sets these in every process it starts.
ENGINE_NAMES = frozenset({"HOSTNAME", "HOME", "PATH", "TERM"})


def environment(contract: Mapping[str, Any], seen: Observation) -> Check:
    """Return whether the main process has the rendered environment: nothing else, nothing less."""
    names = f"{len(seen.rendered.values)} names as rendered"
    measured, message = missing(seen, inside=True), absent(contract, seen, inside=True)
    if not message and seen.rendered.problem:
        measured, message = "unknown", f"{seen.rendered.problem}; {BUILD_REMEDY}"
    if not message:
        faults = {**_faults(contract, seen), **_drift(seen)}
        measured = ", ".join(f"{len(found)} {kind}" for kind, found in faults.items()) or names
        message = "; ".join(f"{kind}: {', '.join(found)}" for kind, found in faults.items())
        message += f"; {BUILD_REMEDY}" if message else ""
    limit = "exactly as rendered" if seen.rendered.problem or seen.problem else names
    return Check(contract["service"], "environment", not message, measured, limit, "", message)


def environment_given(service: str, seen: Observation) -> Check:
    """Return whether a service without a contract was given the rendered values."""
    wanted = seen.rendered.values
    measured, message = missing(seen), absent({"service": service}, seen)
    if not message and seen.rendered.problem:
        measured, message = "unknown", f"{seen.rendered.problem}; {BUILD_REMEDY}"
    if not message:
        real = pairs((seen.container or {}).get("Config", {}).get("Env"))
        different = sorted(name for name, value in wanted.items() if real.get(name) != value)
        faults = {**({"different": different} if different else {}), **_drift(seen)}
        measured = ", ".join(f"{len(found)} {kind}" for kind, found in faults.items())
        message = "; ".join(f"{kind}: {', '.join(found)}" for kind, found in faults.items())
        message += f"; {BUILD_REMEDY}" if message else ""
    text = f"{len(wanted)} name{'s' * (len(wanted) != 1)} as rendered"
    return Check(service, "environment", not message, measured or text, text, "", message)


def pairs(entries: Iterable[str] | None) -> dict[str, str]:
    """Return ``NAME=value`` entries, as the engine lists them, as a mapping."""
    return dict(entry.split("=", 1) for entry in entries or [] if "=" in entry)


def _drift(seen: Observation) -> dict[str, list[str]]:
    """Return how the rendered file differs from what the user gives, where it does."""
    verbs = {
        "to be added": seen.drift.added,
        "to be removed": seen.drift.removed,
        "to be changed": seen.drift.changed,
    }
    return {f"{verb} in environment.json": list(names) for verb, names in verbs.items() if names}


def _faults(contract: Mapping[str, Any], seen: Observation) -> dict[str, list[str]]:
    """Return the names that are missing, different and extra, each kind only where there are."""
    own = pairs(((seen.image or {}).get("Config") or {}).get("Env"))
    wanted = {**own, **seen.rendered.values}
    real = seen.inside.environ
    required = {name for name, entry in contract["env"].items() if entry.get("required")}
    found = {
        "missing": (wanted.keys() | required) - real.keys(),
        "different": {name for name in wanted.keys() & real.keys() if wanted[name] != real[name]},
        "extra": real.keys() - wanted.keys() - ENGINE_NAMES,
    }
    return {kind: sorted(names) for kind, names in found.items() if names}
