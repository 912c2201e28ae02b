"""The rendered environment and the kept secrets of one host, brought to what was given."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.contract import Contract
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import DockerCli
from ansible_collections.todo.stack.plugins.module_utils.edge.files import (
    PRIVATE_FILE,
    PRIVATE_FOLDER,
    clear_leftover,
    ensure_mode,
    ensure_private_folder,
    exclusive,
    has_mode,
    move_aside,
    read_text,
    write_private,
)
from ansible_collections.todo.stack.plugins.module_utils.edge.kept_secrets import (
    ENVIRONMENT_FILE,
    SECRETS_FILE,
    find_lost,
    missing_of,
    read_kept,
)
from ansible_collections.todo.stack.plugins.module_utils.environment import Given
from ansible_collections.todo.stack.plugins.module_utils.errors import StackError
from ansible_collections.todo.stack.plugins.module_utils.override import (
    as_json,
    differences,
    override_document,
    read_back,
)
from ansible_collections.todo.stack.plugins.module_utils.resolution import (
    Resolution,
    Values,
    needed_secrets,
    resolve,
)


@dataclass(frozen=True)
class Host:
    """Where the files are, and how the host is asked and touched."""

    folder: Path
    docker: DockerCli
    make_secret: Callable[[], str]
    check_mode: bool


@dataclass(frozen=True)
class Outcome:
    """What a run changed, or would change. Everything but ``resolution`` holds names only."""

    services: dict[str, dict[str, list[str]]]
    written: list[str]
    repaired: list[str]
    warnings: list[str]
    resolution: Resolution

    def as_result(self) -> dict[str, Any]:
        """Return the module's result."""
        return {
            "changed": bool(self.written or self.repaired),
            "services": self.services,
            "changed_services": [s for s, verbs in self.services.items() if any(verbs.values())],
            "repaired": self.repaired,
            "generated": self.resolution.generated,
            "embedded": self.resolution.embedded,
            "unset": self.resolution.unset,
        }


def ensure_environment(host: Host, contracts: Sequence[Contract], given: Given) -> Outcome:
    """Bring secrets.json and environment.json to ``given``; in check mode only say what would be.

    ``given`` must have passed `validate_environment`.
    """
    fresh = not host.folder.exists()
    repaired = [] if fresh or has_mode(host.folder, PRIVATE_FOLDER) else ["folder: mode 0700"]
    if not host.check_mode:
        ensure_private_folder(host.folder)
    with _alone(host):
        kept, warnings = _kept_secrets(host, contracts, given)
        resolution = resolve(contracts, given, kept, host.make_secret)
        before = read_text(host.folder / ENVIRONMENT_FILE) or ""
        wanted = as_json(override_document(contracts, resolution))
        written = _write(host, SECRETS_FILE, as_json(resolution.kept) if resolution.kept else None)
        written += _write(host, ENVIRONMENT_FILE, wanted)
        repaired += _repair_modes(host, written)
    services = differences(read_back(before) or {}, read_back(wanted) or {})
    return Outcome(services, written, repaired, warnings, resolution)


def _alone(host: Host) -> AbstractContextManager[None]:
    return nullcontext() if host.check_mode else exclusive(host.folder)


def _kept_secrets(
    host: Host, contracts: Sequence[Contract], given: Given
) -> tuple[Values, list[str]]:
    """Return the secrets made earlier, and a warning where secrets.json no longer told them."""
    stored = read_kept(host.folder)
    kept = {} if stored is None else stored
    missing = missing_of(kept, needed_secrets(contracts, given))
    found = _find_lost(host, contracts, missing) if missing else {}
    merged = {s: {**kept.get(s, {}), **found.get(s, {})} for s in {**kept, **found}}
    warnings = []
    if stored is None:
        place = host.folder / SECRETS_FILE
        aside = place if host.check_mode else move_aside(place)
        again = [f"{s}.{n}" for s, n in missing_of(found, missing)]
        made = f"generated anew: {', '.join(again)}" if again else "its secrets were found again"
        warnings.append(f"{place} could not be read ({made}); the old file is {aside}")
    elif any(found.values()):
        warnings.append(f"{host.folder / SECRETS_FILE} had lost secrets; they were found again")
    return merged, warnings


def _find_lost(host: Host, contracts: Sequence[Contract], missing: list[tuple[str, str]]) -> Values:
    try:
        return find_lost(host.folder, contracts, missing, host.docker)
    except FileNotFoundError:
        return {}  # no docker command: a bare host, in check mode
    except StackError as error:
        if host.check_mode and error.where.startswith("docker"):
            return {}  # its engine is not up yet; a run starts it first
        raise


def _write(host: Host, name: str, text: str | None) -> list[str]:
    """Write a file whose content differs; return its name if so."""
    path = host.folder / name
    if not host.check_mode:
        clear_leftover(path)
    if text is None or read_text(path) == text:
        return []
    if not host.check_mode:
        write_private(path, text)
    return [name]


def _repair_modes(host: Host, written: Sequence[str]) -> list[str]:
    repaired = []
    for name in (SECRETS_FILE, ENVIRONMENT_FILE):
        path = host.folder / name
        if name in written or not path.exists() or has_mode(path, PRIVATE_FILE):
            continue
        if not host.check_mode:
            ensure_mode(path, PRIVATE_FILE)
        repaired.append(f"{name}: mode 0600")
    return repaired
