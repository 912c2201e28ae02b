"""What a call of docker or compose gets from its caller's environment: this list, and no more."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

# Which engine: an address and its certificates. A context is a setting of a person, not of a host.
_ENGINE = ("DOCKER_HOST", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH", "SSH_AUTH_SOCK")
# Where programs and files are found; the client asks registries, and their helpers, by itself.
_PLACES = ("PATH", "HOME", "USER", "LOGNAME", "TMPDIR")
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY")
HONOURED = (*_ENGINE, *_PLACES, *_PROXIES, *(name.lower() for name in _PROXIES))

_OWN = {
    "LC_ALL": "C.UTF-8",
    # Nor what an .env file beside a definition, or in the working directory, happens to say.
    "COMPOSE_DISABLE_ENV_FILE": "1",
    "DOCKER_CLI_HINTS": "false",
}

# Who one is at a registry, and where plugins lie. Not `proxies`, which put six names into every
# container, nor `currentContext`, nor formats, headers or aliases.
_KEPT = ("auths", "credHelpers", "credsStore", "cliPluginsExtraDirs")


def client_environment(
    environ: Mapping[str, str], config: str, callers_config: str
) -> dict[str, str]:
    """Return the environment of the client: ``config`` is the folder of its own configuration.

    ``callers_config`` is the caller's, where the client looks for certificates by itself.
    """
    kept = {name: environ[name] for name in HONOURED if environ.get(name)}
    if "DOCKER_TLS_VERIFY" in kept:
        kept.setdefault("DOCKER_CERT_PATH", callers_config)
    return {**kept, **_OWN, "DOCKER_CONFIG": config}


def callers_config(environ: Mapping[str, str], home: str) -> str:
    """Return the folder that the caller's own client has its configuration in."""
    return environ.get("DOCKER_CONFIG") or f"{environ.get('HOME') or home}/.docker"


def client_config(text: str) -> dict[str, Any]:
    """Return what our calls keep of a client's config.json; nothing where it is none."""
    try:
        read = json.loads(text)
    except ValueError:
        return {}
    return {name: read[name] for name in _KEPT if name in read} if isinstance(read, dict) else {}
