"""The releases that a host keeps, and a kept one in place of the project."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.contract.codec import from_plain
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.module_utils.contract.spec import StackSpec
from ansible_collections.todo.stack.plugins.module_utils.contract.state import StateDir
from ansible_collections.todo.stack.plugins.module_utils.decide.going_back import (
    CURRENT,
    chosen,
    given_again,
)
from ansible_collections.todo.stack.plugins.module_utils.decide.override import read_back
from ansible_collections.todo.stack.plugins.module_utils.decide.resolution import Values
from ansible_collections.todo.stack.plugins.module_utils.edge.files import read_text
from ansible_collections.todo.stack.plugins.module_utils.edge.state import (
    IDENTITY,
    as_it_is,
    numbers,
    read_record,
)
from ansible_collections.todo.stack.plugins.module_utils.look.environment import fingerprints
from ansible_collections.todo.stack.plugins.module_utils.look.observation import (
    Measured,
    Migration,
    Names,
    ReleaseSeen,
)

Record = Mapping[str, Any]


def kept_releases(state: StateDir) -> tuple[ReleaseSeen, ...]:
    """Return the releases that are kept, the oldest first; the last one runs."""
    return tuple(read_release(state, number) for number in numbers(state))


def current_release(state: StateDir) -> ReleaseSeen:
    """Return the release that runs, as its record tells."""
    known = numbers(state)
    return read_release(state, known[-1]) if known else ReleaseSeen()


def released_parts(state: StateDir) -> dict[str, str]:
    """Return the networks, volumes, configs and secrets of the release that runs, as recorded."""
    known = numbers(state)
    rows = _rows(read_record(state, known[-1]).get("parts")) if known else {}
    return {title: str(told) for title, told in rows.items()}


def read_release(state: StateDir, number: int) -> ReleaseSeen:
    """Return a kept release; of a damaged record nothing but its number is known."""
    raw = read_record(state, number)
    images, accepted = _rows(raw.get("images")), _rows(raw.get("acceptance"))
    one_shots, given = _rows(raw.get("one_shots")), raw.get("given")
    told = {key: str(raw.get(key) or "") for key in ("at", "by", "began", "commit", "schema")}
    return ReleaseSeen(
        number=number,
        **{**told, "began": told["began"] or told["at"]},
        one_shots={name: str(one) for name, one in one_shots.items()},
        images={name: str(_rows(one).get("image_id", "")) for name, one in images.items()},
        given=tuple(map(str, given)) if isinstance(given, list) else (),
        references={name: str(_rows(one).get("reference", "")) for name, one in images.items()},
        migrations=read_migrations(raw.get("migrations")),
        back_to=_number(raw.get("back_to")),
        identity=_identity(raw),
        accepted=_number(accepted.get("passed")),
        failed=tuple(str(one) for one in accepted.get("failed") or ()),
        damage=_damage(state, number, raw),
        rollout_seconds=_seconds(raw.get("rollout_seconds")),
        measured={n: _measured(one) for n, one in _rows(raw.get("measured")).items()},
    )


def read_migrations(raw: object) -> tuple[Migration, ...]:
    """Return the migrations of a list of mappings; what is none of them is left out."""
    return tuple(
        Migration(str(one["revision"]), one.get("backward_compatible") is True)
        for one in (raw if isinstance(raw, (list, tuple)) else ())
        if isinstance(one, dict) and one.get("revision")
    )


def wanted_spec(spec: StackSpec) -> StackSpec:
    """Return ``spec``, or the stack of the kept release that it names, to be looked at instead.

    Raises StackError where there is no such release, or not enough was kept of it.
    """
    if not spec.release:
        return spec
    state = as_it_is(spec.state)
    release = chosen(spec.release, kept_releases(state))
    kept = _kept_spec(state, release.number)
    then, now = _values(state.of_release(release.number).environment), _values(state.environment)
    return replace(
        kept,
        name=spec.name,
        state_dir=spec.state_dir,
        keep_releases=spec.keep_releases,
        definition=read_text(Path(state.of_release(release.number).definition)) or "",
        given=given_again(kept.contracts, then, now),
        release=str(release.number),
    )


def spec_or_none(spec: StackSpec) -> StackSpec:
    """Return the stack of the release that runs; where none can be read, one without services."""
    try:
        return wanted_spec(replace(spec, release=CURRENT))
    except StackError:
        return replace(spec, release="")


def staying(state: StateDir, number: int, values: Values) -> tuple[str, ...]:
    """Return the secrets, ``service.NAME`` each, whose value is another than in a release."""
    then = _values(state.of_release(number).environment)
    differ = {name: Names.between(then.get(name, {}), new) for name, new in values.items()}
    return tuple(f"{service}.{name}" for service in differ for name in differ[service].different)


def _kept_spec(state: StateDir, number: int) -> StackSpec:
    raw = json.loads(read_text(Path(state.spec_of_release(number))) or "")
    return from_plain(StackSpec, raw)


def _values(path: str) -> Values:
    return read_back(read_text(Path(path)) or "") or {}


def _damage(state: StateDir, number: int, raw: Record) -> str:
    """Return why a release cannot be gone back to, as far as its files tell, "" if it can."""
    if not raw:
        return "its record is damaged"
    files = state.of_release(number)
    definition, environment = (
        read_text(Path(path)) for path in (files.definition, files.environment)
    )
    if definition is None or environment is None:
        return "its files were not kept"
    if raw.get("definition") != f"sha256:{hashlib.sha256(definition.encode()).hexdigest()}":
        return "its compose.yaml is not as it was released"
    prints = fingerprints(Path(state.fingerprint_key), read_back(environment) or {})
    if raw.get("environment") != prints:
        return "its environment.json is not as it was released"
    try:
        _kept_spec(state, number)
    except (StackError, ValueError, TypeError, AttributeError, RecursionError):
        return "its contracts were not kept, or by another version of this collection"
    return ""


def _identity(raw: Record) -> str:
    told = [raw.get(key) for key in IDENTITY]
    text = json.dumps(told, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12] if all(told) else ""


def _rows(raw: object) -> Mapping[str, Any]:
    return raw if isinstance(raw, dict) else {}


def _measured(raw: object) -> Measured:
    row = _rows(raw)
    return Measured(
        size_bytes=_number(row.get("size_bytes")) or None,
        build_seconds=_seconds(row.get("build_seconds")),
        restarts=_number(row.get("restarts")),
        counted=_number(row.get("counted")),
    )


def _seconds(raw: object) -> float | None:
    return raw if isinstance(raw, (int, float)) else None


def _number(raw: object) -> int:
    return raw if isinstance(raw, int) else 0
