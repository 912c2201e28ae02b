"""What an image must bring along before its tag moves: who runs it, how its health is asked."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.build.dockerfile import Declared

FIXED_USER = "fixed_user"
HEALTHCHECK = "healthcheck"
REQUIREMENTS = (FIXED_USER, HEALTHCHECK)
_FIXED = re.compile(r"0*[1-9][0-9]*(:[0-9]+)?")


# Official bases that run as root, without a healthcheck: what a Dockerfile does not add is missing.
_PLAIN_BASES = frozenset(
    [
        *("alpine", "busybox", "debian", "ubuntu", "buildpack-deps", "python", "node", "golang"),
        *("ruby", "php", "rust", "perl", "openjdk", "eclipse-temurin", "nginx", "httpd"),
    ]
)


def foreseen(service: str, said: Declared, required: Sequence[str]) -> list[str]:
    """Return what an image will lack of what is required, as far as its Dockerfile tells."""
    plain = said.base.removeprefix("docker.io/library/").partition(":")[0] in _PLAIN_BASES
    user = "" if said.user is None and plain else said.user
    probe = "NONE" if said.healthcheck is None and plain else said.healthcheck
    known = {
        FIXED_USER: user is not None and not set(user) & set("$'\""),
        HEALTHCHECK: probe is not None,
    }
    test = (probe or "").split()[:1]
    config = {"User": user, "Healthcheck": {"Test": [one.upper() for one in test]}}
    return shortcomings(service, config, [one for one in required if known[one]])


def is_fixed_user(user: str) -> bool:
    """Return whether a USER is a number, not root's: a name's uid is the image's to change."""
    return _FIXED.fullmatch(user) is not None


def has_healthcheck(config: Mapping[str, Any]) -> bool:
    """Return whether an image's or container's configuration says how to ask for its health."""
    test = (config.get("Healthcheck") or {}).get("Test") or []
    return bool(test) and test[0] != "NONE"


def shortcomings(service: str, config: Mapping[str, Any], required: Sequence[str]) -> list[str]:
    """Return what an image's configuration lacks of what is required, a sentence each."""
    user = str(config.get("User") or "")
    found = []
    if FIXED_USER in required and not is_fixed_user(user):
        runs_as = f"its USER is {user!r}" if user else "it has no USER, so it runs as root"
        found.append(f"{service}: {runs_as}; a fixed number other than root's 0 is needed")
    if HEALTHCHECK in required and not has_healthcheck(config):
        found.append(f"{service}: it has no HEALTHCHECK, and compose.yaml gives it none")
    return found
