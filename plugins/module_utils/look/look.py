"""One look at a host: everything that is decided and judged from, without a change."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.build.build_records import BuildRecords
from ansible_collections.todo.stack.plugins.module_utils.contract.addresses import is_bind_address
from ansible_collections.todo.stack.plugins.module_utils.contract.masking import redactor
from ansible_collections.todo.stack.plugins.module_utils.contract.spec import StackSpec
from ansible_collections.todo.stack.plugins.module_utils.contract.state import StateDir
from ansible_collections.todo.stack.plugins.module_utils.decide.compose_services import (
    read_services,
)
from ansible_collections.todo.stack.plugins.module_utils.decide.definition import (
    independent,
    with_override,
)
from ansible_collections.todo.stack.plugins.module_utils.decide.engine_state import (
    MINIMUM,
    shortfalls,
)
from ansible_collections.todo.stack.plugins.module_utils.decide.override import override
from ansible_collections.todo.stack.plugins.module_utils.decide.parts import read_parts
from ansible_collections.todo.stack.plugins.module_utils.edge.compose import Compose
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import DockerCli, at_once
from ansible_collections.todo.stack.plugins.module_utils.edge.files import read_text
from ansible_collections.todo.stack.plugins.module_utils.edge.ports import use_of
from ansible_collections.todo.stack.plugins.module_utils.edge.state import (
    as_it_is,
    modes,
)
from ansible_collections.todo.stack.plugins.module_utils.look import host
from ansible_collections.todo.stack.plugins.module_utils.look.containers import (
    ends_of,
    environ_of,
    looked_into,
    project_of,
    read_container,
)
from ansible_collections.todo.stack.plugins.module_utils.look.engine import describe_engine
from ansible_collections.todo.stack.plugins.module_utils.look.environment import (
    Rendered,
    compared,
    render,
)
from ansible_collections.todo.stack.plugins.module_utils.look.images import (
    builds_of,
    find_images,
    shown,
)
from ansible_collections.todo.stack.plugins.module_utils.look.observation import (
    Container,
    OtherContainer,
    ReleaseSeen,
    Seen,
    Service,
)
from ansible_collections.todo.stack.plugins.module_utils.look.parts import changed_since
from ansible_collections.todo.stack.plugins.module_utils.look.probes import probe_all
from ansible_collections.todo.stack.plugins.module_utils.look.releases import (
    kept_releases,
    released_parts,
    staying,
)

Inspected = Mapping[str, Any]


@dataclass(frozen=True)
class Look:
    """What was seen, which may be told, and the values beside it, which may not.

    ``parts``: what the compose file names beside services, see `decide.parts`.
    """

    seen: Seen
    rendered: Rendered
    parts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Found:
    """The stack's containers and all images in sight, inspected."""

    own: Sequence[Inspected]
    images: Sequence[Inspected]


def look(docker: DockerCli, spec: StackSpec) -> Look:
    """Look at the engine, the stack's containers, images and files, and what they answer."""
    state = as_it_is(spec.state)
    engine = describe_engine(docker.run, os.environ)
    records, releases = BuildRecords(Path(state.builds)), kept_releases(state)
    seen = Seen(
        stack=spec.name,
        engine=engine,
        available_memory_bytes=host.available_memory(),
        ip_forward=host.ip_forward(),
        system=host.system(),
        release=releases[-1] if releases else ReleaseSeen(),
        releases=releases,
        wanted=int(spec.release or 0),
        modes=modes(state),
        warnings=(*records.warnings, *([engine.slow] if engine.slow else [])),
        definition_current=read_text(Path(state.definition)) == spec.definition,
    )
    # Without Compose, or with one that cannot read our files, no service can be seen either.
    blind = engine.message or "; ".join(shortfalls(engine, {"compose": MINIMUM["compose"]}))
    if blind:
        everything = _all_containers(docker) if engine.running else []
        rendered = render(spec, state, [one for one in everything if project_of(one) == spec.name])
        space = tuple(host.free_space(p) for p in (host.DEFAULT_DOCKER_ROOT, spec.state_dir))
        return Look(
            replace(
                seen,
                space=space,
                ports=_ports(spec, everything),
                others=tuple(_others(spec, everything)),
                environment=compared(state, rendered),
                warnings=(*seen.warnings, *rendered.warnings),
                problem=blind,
            ),
            rendered,
        )
    return _look_at_engine(docker, spec, state, seen)


def _look_at_engine(docker: DockerCli, spec: StackSpec, state: StateDir, seen: Seen) -> Look:
    found: Any = at_once(partial(_all_containers, docker), partial(host.docker_root, docker))
    everything, root = found
    own = [one for one in everything if project_of(one) == spec.name]
    rendered = render(spec, state, own)
    # Whether a release can be gone back to depends on its images, those that nobody built here too.
    kept = [name for one in seen.releases for name in one.references.values()]
    spec = replace(spec, looked_for=tuple(dict.fromkeys([*spec.looked_for, *kept])))
    images, (services, parts) = _images_and_services(docker, spec, rendered, own)
    containers = _seen_containers(docker, spec, state, rendered, _Found(own, images))
    records = BuildRecords(Path(state.builds)).images
    return Look(
        replace(
            seen,
            space=tuple(host.free_space(path) for path in dict.fromkeys([root, spec.state_dir])),
            ports=_ports(spec, everything),
            others=tuple(_others(spec, everything)),
            images=tuple(shown(image, records) for image in images),
            builds=builds_of(images, records),
            services=tuple(_probed(docker, spec, rendered, services, containers)),
            containers=containers,
            environment=compared(state, rendered),
            staying=staying(state, seen.wanted, rendered.values) if seen.wanted else (),
            changed=changed_since(docker, parts, released_parts(state)),
            warnings=(*seen.warnings, *rendered.warnings),
        ),
        rendered,
        parts,
    )


def _all_containers(docker: DockerCli) -> list[dict[str, Any]]:
    ids = docker.read("ps", "--all", "--no-trunc", "--quiet").split()
    return docker.inspect_containers(ids)


def _images_and_services(
    docker: DockerCli, spec: StackSpec, rendered: Rendered, own: Sequence[Inspected]
) -> tuple[list[dict[str, Any]], tuple[list[Service], dict[str, str]]]:
    ids = list(dict.fromkeys(str(one["Image"]) for one in own))
    found: Any = at_once(
        partial(find_images, docker, spec.looked_for, ids),
        partial(_project, docker, spec, rendered, own),
    )
    images, project = found
    return images, project


def _project(
    docker: DockerCli, spec: StackSpec, rendered: Rendered, own: Sequence[Inspected]
) -> tuple[list[Service], dict[str, str]]:
    """Return the services as compose would start them, and what they use of the compose file.

    What a container runs is compared by the image's ID: its hash is compared with its own image's
    name in it, and so tells whether anything else of its configuration changed.
    """
    if not spec.definition:
        return [], {}
    compose = Compose(docker, spec.name, spec.state.folder, spec.variables)
    # A candidate that was left over runs another image than the service's own container.
    lasting = [one for one in map(read_container, own) if not one.one_off]
    running = {one.service: one.image for one in lasting}
    off = rendered.resolution.switched_off
    bare = with_override(spec.definition, override(rendered.values, {}, off))
    pins = {n: i for n, i in {**rendered.pins, **running}.items() if n in spec.services}
    whole = with_override(spec.definition, override(rendered.values, pins, off))
    config, alone = compose.read(bare, whole + independent(spec.services))
    services, parts = read_services(config, alone), read_parts(config)
    written = {one.service: one.config_hash for one in lasting}
    if all(written.get(one.name, one.alone_hash) == one.alone_hash for one in services):
        return services, parts
    # One that was started with what it depends on, as by hand, carries another hash.
    together = compose.hashes(whole)
    return [replace(o, config_hash=together.get(o.name, "")) for o in services], parts


def _seen_containers(
    docker: DockerCli, spec: StackSpec, state: StateDir, rendered: Rendered, found: _Found
) -> tuple[Container, ...]:
    environs = {str(image["Id"]): environ_of(image) for image in found.images}
    contents = Path(state.contents)
    seen = []
    for one in found.own:
        container = read_container(one)
        contract = spec.own_contract(container.service)
        declared = environs.get(container.image_id, {}) if contract else None
        wanted = rendered.values.get(container.service, {})
        inside = looked_into(container, one, wanted, declared, contents)
        seen.append(replace(inside, ends=ends_of(docker, one)))
    return tuple(seen)


def _probed(
    docker: DockerCli,
    spec: StackSpec,
    rendered: Rendered,
    services: Sequence[Service],
    containers: Sequence[Container],
) -> list[Service]:
    """Return the services with what their contracts' checks answered, all asked at once."""
    redact = redactor(rendered.hidden(spec.contracts))
    answers = probe_all(docker, spec.contracts, spec.bind_address, containers, redact)
    return [replace(one, probes=answers.get(one.name, {})) for one in services]


def _ports(spec: StackSpec, everything: Sequence[Inspected]) -> tuple[Any, ...]:
    # A wrong address is reported by itself; the ports are looked at all the same.
    address = spec.bind_address if is_bind_address(spec.bind_address) else "127.0.0.1"
    return tuple(
        use_of(one.service, port, address, spec.name, everything)
        for one in spec.contracts
        for port in one.run.published
    )


def _others(spec: StackSpec, everything: Sequence[Inspected]) -> list[OtherContainer]:
    return [
        OtherContainer(str(one.get("Name", "")).lstrip("/"), project_of(one))
        for one in everything
        if project_of(one) != spec.name
    ]
