"""What a module is to render: judged, hidden from all output, brought to the host."""

from __future__ import annotations

import secrets as random_source
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.contract.environment import (
    Given,
    validate_environment,
)
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import ProblemList
from ansible_collections.todo.stack.plugins.module_utils.contract.masking import (
    derived_forms,
    hidden_texts,
)
from ansible_collections.todo.stack.plugins.module_utils.contract.model import from_dict
from ansible_collections.todo.stack.plugins.module_utils.decide.rotation import rotation_problems
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import DockerCli, Run
from ansible_collections.todo.stack.plugins.module_utils.release.environment_files import (
    Host,
    Outcome,
    ensure_environment,
)
from ansible_collections.todo.stack.plugins.module_utils.release.turns import Turn

SECRET_BYTES = 48


@dataclass(frozen=True)
class Rendering:
    """The values given for normalised ``contracts``, and the secrets to make anew."""

    contracts: Sequence[Mapping[str, Any]]
    given: Given
    rotate: Sequence[str] = field(default_factory=list)

    @classmethod
    def read(cls, contracts: Sequence[Mapping[str, Any]], options: Mapping[str, Any]) -> Rendering:
        """Return the rendering that a module's options describe."""
        names = ("env", "secrets", "extra_env", "production")
        return cls(contracts, Given(*(options[n] for n in names)), options.get("rotate") or [])

    def hidden(self) -> set[str]:
        """Return what no output may show, in all its shapes, whether it is in order or not."""
        return derived_forms(hidden_texts(self.given, _plain_names(self.contracts)))

    def hidden_now(self, outcome: Outcome) -> set[str]:
        """Return the same for what was made on the host."""
        contracts = [from_dict(raw) for raw in self.contracts]
        return derived_forms(outcome.resolution.secrets_of(contracts))

    def ensure(self, run: Run, folder: Path, turn: Turn, *, check_mode: bool) -> Outcome:
        """Bring the files in ``folder`` to what is given; raise StackError with all problems."""
        contracts = [from_dict(raw) for raw in self.contracts]
        problems = validate_environment(contracts, self.given)
        problems += rotation_problems(contracts, self.given, self.rotate)
        if problems:
            raise ProblemList(problems)
        host = Host(
            folder=folder,
            # A bare host has no docker command, and that is no failure here.
            docker=DockerCli(partial(run, handle_exceptions=False)),
            make_secret=lambda: random_source.token_urlsafe(SECRET_BYTES),
            check_mode=check_mode,
            turn=turn,
            rotate=self.rotate,
        )
        return ensure_environment(host, contracts, self.given)


def _plain_names(contracts: Sequence[Mapping[str, Any]]) -> set[tuple[str, str]]:
    """Return the (service, NAME) that contracts declare as no secret; wrong contracts name none."""
    try:
        return {
            (contract.service, name)
            for contract in map(from_dict, contracts)
            for name, variable in contract.env.items()
            if not variable.secret
        }
    except (KeyError, TypeError, AttributeError):
        return set()
