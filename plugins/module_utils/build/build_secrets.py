"""The secrets of builds on this host: read, and known again by a fingerprint nobody can guess."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets as random_source
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.build.options import Secret
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import Problem, ProblemList
from ansible_collections.todo.stack.plugins.module_utils.edge.files import (
    ensure_private_folder,
    read_text,
    write_private,
)

_KEY_BYTES = 32


def packed(image: Mapping[str, Any]) -> dict[str, Any]:
    """Return an image's parameters with the values of its secrets as base64.

    A module's parameters go to the host's log as Python writes them: a value with a backslash, a
    quote or a line break looks otherwise there, and would not be found and hidden.
    """
    return _with_values(image, lambda value: base64.b64encode(value.encode()).decode())


def unpacked(image: Mapping[str, Any]) -> dict[str, Any]:
    """Return what `packed` was given."""
    return _with_values(image, lambda value: base64.b64decode(value).decode())


def _with_values(image: Mapping[str, Any], change: Callable[[str], str]) -> dict[str, Any]:
    secrets = image.get("secrets")
    if not isinstance(secrets, list):
        return dict(image)  # of a wrong form, or none: the module says so
    return {
        **image,
        "secrets": [
            {**one, "value": change(str(one["value"]))}
            if isinstance(one, Mapping) and one.get("value") is not None
            else one
            for one in secrets
        ],
    }


def read_secrets(wanted: Mapping[str, Sequence[Secret]]) -> dict[str, dict[str, bytes]]:
    """Return service -> id -> bytes; raise ProblemList naming each secret that is not there."""
    found: dict[str, dict[str, bytes]] = {}
    problems = []
    for service, several in wanted.items():
        for secret in several:
            try:
                found.setdefault(service, {})[secret.id] = _read(secret)
            except (OSError, KeyError) as error:
                what = getattr(error, "strerror", None) or "is not set in the host's environment"
                where = f"images.{service}.secrets.{secret.id}"
                problems.append(Problem(f"{secret.file or secret.env}: {what}", where))
    if problems:
        raise ProblemList(problems)
    return found


def secret_prints(
    found: Mapping[str, Mapping[str, bytes]], key_file: Path, *, check_mode: bool
) -> dict[str, dict[str, str]]:
    """Return service -> id -> a keyed digest; the key never leaves the host.

    Without its key a fingerprint on an image says nothing, not even to one who guesses the value.
    A preview writes no key: where there is none, no image can carry a fingerprint yet.
    """
    if not found:
        return {}
    key = _key(key_file, check_mode=check_mode)
    return {
        service: {
            name: hmac.new(key, data, hashlib.sha256).hexdigest() for name, data in one.items()
        }
        for service, one in found.items()
    }


def _read(secret: Secret) -> bytes:
    if secret.file is not None:
        return Path(secret.file).read_bytes()
    if secret.value is not None:
        return secret.value.encode()
    return os.environb[str(secret.env).encode()]


def _key(path: Path, *, check_mode: bool) -> bytes:
    try:
        key = bytes.fromhex((read_text(path) or "").strip())
    except ValueError:
        key = b""
    if len(key) != _KEY_BYTES:
        key = random_source.token_bytes(_KEY_BYTES)
        if not check_mode:
            ensure_private_folder(path.parent)
            write_private(path, key.hex() + "\n")
    return key
