"""The stack as a playbook's options describe it, read and judged on the controller."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ansible.module_utils.parsing.convert_bool import boolean
from ansible_collections.todo.stack.plugins.module_utils.build.base_image import candidates
from ansible_collections.todo.stack.plugins.module_utils.contract.addresses import is_bind_address
from ansible_collections.todo.stack.plugins.module_utils.contract.codec import from_plain, to_plain
from ansible_collections.todo.stack.plugins.module_utils.contract.environment import (
    Given,
    of_service,
    validate_bind_address,
    validate_environment,
)
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import (
    Problem,
    ProblemList,
    StackError,
)
from ansible_collections.todo.stack.plugins.module_utils.contract.model import Contract
from ansible_collections.todo.stack.plugins.module_utils.contract.relaxed import relaxed_problems
from ansible_collections.todo.stack.plugins.module_utils.contract.spec import StackSpec
from ansible_collections.todo.stack.plugins.module_utils.contract.state import RELEASES_KEPT
from ansible_collections.todo.stack.plugins.module_utils.decide.defaults import defaults_of
from ansible_collections.todo.stack.plugins.module_utils.decide.definition import host_definition
from ansible_collections.todo.stack.plugins.module_utils.decide.resolution import EMBEDDED_PASSWORD
from ansible_collections.todo.stack.plugins.module_utils.decide.rotation import rotation_problems
from ansible_collections.todo.stack.plugins.plugin_utils.build.build_inputs import read_inputs
from ansible_collections.todo.stack.plugins.plugin_utils.contract.compose_file import (
    COMPOSE_FILE,
    compose_file_of,
    definition_of,
    read_services,
    repository,
    stack_name,
    unread_warnings,
    written_services,
)
from ansible_collections.todo.stack.plugins.plugin_utils.contract.compose_references import (
    reference_problems,
    unfilled_problems,
)
from ansible_collections.todo.stack.plugins.plugin_utils.contract.compose_variables import (
    demanded,
    from_contracts,
    variable_problems,
)
from ansible_collections.todo.stack.plugins.plugin_utils.contract.contracts import read_contracts
from ansible_collections.todo.stack.plugins.plugin_utils.contract.strict_yaml import read_yaml

# The options that describe a stack, of every module that takes one.
OPTIONS = (
    "project_dir", "services", "env", "secrets", "extra_env", "production", "relaxed",
    "bind_address", "variables", "state_dir", "rotate", "stack", "release", "keep_releases",
)  # fmt: skip
_LOOPBACK = "127.0.0.1"
_FIX_IMAGE = (
    "write it there, such as USER 10001:10001, give compose.yaml a healthcheck, or say in "
    "`relaxed` of the contract why not"
)
DEFAULT_SERVICES = ("backend", "frontend")
DEFAULT_STATE_DIR = "/var/lib/todo-stack"


@dataclass
class Project:
    """What is read of a project, and everything that is wrong with it.

    ``bases``: images that its own are built from, or that its other services run.
    """

    spec: StackSpec
    problems: list[Problem] = field(default_factory=list)
    bases: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def read_project(args: Mapping[str, Any], folder: Path) -> Project:
    """Return the stack in ``folder`` as ``args`` want it; what cannot be used is left out."""
    services = args.get("services", DEFAULT_SERVICES)
    contracts, problems = read_contracts(folder, services)
    spec = stack_spec(args, folder, contracts)
    # Of a contract that cannot be read nobody knows which services are its own.
    unread = bool(problems)
    reset = spec.services if unread else _with_contracts(contracts)
    problems += _problems_of_stack(args, spec)
    names = [str(one) for one in _items(services)]
    problems += validate_environment(contracts, spec.given, unjudged=names)
    problems += rotation_problems(contracts, spec.given, args.get("rotate") or [])
    running = [name for contract in contracts for name in contract.running_services()]
    problems += relaxed_problems(args.get("relaxed") or {}, [*running, *spec.services, *names])
    problems += validate_bind_address(spec.bind_address)
    problems += _references(folder, reset, None if unread else spec)
    # Of a contract that cannot be read nobody knows what it gives.
    if spec.definition and len(contracts) == len(names):
        file, wanted = compose_file_of(folder).name, demanded(definition_of(folder))
        problems += variable_problems(wanted, spec.variables, file, contracts, spec.given)
    bases, wrong = _bases(folder, contracts)
    looked_for = dict.fromkeys([*spec.looked_for, *_names(bases)])
    spec = replace(spec, looked_for=tuple(looked_for))
    return Project(spec, [*problems, *wrong], bases, unread_warnings(folder))


def read_bases(args: Mapping[str, Any], folder: Path) -> Project:
    """Return what is read of a project for an engine and base images alone.

    No service, value or port is in it: nothing that is wrong with them is in the way.
    """
    contracts, problems = read_contracts(folder, args.get("services", DEFAULT_SERVICES))
    bases, wrong = _bases(folder, contracts)
    spec = replace(named_stack(args, folder), release="", looked_for=_names(bases))
    return Project(spec, [*problems, *wrong], bases)


def _problems_of_stack(args: Mapping[str, Any], spec: StackSpec) -> Iterator[Problem]:
    if spec.definition and not spec.name:
        remedy = "give one with `name:`, of small letters and digits"
        yield Problem("the stack has no name", COMPOSE_FILE, remedy)
    if not isinstance(args.get("variables") or {}, Mapping):
        yield Problem("must map names to values", "stack_variables")
    if spec.keep_releases < 1:
        yield Problem("must be a number of at least 1", "stack_keep_releases")


def stack_spec(args: Mapping[str, Any], folder: Path, contracts: Sequence[Contract]) -> StackSpec:
    """Return the stack with these contracts; where its compose file cannot be read, without one."""
    given = Given(
        args.get("env"), args.get("secrets"), args.get("extra_env"),
        boolean(args.get("production", False)),
    )  # fmt: skip
    address = str(args.get("bind_address") or _LOOPBACK)
    spec = StackSpec(
        name="",
        state_dir=str(args.get("state_dir") or DEFAULT_STATE_DIR),
        bind_address=address,
        variables={
            **{str(name): str(value) for name, value in _mapping(args.get("variables")).items()},
            # One that is refused must not keep compose from telling all the rest.
            "STACK_BIND_ADDRESS": published_on(address if is_bind_address(address) else _LOOPBACK),
        },
        contracts=tuple(contracts),
        given=given,
        keep_releases=_kept(args),
        rotate=tuple(map(str, _items(args.get("rotate")))),
    )
    try:
        services = read_services(folder)
        references = [f"{contract.image}:latest" for contract in contracts if contract.build]
        references += [one.image for one in services.values() if one.image]
        text = definition_of(folder)
        relaxed = _mapping(args.get("relaxed"))
        lists = {name: one for name, one in relaxed.items() if isinstance(one, list)}
        reset = _with_contracts(contracts)  # their images have the label
        bare = [n for n, one in services.items() if n not in reset and not one.labelled]
        without = _all_relaxed(contracts, lists)
        added = defaults_of(written_services(folder), reset, without)
        definition = host_definition(text, reset, without, bare, added)
        filled = from_contracts(list(demanded(text)), contracts, given)
        return replace(
            spec,
            variables={**filled, **spec.variables},
            relaxed=lists,
            name=_name(folder),
            definition=definition,
            services=tuple(services),
            looked_for=_names(references),
        )
    except (StackError, OSError, UnicodeDecodeError):
        return spec  # told by the contracts' reading already


def _all_relaxed(
    contracts: Sequence[Contract], given: Mapping[str, Sequence[str]]
) -> dict[str, list[str]]:
    """Return what compose services do without, by a contract or by the option."""
    found = {one.service: list(one.relaxed) for one in contracts if one.relaxed}
    for name, settings in given.items():
        found[name] = [*found.get(name, []), *map(str, settings)]
    return found


def named_stack(args: Mapping[str, Any], folder: Path) -> StackSpec:
    """Return the stack by its name alone, of which a release is wanted that its host keeps."""
    return StackSpec(
        name=str(args.get("stack") or stack_name(folder)),
        state_dir=str(args.get("state_dir") or DEFAULT_STATE_DIR),
        release=str(args.get("release") or ""),
        keep_releases=_kept(args),
    )


def _kept(args: Mapping[str, Any]) -> int:
    """Return how many releases are to be kept; 0 for what is no number, and is told so."""
    raw = str(args.get("keep_releases", RELEASES_KEPT))
    return int(raw) if raw.isdecimal() else 0


def _mapping(raw: object) -> Mapping[str, Any]:
    """Return ``raw`` if it is a mapping; what it is otherwise is told as a problem."""
    return raw if isinstance(raw, Mapping) else {}


def _items(raw: object) -> Sequence[Any]:
    """Return ``raw`` if it is a list; what it is otherwise is told as a problem."""
    return raw if isinstance(raw, (list, tuple)) else ()


def _names(references: Sequence[str]) -> tuple[str, ...]:
    """Return the names that images may have on a host, those of stand-ins too."""
    return tuple(name for reference in references for name in candidates(reference, "auto"))


def _name(folder: Path) -> str:
    """Return the stack's name, "" where neither its compose file nor its folder makes one."""
    try:
        return stack_name(folder)
    except StackError:
        return ""


def published_on(bind_address: str) -> str:
    """Return an address as a port mapping writes it: IPv6 in brackets."""
    return f"[{bind_address}]" if ":" in bind_address else bind_address


def typed_contracts(raw: Sequence[Mapping[str, Any]]) -> list[Contract]:
    """Return contracts that M(todo.stack.look) has returned."""
    return [from_plain(Contract, one) for one in raw]


def _with_contracts(contracts: Sequence[Contract]) -> list[str]:
    return [name for contract in contracts for name in contract.compose_services]


def _references(folder: Path, reset: Sequence[str], spec: StackSpec | None) -> list[Problem]:
    """Return what the compose file takes from around it, and that would not be on the host.

    ``spec`` is None where nobody knows what the contracts bring.
    """
    file = compose_file_of(folder)
    try:
        document = read_yaml(file, file.name, compose=True)
        text = file.read_text(encoding="utf-8")
    except (StackError, OSError, UnicodeDecodeError):
        return []  # told already
    if not document:
        return []
    found = reference_problems(document, text, file.name, reset)
    if spec:
        brought = _delivered(spec)
        found += unfilled_problems(document, text, file.name, spec.variables, brought)
    return found


def _delivered(spec: StackSpec) -> dict[str, list[str]]:
    """Return the names of each compose service whose values the run brings along."""
    own = {
        name: [*contract.env, *map(str, of_service(spec.given.extra, contract.service))]
        for contract in spec.contracts
        for name in contract.compose_services
    }
    supplied = {one.service: [EMBEDDED_PASSWORD] for c in spec.contracts for one in c.embedded}
    return {**supplied, **own}


def _bases(folder: Path, contracts: Sequence[Contract]) -> tuple[list[str], list[Problem]]:
    """Return the images that are built from or run as they are, and what keeps from building."""
    builds = [to_plain(contract.build) for contract in contracts if contract.build]
    try:
        inputs = read_inputs(builds)
        references = [one.image for one in read_services(folder).values()]
    except ProblemList as found:
        return [], list(found.problems)
    except StackError:
        return [], []  # of the compose file, and told already
    own = {contract.image for contract in contracts if contract.build}
    from_files = [ref for one, build in zip(inputs, builds) for ref in one.bases(build)]
    others = [ref for ref in references if ref and repository(ref) not in own]
    lacks = [
        Problem(what, f"{build['dockerfile']} of {build['service']}", _FIX_IMAGE)
        for one, build in zip(inputs, builds)
        for what in one.foreseen(build)
    ]
    return list(dict.fromkeys([*from_files, *others])), lacks
