"""What a compose file names beside its services; compose's hash of a service leaves it out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.look.observation import ChangedPart

NETWORK, VOLUME, CONFIG, SECRET = "network", "volume", "config", "secret"
_CONTENT = ("content", "file")
# Raised when a digest is made of other things: what an earlier edition recorded is not compared.
_EDITION = "1:"
# Only these, and only where they say something: another release of compose may tell more.
_OPTIONS = {
    NETWORK: (
        "driver", "driver_opts", "ipam", "internal", "attachable", "enable_ipv4", "enable_ipv6",
        "labels",
    ),
    VOLUME: ("driver", "driver_opts", "labels"),
    CONFIG: _CONTENT,
    SECRET: _CONTENT,
}  # fmt: skip


def read_parts(config: Mapping[str, Any]) -> dict[str, str]:
    """Return for each part, such as ``network default``, its name on the host and a digest.

    ``config``: of ``compose config --format json``. What is external is none of the stack's.
    """
    found = {}
    for kind, options in _OPTIONS.items():
        for key, spec in (config.get(f"{kind}s") or {}).items():
            if spec.get("external"):
                continue
            told = {name: _told(spec.get(name)) for name in options}
            text = json.dumps({n: one for n, one in told.items() if one}, sort_keys=True)
            digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
            found[f"{kind} {key}"] = f"{spec.get('name') or key} {_EDITION}{digest}"
    return found


def parts_of(spec: Mapping[str, Any]) -> Iterator[str]:
    """Yield the parts that a service uses."""
    yield from (f"{NETWORK} {key}" for key in spec.get("networks") or ())
    for one in spec.get("volumes") or ():
        if one.get("type") == "volume" and one.get("source"):
            yield f"{VOLUME} {one['source']}"
    for kind in (CONFIG, SECRET):
        yield from (f"{kind} {one['source']}" for one in spec.get(f"{kind}s") or ())


def changed_parts(
    now: Mapping[str, str], released: Mapping[str, str], there: Collection[str]
) -> tuple[ChangedPart, ...]:
    """Return the parts that are not as they were released; those of no record count as the same.

    So do those that were recorded by another edition of this collection.

    ``there``: such as ``network todo_default``, what is on the host.
    """
    changed = []
    for title, told in now.items():
        name, before = told.partition(" ")[0], released.get(title, told)
        known, _, digest = before.partition(" ")
        if before != told and digest.startswith(_EDITION):
            kept = known == name and f"{title.split()[0]} {name}" in there
            changed.append(ChangedPart(title, name if kept else ""))
    return tuple(changed)


def _told(value: Any) -> Any:
    """Return a value without what says nothing: compose writes an absent option in several ways."""
    if isinstance(value, Mapping):
        return {key: told for key, one in value.items() if (told := _told(one))}
    if isinstance(value, list):
        return [told for one in value if (told := _told(one))]
    return value
