"""The compose override that delivers values byte for byte and names every image."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.contract.model import Contract
from ansible_collections.todo.stack.plugins.module_utils.decide.resolution import (
    Resolution,
    Values,
)

UNUSED_PROFILE = "unused"
# YAML, as which compose reads the file, knows no surrogate pairs and refuses some raw characters.
_ESCAPED = re.compile("[\x7f-\uffff]")


def as_json(document: Mapping[str, Any]) -> str:
    """Return ``document`` as JSON that a YAML parser reads the same way."""
    text = json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False)
    return _ESCAPED.sub(lambda match: f"\\u{ord(match.group()):04x}", text) + "\n"


def delivered(contracts: Sequence[Contract], resolution: Resolution) -> Values:
    """Return the values by compose service: services that run one image share its contract's."""
    values = {
        name: dict(resolution.values[contract.service])
        for contract in contracts
        for name in contract.compose_services
    }
    return {**values, **{name: dict(given) for name, given in resolution.supplied.items()}}


def override(values: Values, images: Mapping[str, str], switched_off: Collection[str]) -> str:
    """Return the override's text, every ``$`` doubled against interpolation.

    ``images``: compose service -> the reference it is to run. ``switched_off``: the embedded
    services that nothing needs.
    """
    services: dict[str, Any] = {name: {"profiles": [UNUSED_PROFILE]} for name in switched_off}
    for name, given in values.items():
        escaped = {key: value.replace("$", "$$") for key, value in given.items()}
        services.setdefault(name, {})["environment"] = escaped
    for name, image in images.items():
        services.setdefault(name, {})["image"] = image
    return as_json({"services": services})


def read_back(text: str) -> Values | None:
    """Return the values an override delivers, by compose service; None when it is no override."""
    try:
        services = json.loads(text)["services"]
        return {
            service: {
                str(name): str(value).replace("$$", "$")
                for name, value in spec["environment"].items()
            }
            for service, spec in services.items()
            if "environment" in spec
        }
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def pinned(text: str) -> dict[str, str]:
    """Return the images that an override names, by compose service; none when it is no override."""
    try:
        services = json.loads(text)["services"]
        return {name: str(spec["image"]) for name, spec in services.items() if "image" in spec}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}
