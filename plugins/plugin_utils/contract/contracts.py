"""Contracts on the controller: read, judged and normalised for every service of a project."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.build.requirements import (
    FIXED_USER,
    HEALTHCHECK,
)
from ansible_collections.todo.stack.plugins.module_utils.contract.codec import from_plain
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import (
    Problem,
    ProblemList,
    StackError,
)
from ansible_collections.todo.stack.plugins.module_utils.contract.model import (
    SECRET_MIN_LENGTH,
    WITHIN_SECONDS,
    Budget,
    Build,
    CommandCheck,
    Contract,
    HttpCheck,
    Port,
    Run,
    ServiceCheck,
    TcpCheck,
    Variable,
)
from ansible_collections.todo.stack.plugins.module_utils.contract.templates import (
    template_problems,
)
from ansible_collections.todo.stack.plugins.module_utils.contract.values import as_text
from ansible_collections.todo.stack.plugins.plugin_utils.contract.compose_file import (
    COMPOSE_FILE,
    ComposeService,
    read_services,
    repository,
)
from ansible_collections.todo.stack.plugins.plugin_utils.contract.contract_rules import (
    ports_of,
    rule_problems,
    schema_problems,
)
from ansible_collections.todo.stack.plugins.plugin_utils.contract.strict_yaml import read_yaml

_PLACE = "or write contracts/{}.yml, or one beside its Dockerfile"
_SERVICE_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")


def load_contracts(project_dir: str | Path, services: Sequence[str]) -> list[Contract]:
    """Return the contracts of ``services``; a ProblemList holds all that is wrong with any."""
    contracts, problems = read_contracts(project_dir, services)
    if problems:
        raise ProblemList(problems)
    return contracts


def read_contracts(
    project_dir: str | Path, services: Sequence[str]
) -> tuple[list[Contract], list[Problem]]:
    """Return the contracts that can be used, and everything that is wrong with the others."""
    project = Path(project_dir)
    names, problems = _service_names(services)
    composed: dict[str, ComposeService] | None = None
    try:
        composed = read_services(project)
    except StackError as error:
        problems.append(Problem(error.what, error.where, error.remedy))
    contracts = []
    for name in names:
        contract, found = _read_one(project, name, composed, names)
        problems += found
        contracts += [contract] if contract else []
    # Of a contract that cannot be read nobody knows what it builds and declares.
    between = (
        [] if problems else [*_unbuilt(contracts, composed or {}), *template_problems(contracts)]
    )
    return contracts, [*problems, *_clashes(contracts), *between]


def _service_names(services: object) -> tuple[list[str], list[Problem]]:
    if not isinstance(services, Sequence) or isinstance(services, str) or not services:
        return [], [Problem("must be a list of service names", "stack_services")]
    names: list[str] = []
    problems = []
    for index, name in enumerate(services):
        where = f"stack_services[{index}]"
        if not isinstance(name, str) or not _SERVICE_NAME.fullmatch(name):
            remedy = "lower-case letters, digits, - and _"
            problems.append(Problem("is no service name", where, remedy))
        elif name in names:
            problems.append(Problem(f"names {name} a second time", where, "leave it out"))
        else:
            names.append(name)
    return names, problems


def _read_one(
    project: Path,
    service: str,
    composed: Mapping[str, ComposeService] | None,
    named: Sequence[str],
) -> tuple[Contract | None, list[Problem]]:
    file, others = _place(project, service, composed or {})
    if others:
        what = f"{service} has two contracts, this one and {file}"
        return None, [Problem(what, others[0], "keep one of them")]
    try:
        document = read_yaml(project / file, file)
    except StackError as error:
        lacking = "" if (project / file).is_file() else _PLACE.format(service)
        return None, [Problem(error.what, error.where, error.remedy or lacking)]
    problems = schema_problems(document, file)
    if problems:
        return None, problems
    problems = rule_problems(document, file)
    if document["service"] != service:
        what = f"names {document['service']!r}, but lies where {service!r} has its contract"
        remedy = f"make them equal, or write contracts/{service}.yml"
        problems.append(Problem(what, f"{file}: service", remedy))
    elif composed is not None:
        problems += _compose_problems(document, file, composed)
    if problems:
        return None, problems
    without = {name: one for name, one in (composed or {}).items() if name not in named}
    return _contract(document, file, project, (composed or {}).get(service), without), []


def _place(
    project: Path, service: str, composed: Mapping[str, ComposeService]
) -> tuple[str, list[str]]:
    """Return the contract's path below the project, and those of others that it has there too."""
    own = [f"contracts/{service}.yml", f"{service}/contract.yml"]
    found = [file for file in own if (project / file).exists()]
    if not found and (dockerfile := composed.get(service, ComposeService()).dockerfile):
        beside = posixpath.normpath(f"{posixpath.dirname(dockerfile) or '.'}/contract.yml")
        found = [beside] if (project / beside).exists() else []
    return (found[0], found[1:]) if found else (own[1], [])


def _compose_problems(
    document: Mapping[str, Any], file: str, composed: Mapping[str, ComposeService]
) -> list[Problem]:
    service, image = document["service"], document.get("image", "")
    problems = []
    own = composed.get(service)
    if own is None:
        remedy = f"add it with image: {image}:latest" if image else "add it"
        problems.append(Problem(f"the service {service} is missing", COMPOSE_FILE, remedy))
    elif image and repository(own.image) != image and (own.image or not own.built):
        what = f"is {repository(own.image) or 'not given'}, but {file} says {image}"
        problems.append(Problem(what, f"{COMPOSE_FILE}: services.{service}.image"))
    elif not (image or own.image):
        remedy = "give it here, and `build` or another contract that builds it"
        problems.append(Problem(f"{COMPOSE_FILE} names none either", f"{file}: image", remedy))
    for name, spec in document.get("env", {}).items():
        embedded = spec.get("embedded", {}).get("service", service)
        if embedded not in composed and embedded != service:
            where = f"{file}: env.{name}.embedded.service"
            problems.append(Problem(f"{COMPOSE_FILE} has no service {embedded}", where))
    return problems


def _contract(
    document: Mapping[str, Any],
    file: str,
    project: Path,
    own: ComposeService | None,
    without: Mapping[str, ComposeService],
) -> Contract:
    """Return the contract; ``own``: its compose service, ``without``: those without a contract."""
    service, run = document["service"], document["run"]
    image = document.get("image") or repository(own.image if own else "")
    used = {name: repository(one.image) for name, one in without.items()}
    others = [name for name, one in used.items() if one == image and "build" in document]
    probed = own is not None and own.healthcheck
    checks = list(_checks(run))
    return Contract(
        service=service,
        file=file,
        image=image,
        compose_services=(service, *others),
        build=_build(document, file, project, probed=probed) if "build" in document else None,
        run=Run(
            ports=tuple(ports_of(run)),
            checks=tuple(one for one in checks if isinstance(one, HttpCheck)),
            connections=tuple(one for one in checks if isinstance(one, TcpCheck)),
            commands=tuple(one for one in checks if isinstance(one, CommandCheck)),
            check=tuple(run.get("check", ())),
            single=run.get("single", False),
            starts_within=run.get("within_seconds", WITHIN_SECONDS),
        ),
        env={name: _variable(spec) for name, spec in document.get("env", {}).items()},
        relaxed=document.get("relaxed", {}),
    )


def _build(document: Mapping[str, Any], file: str, project: Path, *, probed: bool) -> Build:
    """Return how the image is built; ``probed``: compose.yaml says how to ask for its health."""
    build = document["build"]
    return Build(
        service=document["service"],
        image=document["image"],
        context=str((project / build.get("context", _folder(file))).resolve()),
        dockerfile=build.get("dockerfile", "Dockerfile"),
        target=build.get("target"),
        args=build.get("args", {}),
        budget=from_plain(Budget, build["budget"]),
        requires=_requires(document.get("relaxed", {}), probed=probed),
    )


def _requires(relaxed: Mapping[str, str], *, probed: bool) -> tuple[str, ...]:
    user = () if "user" in relaxed else (FIXED_USER,)
    return user if probed or "healthcheck" in relaxed else (*user, HEALTHCHECK)


def _folder(file: str) -> str:
    """Return the build context of a contract that names none: its folder, or the project's."""
    folder = posixpath.dirname(file)
    return "." if folder == "contracts" else folder


def _checks(run: Mapping[str, Any]) -> Iterator[ServiceCheck]:
    within = {"within_seconds": run["within_seconds"]} if "within_seconds" in run else {}
    for name in ("health", "ready", "ui"):
        if name in run:
            yield HttpCheck(name=name, html=name == "ui", **{**within, **run[name]})
    for name, spec in run.get("checks", {}).items():
        told = {**within, **spec}
        if "tcp" in spec:
            yield TcpCheck(name, **{"port" if key == "tcp" else key: v for key, v in told.items()})
        elif "command" in spec:
            yield CommandCheck(name, **{**told, "command": tuple(spec["command"])})
        else:
            yield HttpCheck(name=name, **told)


def _variable(spec: Mapping[str, Any]) -> Variable:
    default, kind = spec.get("default"), spec.get("type", "string")
    shortest = SECRET_MIN_LENGTH if spec.get("secret") and kind == "string" else None
    text = None if default is None else as_text(default)
    return from_plain(Variable, {"min_length": shortest, **spec, "default": text})


def _clashes(contracts: Sequence[Contract]) -> Iterator[Problem]:
    """Yield what only one contract may have, and two have."""
    ports: dict[str, str] = {}
    builders: dict[str, str] = {}
    files = {contract.service: contract.file for contract in contracts}
    for contract in contracts:
        image, file = contract.image, contract.file
        for port in contract.run.published:
            place = Port(port.published, protocol=port.protocol).inside()
            other = ports.setdefault(place, contract.service)
            if other != contract.service:
                what = f"{place} is the port of {other} already"
                yield Problem(what, f"{file}: run.ports", "give each its own")
        if contract.build:
            builder = builders.setdefault(image, contract.service)
            if builder != contract.service:
                what = f"{image} is the image of {builder} already"
                remedy = f"give each its own, or leave `build` out: it then shares {builder}'s"
                yield Problem(what, f"{file}: image", remedy)
        for embedded in contract.embedded:
            if embedded.service in files:
                what = f"{embedded.service} has a contract, and {contract.service} embeds it"
                yield Problem(what, files[embedded.service], "leave one of them out")


def _unbuilt(
    contracts: Sequence[Contract], composed: Mapping[str, ComposeService]
) -> Iterator[Problem]:
    """Yield the services whose image neither a contract builds nor a registry has."""
    builds = {one.image for one in contracts if one.build}
    own = {one.service: one for one in contracts}
    for name, service in composed.items():
        if service.image or (name in own and (own[name].build or own[name].image in builds)):
            continue
        if contract := own.get(name):
            what = f"nothing builds {contract.image}, and {COMPOSE_FILE} names no image to pull"
            yield Problem(what, f"{contract.file}: image", "add `build` to a contract of it")
        elif service.built and not service.profiled:
            what = "it is built, and no contract says how"
            remedy = f"write contracts/{name}.yml and add {name} to stack_services"
            yield Problem(what, f"{COMPOSE_FILE}: services.{name}", remedy)
