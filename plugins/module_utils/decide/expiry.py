"""What comes to its end, told before it does: base images, the host's Debian, secrets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime

from ansible_collections.todo.stack.plugins.module_utils.build.base_image import (
    LOCAL_PREFIX,
    recipe_of,
)
from ansible_collections.todo.stack.plugins.module_utils.contract.model import Contract, Variable
from ansible_collections.todo.stack.plugins.module_utils.decide.resolution import Values
from ansible_collections.todo.stack.plugins.module_utils.look.observation import Names, Seen

# A team needs about so long to go to a newer one.
NEAR_DAYS = 90
# The last day with security fixes, as each project tells; of Debian that of its long-term support.
END_OF_LIFE = {
    "debian": {
        "10": date(2024, 6, 30), "11": date(2026, 8, 31), "12": date(2028, 6, 30),
        "13": date(2030, 6, 30),
    },
    "node": {
        "18": date(2025, 4, 30), "20": date(2026, 4, 30), "22": date(2027, 4, 30),
        "24": date(2028, 4, 30),
    },
    "postgres": {
        "13": date(2025, 11, 13), "14": date(2026, 11, 12), "15": date(2027, 11, 11),
        "16": date(2028, 11, 9), "17": date(2029, 11, 8), "18": date(2030, 11, 14),
    },
    "python": {
        "3.9": date(2025, 10, 31), "3.10": date(2026, 10, 31), "3.11": date(2027, 10, 31),
        "3.12": date(2028, 10, 31), "3.13": date(2029, 10, 31), "3.14": date(2030, 10, 31),
    },
}  # fmt: skip
_CODENAMES = {"buster": "10", "bullseye": "11", "bookworm": "12", "trixie": "13"}
_NEWER_BASE = "name a newer one where the contract, the Dockerfile or compose.yaml names it"


def secrets_since(
    contracts: Sequence[Contract],
    before: Mapping[str, str],
    current: Values,
    wanted: Values,
    now: str,
) -> dict[str, str]:
    """Return since when each secret, ``service.NAME``, has the value that is ``wanted``.

    ``before``: what was known of it, ``current``: the values until now; ``now``: ISO 8601. Of one
    that was there before this was recorded, it is the moment from which it is known.
    """
    found = {}
    for contract, name, _variable in _secrets(contracts):
        value = wanted.get(contract.service, {}).get(name)
        if value is not None:
            known = f"{contract.service}.{name}"
            is_same = current.get(contract.service, {}).get(name, value) == value
            found[known] = before[known] if is_same and known in before else now
    return found


def expiry_warnings(
    seen: Seen, contracts: Sequence[Contract], now: datetime, max_age_days: int
) -> list[str]:
    """Return what is to be said of a host and its secrets; 0 days are no limit."""
    return [
        *system_warnings(seen.system, now.date()),
        *(secret_warnings(seen, contracts, now, max_age_days) if max_age_days else ()),
    ]


def base_image_warnings(references: Iterable[str], today: date) -> Iterator[str]:
    """Yield of each base image, by its reference, whose release or whose Debian ends."""
    for reference in dict.fromkeys(one.removeprefix(LOCAL_PREFIX) for one in references):
        recipe = recipe_of(reference)
        if said := _ends(recipe["kind"], recipe["version"], today):
            yield f"{reference} {said}: {_NEWER_BASE}"
        codenames = [one for one in re.split(r"[-:]", reference) if one in _CODENAMES]
        for codename in codenames:
            if said := _ends("debian", _CODENAMES[codename], today):
                yield f"the Debian of {reference} {said}: {_NEWER_BASE}"


def bases_of(seen: Seen) -> list[str]:
    """Return the images that what runs was built from, and those that run as they are."""
    running = {one.image_id for one in seen.containers}
    records = [one.get("Record") or {} for one in seen.images if one.get("Id") in running]
    built_from = [str(record.get("base_image") or "") for record in records]
    return [one for one in [*built_from, *(c.image for c in seen.containers)] if one]


def system_warnings(system: str, today: date) -> Iterator[str]:
    """Yield that a host's release, such as ``debian 12``, ends."""
    kind, _, version = system.partition(" ")
    if kind == "debian" and (said := _ends(kind, version, today)):
        yield f"this host's Debian {version} {said}: upgrade the host"


def secret_warnings(
    seen: Seen, contracts: Sequence[Contract], now: datetime, max_age_days: int
) -> Iterator[str]:
    """Yield of each secret that is older, unless a run would give it another value."""
    for contract, name, variable in _secrets(contracts):
        known = f"{contract.service}.{name}"
        drift = seen.environment.drift.get(contract.service, Names())
        age = _age_days(seen.environment.secrets_since.get(known, ""), now)
        if age <= max_age_days or name in (*drift.different, *drift.extra):
            continue
        is_made = (variable.generate or variable.embedded) and known not in seen.release.given
        what_to_do = (
            f'playbooks/rotate_secrets.yml -e \'{{"stack_rotate": ["{known}"]}}\' makes it anew'
            if is_made
            else f"give a new one in stack_secrets.{known}"
        )
        yield f"{known} is {age} days old, stack_secret_max_age is {max_age_days}: {what_to_do}"


def _secrets(contracts: Sequence[Contract]) -> Iterator[tuple[Contract, str, Variable]]:
    for contract in contracts:
        for name, variable in contract.env.items():
            if variable.secret:
                yield contract, name, variable


def _ends(kind: str, version: str, today: date) -> str:
    """Return that a release is past its end, or near it, "" where it is neither or not known."""
    parts = version.split(".")
    known = END_OF_LIFE.get(kind, {})
    end = known.get(".".join(parts[:2])) or known.get(parts[0])
    if end is None or (end - today).days > NEAR_DAYS:
        return ""
    if end < today:
        return f"is past its end of life ({end}) and gets no security fixes"
    return f"comes to its end of life in {(end - today).days} days ({end})"


def _age_days(since: str, now: datetime) -> int:
    try:
        return (now - datetime.fromisoformat(since)).days
    except (ValueError, TypeError):  # none, or one without a time zone
        return 0
