"""The rendered environment and the kept secrets of one host, brought to what was given."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.contract.environment import Given
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.module_utils.contract.model import Contract
from ansible_collections.todo.stack.plugins.module_utils.decide.override import (
    Values,
    as_json,
    delivers,
    describe,
    differences,
    read_back,
)
from ansible_collections.todo.stack.plugins.module_utils.decide.resolution import (
    Resolution,
    needed_secrets,
    override_document,
    resolve,
)
from ansible_collections.todo.stack.plugins.module_utils.decide.rotation import without_rotated
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import DockerCli
from ansible_collections.todo.stack.plugins.module_utils.edge.files import (
    PRIVATE_FILE,
    PRIVATE_FOLDER,
    clear_leftover,
    ensure_mode,
    ensure_private_folder,
    has_mode,
    move_aside,
    read_text,
    write_private,
)
from ansible_collections.todo.stack.plugins.module_utils.look.kept_secrets import (
    ENVIRONMENT_FILE,
    SECRETS_FILE,
    container_environments,
    find_lost,
    missing_of,
    read_kept,
)
from ansible_collections.todo.stack.plugins.module_utils.release.turns import Turn


@dataclass(frozen=True)
class Host:
    """Where the files are, and how the host is asked and touched."""

    folder: Path
    docker: DockerCli
    make_secret: Callable[[], str]
    check_mode: bool
    turn: Turn = field(default_factory=Turn)
    rotate: Sequence[str] = ()


@dataclass(frozen=True)
class Outcome:
    """What a run changed, or would change. Everything but ``resolution`` holds names only.

    ``stale`` are, in check mode, the compose services whose containers have other values.
    """

    services: dict[str, dict[str, list[str]]]
    written: list[str]
    repaired: list[str]
    warnings: list[str]
    resolution: Resolution
    stale: list[str]
    names: dict[str, list[str]]

    def as_result(self) -> dict[str, Any]:
        """Return the module's result."""
        return {
            "changed": bool(self.written or self.repaired),
            "services": self.services,
            "changed_services": self.changed_services(),
            "repaired": self.repaired,
            "generated": self.resolution.generated,
            "embedded": self.resolution.embedded,
            "unset": self.resolution.unset,
        }

    def changed_services(self) -> list[str]:
        """Return the services that get other names or values."""
        return [s for s, verbs in self.services.items() if any(verbs.values())]

    def diff(self) -> dict[str, str]:
        """Return what ``--diff`` shows."""
        return {"prepared": describe(self.services)}

    def preview(self) -> dict[str, Any]:
        """Return what a preview of the stack has to know, names only."""
        return {
            "stale": self.stale,
            "names": self.names,
            "switched_off": self.resolution.switched_off,
        }


def ensure_environment(host: Host, contracts: Sequence[Contract], given: Given) -> Outcome:
    """Bring secrets.json and environment.json to ``given``; in check mode only say what would be.

    ``given`` must have passed `validate_environment`.
    """
    fresh = not host.folder.exists()
    repaired = [] if fresh or has_mode(host.folder, PRIVATE_FOLDER) else ["folder: mode 0700"]
    if not host.check_mode:
        ensure_private_folder(host.folder)
    with host.turn.taken(host.folder, check_mode=host.check_mode):
        kept, warnings = _kept_secrets(host, contracts, given)
        kept = without_rotated(contracts, kept, host.rotate)
        resolution = resolve(contracts, given, kept, host.make_secret)
        before = read_text(host.folder / ENVIRONMENT_FILE) or ""
        wanted = as_json(override_document(contracts, resolution))
        written = _write(host, SECRETS_FILE, as_json(resolution.kept) if resolution.kept else None)
        written += _write(host, ENVIRONMENT_FILE, wanted)
        repaired += _repair_modes(host, written)
    old, new = read_back(before) or {}, read_back(wanted) or {}
    services = differences(old, new)
    stale = _stale(host, contracts, old, new) if host.check_mode else []
    names = {service: sorted(values) for service, values in new.items()}
    return Outcome(services, written, repaired, warnings, resolution, stale, names)


def _stale(host: Host, contracts: Sequence[Contract], old: Values, new: Values) -> list[str]:
    """Return the services whose containers lack the values: a file may differ and they not.

    Nor need a container have what the file says: it may have been run by hand.
    """
    changed = [s for s, verbs in differences(old, new).items() if any(verbs.values())]
    declared = {s: c.env for c in contracts for s in c.compose_services}
    try:
        running = container_environments(host.docker)
    except (FileNotFoundError, StackError):
        return changed  # no docker command, or no engine yet: nothing runs
    return [
        service
        for service in {**old, **new}
        if service in running
        and not delivers(
            new.get(service, {}),
            {*old.get(service, {}), *declared.get(service, {})},
            *running[service],
        )
    ]


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
