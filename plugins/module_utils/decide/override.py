"""The compose override that delivers values byte for byte: written, read back, compared."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

Values = dict[str, dict[str, str]]  # service -> name -> value
UNUSED_PROFILE = "unused"
# YAML, as which compose reads the file, knows no surrogate pairs and refuses some raw characters.
_ESCAPED = re.compile("[\x7f-\uffff]")


def as_json(document: Mapping[str, Any]) -> str:
    """Return ``document`` as JSON that a YAML parser reads the same way."""
    text = json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False)
    return _ESCAPED.sub(lambda match: f"\\u{ord(match.group()):04x}", text) + "\n"


def read_back(text: str) -> Values | None:
    """Return the values an override delivers, by compose service; None when it is no override."""
    try:
        services = json.loads(text)["services"]
        return {
            service: {
                str(name): str(value).replace("$$", "$")
                for name, value in spec.get("environment", {}).items()
            }
            for service, spec in services.items()
        }
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def differences(
    before: Mapping[str, Mapping[str, str]], after: Mapping[str, Mapping[str, str]]
) -> dict[str, dict[str, list[str]]]:
    """Return the names added, removed and changed for every service on either side."""
    result = {}
    for service in sorted({*before, *after}):
        old, new = before.get(service, {}), after.get(service, {})
        result[service] = {
            "added": sorted(set(new) - set(old)),
            "removed": sorted(set(old) - set(new)),
            "changed": sorted(n for n in set(old) & set(new) if old[n] != new[n]),
        }
    return result


def delivers(
    wanted: Mapping[str, str],
    managed: Collection[str],
    environ: Mapping[str, str],
    own: Mapping[str, str],
) -> bool:
    """Tell whether a container's ``environ`` has exactly the ``wanted`` values.

    ``managed`` are the names that were ever rendered; ``own`` is what its image declares.
    """
    extra = [n for n in managed if n not in wanted and environ.get(n, own.get(n)) != own.get(n)]
    return not extra and all(environ.get(name) == value for name, value in wanted.items())


def describe(changes: Mapping[str, Mapping[str, Sequence[str]]]) -> str:
    """Return the differences as lines of names, the form diff mode shows."""
    return "".join(
        f"{service}: {verb} {name}\n"
        for service, verbs in changes.items()
        for verb, names in verbs.items()
        for name in names
    )
