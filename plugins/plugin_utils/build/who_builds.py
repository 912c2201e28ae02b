"""Which host builds the images for a host of the play."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError

EACH = "each"
CONTROLLER = "localhost"


@dataclass(frozen=True)
class Looked:
    """A host that was looked at: ``wish`` is its ``images_builder``, ``project`` what it runs.

    ``architecture`` is its engine's, "" where there is no engine yet.
    """

    name: str
    engine: bool
    architecture: str
    wish: str = ""
    project: Any = field(default=None, compare=False)

    def may_share(self, other: Looked) -> bool:
        """Tell whether one build can serve both."""
        known = self.architecture and other.architecture
        return self.project == other.project and (
            not known or self.architecture == other.architecture
        )


@dataclass(frozen=True)
class Choice:
    """Who builds for a host: ``builder``; in the play, for ``lead``, which is another host where
    the builder is none of those that run now."""

    builder: str
    lead: str
    reason: str


def choose(
    me: Looked, alive: Iterable[Looked], now: Collection[str], known: Collection[str]
) -> Choice:
    """Return who builds for ``me``.

    ``alive`` are the hosts of the play that were looked at, in its order, read no further than to
    the builder: many hosts ask the same. ``now`` are those of the batch that runs, ``known`` all
    names of the inventory. Raises StackError for a builder that is none of them.
    """
    if me.wish == EACH:
        return Choice(me.name, me.name, "images_builder is each")
    if me.wish:
        return _named(me, alive, now, known)
    first = None
    for one in alive:
        # One that builds for itself alone is nobody's builder.
        if one.wish in {"", one.name} and one.may_share(me):
            if one.engine:
                return Choice(one.name, one.name, "the first host of the play with an engine")
            first = first or one
    name = (first or me).name
    return Choice(name, name, "the first host of the play; none has an engine yet")


def _named(
    me: Looked, alive: Iterable[Looked], now: Collection[str], known: Collection[str]
) -> Choice:
    why = "images_builder names it"
    if me.wish not in {*known, CONTROLLER}:
        raise StackError(
            f"there is no host {me.wish!r} in the inventory",
            where="images_builder",
            remedy=f"name a host, {CONTROLLER} for the controller, or {EACH}",
        )
    others = []
    for one in alive:
        if one.name == me.wish:
            if one.may_share(me):
                return Choice(one.name, one.name, why)
            what = f"{one.name} is of another architecture or has another project"
            return Choice(me.name, me.name, what)
        others.append(one)
    # It is none of the play's, or comes later in it: the first of those it serves has it build.
    served = [
        one for one in others if one.name in now and one.wish == me.wish and one.may_share(me)
    ]
    return Choice(me.wish, served[0].name if served else me.name, why)
