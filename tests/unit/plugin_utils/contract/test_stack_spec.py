"""A project and a playbook's options become one stack, with everything that is wrong with them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.todo.stack.plugins.module_utils.contract.arguments import STACK_SPEC
from ansible_collections.todo.stack.plugins.module_utils.contract.codec import to_plain
from ansible_collections.todo.stack.plugins.module_utils.contract.environment import Given
from ansible_collections.todo.stack.plugins.module_utils.contract.model import Contract
from ansible_collections.todo.stack.plugins.plugin_utils.contract.stack_spec import (
    OPTIONS,
    read_project,
    stack_spec,
    typed_contracts,
)

Write = Callable[[str, str], None]


def problems(folder: Path, **args: Any) -> list[str]:
    return [problem.line() for problem in read_project(args, folder).problems]


def test_a_stack_is_read_whole(project: Path, write: Write, contracts: list[Contract]) -> None:
    text = (project / "compose.yaml").read_text()
    write("compose.yaml", "name: shop\r\n" + text.replace("\n", "\r\n"))
    found = read_project(
        {"env": {"backend": {"PORT": "8000"}}, "production": "no", "bind_address": "::1",
         "variables": {"N": 1}, "state_dir": "/s", "relaxed": {"migrate": ["init"]}},
        project,
    )  # fmt: skip
    assert found.problems == []
    spec = found.spec
    assert (spec.name, spec.state.folder) == ("shop", "/s/shop")
    assert spec.services == ("postgres", "migrate", "backend", "frontend")
    assert spec.contracts == tuple(contracts)
    assert spec.given == Given({"backend": {"PORT": "8000"}})
    assert spec.variables == {"N": "1", "STACK_BIND_ADDRESS": "[::1]"}
    assert spec.definition.startswith(f"name: shop\n{text}---\n")
    assert "  migrate:\n    env_file: !reset []\n    init: false\n" in spec.definition
    assert found.bases == ["python:3.12-slim", "postgres:17"]
    assert {"todo-backend:latest", "todo-frontend:latest", "postgres:17"} <= set(spec.looked_for)
    assert "localhost/todo-stack/postgres:17" in spec.looked_for


def test_this_repository_is_a_stack_without_a_problem() -> None:
    assert problems(Path(__file__).parents[4]) == []


def test_an_address_that_is_refused_does_not_keep_compose_from_reading_the_rest(
    project: Path,
) -> None:
    found = read_project({"bind_address": "everywhere"}, project)
    assert any("is no IP address" in problem.line() for problem in found.problems)
    assert found.spec.variables["STACK_BIND_ADDRESS"] == "127.0.0.1"


@pytest.mark.parametrize(
    ("labels", "added"),
    [
        ("", True),
        (", labels: {}", True),
        (", labels: {a: todo.stack.service}", True),
        (", labels: [a=b]", True),
        (", labels: {todo.stack.service: cache}", False),
        (", labels: [a=b, todo.stack.service=cache]", False),
        (", labels: [todo.stack.service]", False),
    ],
)
def test_a_service_without_a_contract_is_labelled_as_the_stacks_own(
    project: Path, write: Write, contracts: list[Contract], labels: str, added: bool
) -> None:
    text = (project / "compose.yaml").read_text()
    write("compose.yaml", f"{text}  cache: {{image: redis{labels}}}\n")
    definition = stack_spec({}, project, contracts).definition
    assert ("  cache:\n    labels: {todo.stack.service: cache}\n" in definition) is added
    assert "labels: {todo.stack.service: backend}" not in definition
    assert "labels: {todo.stack.service: migrate}" not in definition


def test_a_foreign_compose_file_gets_what_it_does_not_say(project: Path, write: Write) -> None:
    text = (project / "compose.yaml").read_text()
    write("compose.yaml", text.replace("frontend: {", "frontend: {ports: ['3000:3000'], "))
    definition = read_project({"relaxed": {"frontend": ["init"]}}, project).spec.definition
    *_, defaults = definition.split("---\nservices:\n")
    frontend = defaults.partition("  frontend:\n")[2]
    assert 'ports: !override ["${STACK_BIND_ADDRESS:-127.0.0.1}:3000:3000"]' in frontend
    assert "read_only: true" in frontend and "init" not in frontend
    postgres = defaults.partition("  postgres:\n")[2].partition("  migrate:\n")[0]
    assert 'restart: "unless-stopped"' in postgres and "read_only" not in postgres


def test_what_a_dockerfile_lacks_is_told_before_it_is_built(project: Path, write: Write) -> None:
    write("backend/Dockerfile", "FROM python:3.12-slim\nUSER app\nHEALTHCHECK CMD true\n")
    [problem] = problems(project)
    assert problem.startswith("Dockerfile of backend: backend: its USER is 'app'; a fixed number")
    text = (project / "backend/contract.yml").read_text()
    write("backend/contract.yml", f"{text}relaxed: {{user: the vendor has it so}}\n")
    assert problems(project) == []


def test_what_a_contract_relaxes_compose_is_told(project: Path, write: Write) -> None:
    text = (project / "backend/contract.yml").read_text()
    write(
        "backend/contract.yml", f"{text}relaxed: {{init: it reaps by itself, user: of a vendor}}\n"
    )
    found = read_project({"relaxed": {"backend": ["read_only"]}}, project)
    assert found.problems == []
    assert (
        "  backend:\n    env_file: !reset []\n    read_only: false\n    init: false\n"
        in found.spec.definition
    )
    assert found.spec.relaxed == {"backend": ["read_only"]}


def test_contracts_of_a_look_are_typed_again(project: Path, contracts: list[Contract]) -> None:
    again = typed_contracts([to_plain(one) for one in contracts])
    assert again == contracts
    assert stack_spec({}, project, again) == stack_spec({}, project, contracts)


@pytest.mark.parametrize(
    ("args", "line"),
    [
        ({"env": {"backend": {"QUUX": "1"}}}, "stack_env.backend.QUUX: no contract declares"),
        ({"rotate": ["backend.NONE"]}, "stack_rotate: backend.NONE: is no secret that is made"),
        ({"relaxed": {"bakend": ["init"]}}, "stack_relaxed.bakend: there is no such service"),
        ({"relaxed": {"postgres": ["inti"]}}, "'inti' is no setting that can be relaxed"),
        ({"bind_address": "everywhere"}, "stack_bind_address: is no IP address"),
        ({"relaxed": ["init"]}, "stack_relaxed: must map services to lists of settings"),
        ({"relaxed": {"backend": "init"}}, "stack_relaxed.backend: must be a list of settings"),
        ({"relaxed": {"backend": None}}, "stack_relaxed.backend: must be a list of settings"),
        ({"variables": ["A=1"]}, "stack_variables: must map names to values"),
        ({"rotate": "backend.DATABASE_URL"}, "stack_rotate: must be a list of service.NAME"),
        ({"env": ["A=1"]}, "stack_env: must map services to their variables"),
        ({"relaxed": {"backend": [{"init": True}]}}, "is no setting that can be relaxed"),
        ({"rotate": 5}, "stack_rotate: must be a list of service.NAME"),
        ({"services": ["backend", {"a": "b"}]}, "stack_services[1]: is no service name"),
        ({"services": ["backend", 5]}, "stack_services[1]: is no service name"),
        ({"services": None}, "stack_services: must be a list of service names"),
        ({"services": "backend"}, "stack_services: must be a list of service names"),
        ({"services": ["backend", "worker"]}, "worker/contract.yml: the file is missing"),
    ],
)
def test_what_is_wrong_is_told_by_option_and_name(
    project: Path, args: dict[str, Any], line: str
) -> None:
    found = problems(project, **args)
    assert len(found) == 1 and line in found[0]


def test_all_that_is_wrong_comes_at_once(project: Path, write: Write) -> None:
    write("backend/contract.yml", "colour: red")
    write("compose.yaml", "services: {frontend: {image: other}}")
    found = "\n".join(problems(project, bind_address="x", env={"frontend": {"PROT": "1"}}))
    for part in ("'colour' is unknown", "is other, but", "is no IP address"):
        assert part in found


def test_a_broken_contract_does_not_make_its_env_file_a_problem(
    project: Path, write: Write
) -> None:
    compose = (project / "compose.yaml").read_text()
    write("compose.yaml", compose.replace("backend: {", "backend: {env_file: .env, "))
    assert problems(project) == []
    write("backend/contract.yml", "[]")
    (problem,) = problems(project)
    assert "backend/contract.yml: must be a mapping" in problem


def test_a_stack_without_a_name_is_refused(tmp_path: Path, project: Path) -> None:
    folder = tmp_path / "___"
    project.rename(folder)
    assert problems(folder) == [
        "compose.yaml: the stack has no name -> give one with `name:`, of small letters and digits"
    ]
    (folder / "compose.yaml").unlink()
    assert problems(folder) == ["compose.yaml: the file is missing"]


def test_every_option_of_a_stack_is_known() -> None:
    assert set(OPTIONS) == set(STACK_SPEC) - {"spec"}
