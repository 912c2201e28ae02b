"""The parameters of image_build, checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.build.build_secrets import read_secrets
from ansible_collections.todo.stack.plugins.module_utils.build.spec import (
    ImageSpec,
    read_spec,
    spec_problems,
)
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import ProblemList
from ansible_collections.todo.stack.plugins.module_utils.contract.masking import derived_forms
from ansible_collections.todo.stack.plugins.module_utils.contract.state import StateDir
from ansible_collections.todo.stack.plugins.module_utils.look.host import available_memory

BUILD_MEMORY_BYTES = 1_000_000_000  # for each image of one session


@dataclass(frozen=True)
class Wanted:
    """The images wanted, and what every build of them is given."""

    specs: tuple[ImageSpec, ...]
    ca_bundle: str | None
    proxies: Mapping[str, str]
    state: StateDir
    no_cache: bool
    progress_file: Path | None
    memory_bytes: int
    latest: bool = True
    secrets: Mapping[str, Mapping[str, bytes]] = field(default_factory=dict, repr=False)

    @classmethod
    def read(cls, params: Mapping[str, Any]) -> Wanted:
        """Return the parameters, checked; raise ProblemList with every wrong name."""
        mirror = params["registry_mirror"]
        specs = tuple(
            read_spec(image, params["bases"], mirror, params["stack"]) for image in params["images"]
        )
        if problems := spec_problems(specs):
            raise ProblemList(problems)
        ca_bundle = params["ca_bundle"]
        return cls(
            specs=specs,
            ca_bundle=ca_bundle if ca_bundle and Path(ca_bundle).is_file() else None,
            proxies={name: str(value) for name, value in params["proxies"].items()},
            state=StateDir(params["state_dir"], params["stack"]),
            latest=params["latest"],
            no_cache=params["no_cache"],
            progress_file=Path(params["progress_file"]) if params["progress_file"] else None,
            memory_bytes=available_memory(),
            secrets=read_secrets({spec.service: spec.options.secrets for spec in specs}),
        )

    def hidden(self) -> set[str]:
        """Return what no output may show: secrets, and proxies with a password, in all shapes."""
        secrets = (data for one in self.secrets.values() for data in one.values())
        proxies = (value for value in self.proxies.values() if "@" in value)
        return derived_forms([*(data.decode(errors="replace") for data in secrets), *proxies])

    def at_once(self, due: Sequence[object]) -> bool:
        """Tell whether there is memory to build so many images in one session."""
        return len(due) < 2 or self.memory_bytes >= len(due) * BUILD_MEMORY_BYTES  # noqa: PLR2004

    def spared(self, due: Sequence[object]) -> list[str]:
        """Return the one sentence on images that are built one after the other, if they are."""
        if self.at_once(due):
            return []
        have, need = self.memory_bytes // 1_000_000, len(due) * BUILD_MEMORY_BYTES // 1_000_000
        return [
            f"{have:,} MB of memory are available, and {need:,} MB are needed to build {len(due)} "
            "images at once: they were built one after the other"
        ]
