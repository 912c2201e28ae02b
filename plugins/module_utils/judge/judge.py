"""All checks of a contract, in the order of the report, and the image rows beside them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.judge import (
    answers,
    container,
    contents,
    environment,
    hardening,
    image,
    networks,
)
from ansible_collections.todo.stack.plugins.module_utils.judge.check import Check
from ansible_collections.todo.stack.plugins.module_utils.look.observation import Observation


def judge(
    contract: Mapping[str, Any], seen: Observation, bind_address: str, project: str
) -> list[Check]:
    """Return one check for each criterion of the contract."""
    run, service = contract["run"], contract["service"]
    checks = [
        image.image_size(contract, seen),
        image.build_time(contract, seen),
        container.running(contract, seen),
        container.user(contract, seen),
        container.ports(contract, seen, bind_address),
    ]
    if run.get("health"):
        checks.append(answers.health(contract, seen))
    if run.get("ui"):
        checks.append(answers.ui(contract, seen))
    if service in contract["networks"]:
        wanted = contract["networks"][service]
        checks.append(networks.networks(service, seen, wanted, project))
    checks.append(environment.environment(contract, seen))
    checks.append(hardening.hardening(contract, seen))
    checks.append(contents.contents(contract, seen))
    return checks


def judge_other(
    service: str, seen: Observation, wanted: Mapping[str, str] | None, project: str
) -> list[Check]:
    """Return the checks of a compose service that has no contract of its own.

    ``wanted``: its networks, None where no contract tells of the service.
    """
    attached = [] if wanted is None else [networks.networks(service, seen, wanted, project)]
    return [
        *attached,
        environment.environment_given(service, seen),
        hardening.hardening_of_other(service, seen),
    ]


def image_row(contract: Mapping[str, Any], seen: Observation) -> dict[str, Any] | None:
    """Return what is known of the image that is tagged: its slowest build, its real layers."""
    if seen.image is None:
        return None
    builds = image.recorded_builds(seen)
    return {
        **(builds[0] if builds else {}),
        "service": contract["service"],
        "image": f"{contract['image']}:latest",
        "image_id": seen.image.get("Id", ""),
        "size_bytes": image.size_bytes(seen),
        "layers": [dict(layer) for layer in seen.layers],
        "budget": dict(contract["build"]["budget"]),
    }
