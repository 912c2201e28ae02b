"""The database's schema: which revision it has, and which code runs on it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.contract.errors import Problem
from ansible_collections.todo.stack.plugins.module_utils.contract.model import Contract
from ansible_collections.todo.stack.plugins.module_utils.look.observation import (
    Migration,
    ReleaseSeen,
    Seen,
)


def told_of_schema(seen: Seen, contracts: Sequence[Contract]) -> tuple[str, Any]:
    """Return what the running services tell: the schema's revision, and their migrations.

    "" and None where no check of a contract tells it, or none was answered.
    """
    for service in seen.services:
        own = [one for one in contracts if one.service == service.name]
        for check in own[0].run.checks if own else ():
            answer = service.probes.get(check.name)
            if check.revision and answer and answer.body:
                with suppress(ValueError):
                    told = json.loads(answer.body) or {}
                    return str(told.get(check.revision) or ""), told.get(check.migrations)
    return "", None


def schema_of_now(seen: Seen, contracts: Sequence[Contract]) -> str:
    """Return the revision that the database has: as it is told now, else as it was recorded."""
    return told_of_schema(seen, contracts)[0] or seen.release.schema


def migrated_since(
    release: ReleaseSeen, now: str, known: Sequence[Migration]
) -> list[Migration] | None:
    """Return the migrations between a release's schema and the revision ``now``, newest first.

    ``known``: those that led to the schema of now, the newest first. None: they are not known.
    """
    if release.schema == now:
        return []
    revisions = [one.revision for one in known]
    if not (release.schema in revisions and now in revisions):
        return None
    begin, end = revisions.index(now), revisions.index(release.schema)
    return list(known[begin:end]) if begin < end else None


def schema_problems(
    seen: Seen, release: ReleaseSeen, contracts: Sequence[Contract]
) -> Iterator[Problem]:
    """Yield why the code of a release cannot run on the database as it is now."""
    now = schema_of_now(seen, contracts)
    where = f"release {release.number}"
    if release.schema == now or _migrates_forward(release, now):
        return
    remedy = (
        f"first have the release that runs take the schema back to "
        f"{release.schema or 'what it was'}; then roll back"
    )
    since = migrated_since(release, now, seen.release.migrations)
    if since is None:
        what = (
            f"needs the schema {release.schema or '(not recorded)'}, the database has "
            f"{now or '(unknown)'}, and what was migrated between them is not known"
        )
        yield Problem(what, where, remedy)
    elif bad := [one.revision for one in since if not one.backward_compatible]:
        names = ", ".join(one.revision for one in since)
        what = (
            f"needs the schema {release.schema}, since then {names} were migrated, and its code "
            f"does not run on {', '.join(bad)} (not declared backward compatible)"
        )
        yield Problem(what, where, remedy)


def _migrates_forward(release: ReleaseSeen, now: str) -> bool:
    """Tell whether the release's own migrations lead from the schema of now to its own."""
    revisions = [one.revision for one in release.migrations]
    if not (now in revisions and release.schema in revisions):
        return False
    return revisions.index(release.schema) < revisions.index(now)
