"""The stack as it is wanted on a host: what the controller hands to look and release, whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from ansible_collections.todo.stack.plugins.module_utils.contract.environment import Given
from ansible_collections.todo.stack.plugins.module_utils.contract.model import Contract
from ansible_collections.todo.stack.plugins.module_utils.contract.state import (
    RELEASES_KEPT,
    StateDir,
)


@dataclass(frozen=True)
class StackSpec:
    """A stack by its ``name``; it holds secrets, so it travels as one hidden argument.

    ``definition``: the text of its compose file as the host is to keep it. ``services``: all that
    it names. ``variables``: what compose replaces in it. ``given``: the values of the environment.
    ``rotate``: secrets to be made anew, each ``service.NAME``. ``looked_for``: images to look for.
    ``relaxed``: compose service -> the hardening that it does without. ``release``: the kept
    release that is wanted in place of all this, see `look.releases`. ``keep_releases``: how many
    are kept.
    """

    name: str
    state_dir: str
    definition: str = ""
    services: tuple[str, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    bind_address: str = "127.0.0.1"
    contracts: tuple[Contract, ...] = ()
    given: Given = field(default_factory=Given)
    rotate: tuple[str, ...] = ()
    looked_for: tuple[str, ...] = ()
    relaxed: Mapping[str, Sequence[str]] = field(default_factory=dict)
    release: str = ""
    keep_releases: int = RELEASES_KEPT

    @property
    def state(self) -> StateDir:
        """The stack's files on the host."""
        return StateDir(self.state_dir, self.name)

    def without_values(self) -> StackSpec:
        """Return what is kept of it with a release, beside its definition and its values."""
        return replace(self, given=Given(), definition="", rotate=(), release="")

    def own_contract(self, service: str) -> Contract | None:
        """Return the contract that is the service's own."""
        return next((one for one in self.contracts if one.service == service), None)
