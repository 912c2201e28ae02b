"""The environment that was given, resolved with the secrets of this host, against what is there.

Values stay on the host: what is told of them are names.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets as random_source
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.contract.labels import COMPOSE_SERVICE
from ansible_collections.todo.stack.plugins.module_utils.contract.masking import derived_forms
from ansible_collections.todo.stack.plugins.module_utils.contract.model import Contract
from ansible_collections.todo.stack.plugins.module_utils.contract.spec import StackSpec
from ansible_collections.todo.stack.plugins.module_utils.contract.state import StateDir
from ansible_collections.todo.stack.plugins.module_utils.decide.override import (
    delivered,
    pinned,
    read_back,
)
from ansible_collections.todo.stack.plugins.module_utils.decide.resolution import (
    Resolution,
    Values,
    needed_secrets,
    resolve,
    secrets_in,
)
from ansible_collections.todo.stack.plugins.module_utils.decide.rotation import without_rotated
from ansible_collections.todo.stack.plugins.module_utils.edge.files import read_text
from ansible_collections.todo.stack.plugins.module_utils.look.containers import (
    environ_of,
    labels_of,
)
from ansible_collections.todo.stack.plugins.module_utils.look.observation import (
    EnvironmentSeen,
    Names,
)

SECRET_BYTES = 48


@dataclass(frozen=True)
class Rendered:
    """What the files of a release hold: values by compose service, and where they come from.

    ``current`` and ``pins``: the values and images in the files of the running release. ``kept``:
    what secrets.json holds. ``made``: secrets that did not exist before. ``damaged``: secrets.json
    is there and cannot be read.
    """

    resolution: Resolution
    values: Values
    current: Values
    pins: Mapping[str, str]
    kept: Values
    made: tuple[str, ...] = ()
    damaged: bool = False
    warnings: tuple[str, ...] = ()

    def hidden(self, contracts: Sequence[Contract]) -> set[str]:
        """Return what no output may show: every secret in all its shapes, new and current."""
        delivered = hidden_values(contracts, (self.values, self.current))
        return derived_forms([*delivered, *self.resolution.secrets_of(contracts)])


def hidden_values(contracts: Sequence[Contract], several: Sequence[Values]) -> list[str]:
    """Return every value, by compose service and name, that no contract says to be plain."""
    plain = {
        (service, name)
        for contract in contracts
        for service in contract.compose_services
        for name, variable in contract.env.items()
        if not variable.secret
    }
    return [
        value
        for values in several
        for service, names in values.items()
        for name, value in names.items()
        if (service, name) not in plain
    ]


def make_secret() -> str:
    """Return a new secret."""
    return random_source.token_urlsafe(SECRET_BYTES)


def render(
    spec: StackSpec,
    state: StateDir,
    containers: Sequence[Mapping[str, Any]],
    make: Callable[[], str] = make_secret,
) -> Rendered:
    """Return the values of every service; ``containers`` are inspected, to find lost secrets in."""
    text = read_text(Path(state.environment)) or ""
    current = read_back(text) or {}
    stored = read_kept(Path(state.secrets))
    kept = stored or {}
    missing = missing_of(kept, needed_secrets(spec.contracts, spec.given))
    found = _found(spec.contracts, missing, [current, _delivered_by(containers)])
    merged = {s: {**kept.get(s, {}), **found.get(s, {})} for s in {**kept, **found}}
    made = [f"{service}.{name}" for service, name in missing_of(merged, missing)]
    resolution = resolve(
        spec.contracts, spec.given, without_rotated(spec.contracts, merged, spec.rotate), make
    )
    return Rendered(
        resolution=resolution,
        values=delivered(spec.contracts, resolution),
        current=current,
        pins=pinned(text),
        kept=kept,
        made=tuple(made),
        damaged=stored is None,
        warnings=tuple(_warnings(state, stored, found, made)),
    )


def compared(state: StateDir, rendered: Rendered) -> EnvironmentSeen:
    """Return how what was given differs from the files on the host, names only."""
    old, new = rendered.current, rendered.values
    path = Path(state.environment)
    return EnvironmentSeen(
        drift={
            service: names
            for service in sorted({*old, *new})
            if (names := Names.between(old.get(service, {}), new.get(service, {})))
        },
        names={service: tuple(sorted(values)) for service, values in new.items()},
        switched_off=tuple(rendered.resolution.switched_off),
        to_make=rendered.made,
        pins=rendered.pins,
        secrets_kept=not rendered.damaged and rendered.kept == rendered.resolution.kept,
        prints=fingerprints(Path(state.fingerprint_key), new),
        unreadable=_unreadable(path),
        secrets_since=read_since(state),
    )


def fingerprints(key_file: Path, values: Values) -> dict[str, str]:
    """Return a keyed digest of each service's values; nothing where this host has no key yet."""
    key = (read_text(key_file) or "").strip().encode()
    if not key:
        return {}
    return {
        service: hmac.new(
            key, json.dumps(names, sort_keys=True).encode("utf-8", "surrogatepass"), hashlib.sha256
        ).hexdigest()
        for service, names in values.items()
    }


def read_kept(path: Path) -> Values | None:
    """Return secrets.json; {} when there is none, None when it is torn, empty or garbage."""
    text = read_text(path)
    if text is None:
        return {}
    try:
        raw = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return raw if _is_values(raw) else None


def read_since(state: StateDir) -> dict[str, str]:
    """Return since when each secret has its value; of what is damaged nothing is known."""
    try:
        raw = json.loads(read_text(Path(state.secrets_since)) or "{}")
    except (ValueError, RecursionError):
        return {}
    return {str(k): str(v) for k, v in raw.items()} if isinstance(raw, dict) else {}


def missing_of(found: Values, needed: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the needed secrets, (service, NAME) each, that ``found`` lacks."""
    return [(service, name) for service, name in needed if name not in found.get(service, {})]


def _found(
    contracts: Sequence[Contract], missing: Sequence[tuple[str, str]], places: Sequence[Values]
) -> Values:
    """Return what still delivers the ``missing`` secrets; the first place goes before others."""
    found: Values = {}
    for place in places if missing else ():
        told = secrets_in(contracts, place)
        for service, name in missing_of(found, missing):
            if name in told.get(service, {}):
                found.setdefault(service, {})[name] = told[service][name]
    return found


def _delivered_by(containers: Sequence[Mapping[str, Any]]) -> Values:
    values: Values = {}
    for one in containers:
        values.setdefault(str(labels_of(one).get(COMPOSE_SERVICE, "")), {}).update(environ_of(one))
    return values


def _warnings(
    state: StateDir, stored: Values | None, found: Values, made: Sequence[str]
) -> list[str]:
    path = state.secrets
    if stored is None:
        again = f"made anew: {', '.join(made)}" if made else "its secrets were found again"
        return [f"{path} could not be read ({again}); a run moves it to {path}.unreadable"]
    return [f"{path} had lost secrets; they were found again"] if any(found.values()) else []


def _unreadable(path: Path) -> str:
    try:
        return f"{path} may be read by others than its owner" if path.stat().st_mode & 0o077 else ""
    except OSError as problem:
        return f"{path} cannot be read ({(problem.strerror or '').lower()})"


def _is_values(raw: Any) -> bool:
    return isinstance(raw, dict) and all(
        isinstance(names, dict) and all(isinstance(v, str) and v for v in names.values())
        for names in raw.values()
    )
