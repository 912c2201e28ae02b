"""Two stacks on one host: each is installed, updated, rotated and destroyed beside the other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.todo.stack.molecule.accounts import Account
from ansible_collections.todo.stack.molecule.eyes import STATE_ROOT, Eyes
from ansible_collections.todo.stack.molecule.projects import (
    append,
    copy_project,
    edit_compose,
    edit_contract,
)

PORTS = {"backend": 8010, "frontend": 3010}
RUNS = "{{.Name}} {{.Id}} {{.Image}} {{.State.StartedAt}} {{.State.Status}}"
ROTATED = {"stack_rotate": ["backend.BETTER_AUTH_SECRET", "backend.DATABASE_URL"]}


def untouched(eyes: Eyes, project: str) -> str:
    """Return what another stack must not touch: containers, images, volumes, networks, files."""
    mine = f"label=com.docker.compose.project={project}"
    names = eyes.of_project(project).names()
    return "\n".join(
        [
            eyes.run("docker", "inspect", "-f", RUNS, *names),
            eyes.run("docker", "image", "inspect", "-f", "{{.Id}}", *images_of(eyes, names)),
            eyes.sh(f"docker volume ls -q --filter {mine}; docker network ls -q --filter {mine}"),
            eyes.sh('cd "$0"; find . -type f | sort | xargs sha256sum', f"{STATE_ROOT}/{project}"),
        ]
    )


def images_of(eyes: Eyes, names: list[str]) -> list[str]:
    """Return the IDs of the images that containers run."""
    return eyes.run("docker", "inspect", "-f", "{{.Image}}", *names).split()


def shop(place: Path, prefix: str) -> Path:
    """Return a copy of the project with a name and ports of its own; its images begin so."""
    copy_project(place)
    edit_compose(place, lambda compose: compose.update(name="shop"))
    for service, port in PORTS.items():

        def promise(contract: dict[str, Any], service: str = service, port: int = port) -> None:
            contract["image"] = f"{prefix}-{service}"
            contract["run"]["port"] = port
            contract["env"]["PORT"]["default"] = port
            if service == "frontend":
                contract["env"]["NEXT_PUBLIC_API_URL"]["default"] = "http://backend:8010"

        def run(compose: dict[str, Any], service: str = service, port: int = port) -> None:
            told = compose["services"][service]
            told["ports"] = [f"${{STACK_BIND_ADDRESS:-127.0.0.1}}:{port}:{port}"]
            told["image"] = f"{prefix}-{service}:latest"
            if service == "backend":
                compose["services"]["migrate"]["image"] = told["image"]

        edit_contract(place, service, promise)
        edit_compose(place, run)
    return place


def test_a_port_that_the_other_holds_is_refused_by_name(
    eyes: Eyes, run_play: Any, project_copy: Path
) -> None:
    edit_compose(project_copy, lambda compose: compose.update(name="shop"))
    before = untouched(eyes, "todo")
    run = run_play("site.yml", variables={"stack_project_dir": str(project_copy)})
    assert run.code != 0, run.output
    assert "port 8000 of backend: is taken by container todo-backend-1" in run.told, run.output
    assert untouched(eyes, "todo") == before
    assert eyes.of_project("shop").names() == []


@pytest.mark.parametrize("prefix", ["todo", "shop"])
def test_neither_touches_the_other(prefix: str, eyes: Eyes, run_play: Any, tmp_path: Path) -> None:
    given = {"stack_project_dir": str(shop(tmp_path / prefix, prefix))}
    before, other = untouched(eyes, "todo"), eyes.of_project("shop")

    installed = run_play("site.yml", variables=given)
    assert installed.code == 0, installed.output
    assert untouched(eyes, "todo") == before
    account = Account(eyes, PORTS["frontend"]).sign_up()
    kept, theirs = untouched(eyes, "shop"), Account(eyes).sign_up()

    plain = run_play("site.yml")
    assert (plain.code, plain.recap("todo-stacks")["changed"]) == (0, 0), plain.output
    assert untouched(eyes, "shop") == kept

    append(tmp_path / prefix, "backend", 'LABEL made.for="shop"')
    updated = run_play("site.yml", variables=given)
    assert updated.code == 0, updated.output
    rotated = run_play("rotate_secrets.yml", variables={**given, **ROTATED})
    assert rotated.code == 0, rotated.output
    assert account.signs_in()
    assert untouched(eyes, "todo") == before
    assert run_play("verify.yml", variables=given).code == 0

    gone = run_play("destroy.yml", variables={**given, "stack_destroy_data": True})
    assert gone.code == 0, gone.output
    assert other.names() == []
    assert "shop" not in eyes.sh("docker volume ls -q; docker network ls --format '{{.Name}}'")
    assert untouched(eyes, "todo") == before
    assert theirs.signs_in()
    assert run_play("verify.yml").code == 0
