"""Which kept release can be gone back to, why another cannot, and with which values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.contract.environment import Given
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import (
    Problem,
    ProblemList,
)
from ansible_collections.todo.stack.plugins.module_utils.contract.model import Contract, Variable
from ansible_collections.todo.stack.plugins.module_utils.decide.resolution import (
    EMBEDDED_PASSWORD,
    Values,
)
from ansible_collections.todo.stack.plugins.module_utils.decide.schema import (
    migrated_since,
    schema_of_now,
    schema_problems,
)
from ansible_collections.todo.stack.plugins.module_utils.look.observation import ReleaseSeen, Seen

WHERE = "stack_release"
CURRENT, PREVIOUS = "current", "previous"


def chosen(wanted: str, releases: Sequence[ReleaseSeen]) -> ReleaseSeen:
    """Return the release that is asked for: a number, ``previous`` or ``current``.

    Raises ProblemList where there is none, or not enough was kept of it.
    """
    if not releases:
        raise _refused("no release was recorded on this host", "run playbooks/local.yml first")
    found = _named(wanted, releases)
    if found is None:
        kept = ", ".join(str(one.number) for one in releases)
        if wanted == PREVIOUS:
            raise _refused("there is no other release before the one that runs", f"kept: {kept}")
        remedy = f"choose one that is kept: {kept}"
        if not wanted.isdecimal():
            raise _refused("is no number of a release", remedy)
        raise _refused(f"release {wanted} is not kept on this host", remedy)
    if found.damage:
        others = [str(one.number) for one in releases if not one.damage and one != releases[-1]]
        remedy = f"choose another: {', '.join(others)}" if others else "run playbooks/local.yml"
        raise _refused(f"release {found.number} cannot be gone back to: {found.damage}", remedy)
    return found


def _named(wanted: str, releases: Sequence[ReleaseSeen]) -> ReleaseSeen | None:
    current = releases[-1]
    if wanted == CURRENT:
        return current
    if wanted == PREVIOUS:
        # Who has gone back once goes on from there, and not forward again.
        start = current.back_to or current.number
        before = [one for one in releases if one.number < start]
        others = [one for one in before if not one.identity or one.identity != current.identity]
        return others[-1] if others else None
    return next((one for one in releases if str(one.number) == wanted), None)


def given_again(contracts: Sequence[Contract], then: Values, now: Values) -> Given:
    """Return a release's values as if they were given, its secrets as they are now.

    A secret that was made anew since then must not come back, and the database knows its password
    of now alone. One that is not there any more is what it was then. ``then`` and ``now``: by
    compose service, as delivered.
    """
    env: Values = {}
    secrets: Values = {}
    extra: Values = {}
    for contract in contracts:
        service = contract.service
        before, current = then.get(service, {}), now.get(service, {})
        for name, value in before.items():
            if name not in contract.env:
                extra.setdefault(service, {})[name] = value
            elif not contract.env[name].secret:
                env.setdefault(service, {})[name] = value
        for name, variable in contract.env.items():
            value = current.get(name, before.get(name, "")) if variable.secret else ""
            if value and not _embedded(variable, now or then):
                secrets.setdefault(service, {})[name] = value
    return Given(env, secrets, extra)


def _embedded(variable: Variable, values: Values) -> bool:
    """Tell whether the value is the address of the embedded database: its password is kept."""
    embedded = variable.embedded
    return embedded is not None and EMBEDDED_PASSWORD in values.get(embedded.service, {})


def going_back_problems(seen: Seen, contracts: Sequence[Contract]) -> list[Problem]:
    """Return what keeps the release that was looked for from running here, as it is now."""
    release = seen.wanted_release
    if release is None:
        return []
    problems = list(obstacles(seen, release, contracts))
    others = [n for n in reachable(seen, contracts) if n != release.number]
    hint = f"releases that can be gone back to: {', '.join(map(str, others))}" if others else ""
    return [Problem(p.what, p.where, "; ".join(filter(None, [p.remedy, hint]))) for p in problems]


def obstacles(seen: Seen, release: ReleaseSeen, contracts: Sequence[Contract]) -> Iterator[Problem]:
    """Yield why a kept release cannot be gone back to: its files, its images, the schema."""
    where = f"release {release.number}"
    if release.damage:
        yield Problem(release.damage, where)
    for reference, services in _by_image(release).items():
        what = _lack(seen, release, services[0])
        if what:
            told = f"{what} {reference} of {', '.join(services)}"
            yield Problem(told, where, _bring_back(release))
    yield from schema_problems(seen, release, contracts)


def reachable(seen: Seen, contracts: Sequence[Contract]) -> list[int]:
    """Return the numbers of the releases, but the one that runs, that can be gone back to."""
    return [
        one.number
        for one in seen.releases
        if one.number != seen.release.number and not any(obstacles(seen, one, contracts))
    ]


def notes(seen: Seen, contracts: Sequence[Contract]) -> list[str]:
    """Return in lines which release takes the place of which, and what does not go back."""
    release, current = seen.wanted_release, seen.release
    if release is None:
        return []
    of = "".join(f", {word} {what}" for word, what in (("of", release.began), ("by", release.by),
                 ("commit", release.commit)) if what)  # fmt: skip
    lines = [f"from release {current.number} to release {release.number}{of}"]
    now = schema_of_now(seen, contracts)
    since = migrated_since(release, now, current.migrations)
    if since:
        names = ", ".join(one.revision for one in since)
        lines.append(f"the schema stays at {now}; backward compatible: {names}")
    if seen.staying:
        lines.append(f"changed since, and stay as they are: {', '.join(seen.staying)}")
    return lines


def _by_image(release: ReleaseSeen) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    for service, reference in release.references.items():
        found.setdefault(reference, []).append(service)
    return found


def _lack(seen: Seen, release: ReleaseSeen, service: str) -> str:
    image: Mapping[str, Any] | None = seen.image(release.references[service])
    if image is None:
        return "there is no image"
    return "another image is called" if image["Id"] != release.images.get(service) else ""


def _bring_back(release: ReleaseSeen) -> str:
    commit = release.commit.removesuffix("-dirty")
    return f"check out {commit} and run playbooks/local.yml" if commit else ""


def _refused(what: str, remedy: str) -> ProblemList:
    return ProblemList([Problem(what, WHERE, remedy)])
