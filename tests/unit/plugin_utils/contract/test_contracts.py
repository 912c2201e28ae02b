"""Contracts: what is read, and what is refused with file, place and reason."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import ProblemList
from ansible_collections.todo.stack.plugins.module_utils.contract.model import Contract, from_dict
from ansible_collections.todo.stack.plugins.plugin_utils.contract.contracts import (
    load_contracts,
    read_contracts,
)

Write = Callable[[str, str], None]
ROOT = Path(__file__).parents[4]
SERVICES = ["backend", "frontend"]
GOOD = """
service: backend
image: todo-backend
build: {budget: {seconds: 300, bytes: 500000000}}
run: {port: 8000}
"""


def lines(project: Path, services: list[str] | None = None) -> list[str]:
    _, problems = read_contracts(project, services or SERVICES)
    return [problem.line() for problem in problems]


def test_a_contract_survives_the_way_to_a_module_and_back(contracts: list[Contract]) -> None:
    assert [from_dict(contract.as_result()) for contract in contracts] == contracts


def test_defaults_are_filled_in(project: Path, write: Write) -> None:
    write("backend/contract.yml", GOOD + "env: {KEY: {purpose: a, secret: true}}")
    backend = load_contracts(project, SERVICES)[0]
    assert backend.build.dockerfile == "Dockerfile"
    assert backend.build.context == str(project / "backend")
    assert backend.run.health is None
    assert backend.env["KEY"].min_length == 32
    assert backend.env["KEY"].type == "string"


def test_numbers_become_texts_where_an_environment_needs_them(contracts: list[Contract]) -> None:
    assert contracts[0].env["PORT"].default == "8000"


def test_every_compose_service_of_the_image_is_found(contracts: list[Contract]) -> None:
    assert contracts[0].compose_services == ["backend", "migrate"]
    assert contracts[1].compose_services == ["frontend"]


def test_the_networks_of_every_service_of_a_contract_are_told() -> None:
    backend, frontend = load_contracts(ROOT, SERVICES)
    both = {"default": "", "database": ""}
    assert backend.networks == {"backend": both, "migrate": both, "postgres": {"database": ""}}
    assert frontend.networks == {"frontend": {"default": ""}}


def test_an_image_must_bring_a_user_and_a_healthcheck_that_compose_does_not_give(
    project: Path, write: Write
) -> None:
    text = "services: {backend: {image: todo-backend, healthcheck: {test: x}}, "
    write("compose.yaml", text + "frontend: {image: todo-frontend}, postgres: {image: p}}")
    found = {one.service: one.build.requires for one in load_contracts(project, SERVICES)}
    assert found == {"backend": ["fixed_user"], "frontend": ["fixed_user", "healthcheck"]}


def test_a_third_service_takes_no_code(project: Path, write: Write) -> None:
    text = GOOD.replace("backend", "worker").replace("8000", "9000")
    write("worker/contract.yml", text + "env: {QUEUE: {purpose: Queue, required: true}}")
    write("compose.yaml", (project / "compose.yaml").read_text() + "  worker: {image: todo-worker}")
    contracts = load_contracts(project, [*SERVICES, "worker"])
    assert contracts[2].service == "worker"
    assert contracts[2].env["QUEUE"].required


def test_the_contracts_of_this_repository_are_right() -> None:
    assert [c.service for c in load_contracts(ROOT, SERVICES)] == SERVICES


ENV = GOOD + "env: {NAME: {purpose: p, %s}}"
WRONG = [
    (GOOD + "colour: red", "backend/contract.yml: the key 'colour' is unknown"),
    (GOOD.replace("image:", "imge:"), "the key 'imge' is unknown -> did you mean image?"),
    (GOOD.replace("image: todo-backend", ""), "the key 'image' is missing"),
    (GOOD.replace("seconds: 300", "seconds: 0"), "build.budget.seconds: must be at least 1"),
    (GOOD.replace("bytes: 500000000", "bytes: -1"), "build.budget.bytes: must be at least 1"),
    (GOOD.replace("seconds: 300", "seconds: soon"), "seconds: must be a whole number"),
    (GOOD.replace("8000", "65536"), "run.port: must be at most 65535"),
    (GOOD.replace("8000", "'8000'"), "run.port: must be a whole number"),
    (GOOD.replace("8000", "true"), "run.port: must be a whole number"),
    (GOOD.replace("image: todo-backend", "image: todo-backend:latest"), "image: has a form"),
    (GOOD.replace("image: todo-backend", r'image: "todo-backend\n"'), "image: has a form"),
    (GOOD.replace("image: todo-backend", "image: -rf"), "image: has a form"),
    (GOOD.replace("service: backend", "service: back"), "names 'back', but the folder is"),
    (GOOD + "env: {lower: {purpose: p}}", "'lower' is no name of a variable"),
    (GOOD + "env: {NAME: {}}", "env.NAME: the key 'purpose' is missing"),
    (ENV % "type: prot", "env.NAME.type: is not known here -> did you mean port?"),
    (ENV % "default: yes", "env.NAME.default: must be a text or a whole number"),
    (ENV % "default: 1.5", "env.NAME.default: must be a text or a whole number"),
    (ENV % "default: 12", "env.NAME.default: is a number where a text is meant -> quote it"),
    (ENV % "type: port, default: 70000", "env.NAME.default: is no port"),
    (ENV % "type: url, default: 'ftp://x'", "env.NAME.default: has another scheme"),
    (ENV % "secret: true, default: hush", "env.NAME.default: a secret has no default"),
    (ENV % "required: true, default: a", "env.NAME.required: a variable with a default is never"),
    (ENV % "generate: true", "env.NAME.generate: only a secret of type string"),
    (ENV % "embedded: {service: postgres, url: 'a{password}'}", "env.NAME.embedded: only a secret"),
    (
        ENV % "type: postgres_url, secret: true, embedded: {service: nope, url: 'a{password}'}",
        "env.NAME.embedded.service: compose.yaml has no service nope",
    ),
    (ENV % "type: postgres_url, secret: true, embedded: {service: a, url: a}", "url: has a form"),
    (GOOD + "env: {PORT: {purpose: p, type: port, default: 80}}", "differs from run.port (8000)"),
    (GOOD.replace("8000", "8000, health: {path: /, expect: '[['}"), "is no JMESPath expression"),
    (GOOD.replace("8000", "8000, health: {path: health, expect: a}"), "health.path: has a form"),
    (GOOD + GOOD, "backend/contract.yml, line 7: the key 'service' is given twice"),
    (GOOD + "env: {A: {purpose: p", "backend/contract.yml, line 6: "),
    (GOOD + "\n\tenv: 1", "backend/contract.yml, line 7: "),
    ("[]", "backend/contract.yml: must be a mapping"),
    ("", "backend/contract.yml: must be a mapping"),
    ("a: &a [*a]", "backend/contract.yml, line 1: a value contains itself"),
    (GOOD.replace("8000", "3000"), "frontend/contract.yml: run.port: 3000 is the port of backend"),
    (
        GOOD.replace("todo-backend", "other"),
        "services.backend.image: is todo-backend, but",
    ),
]


@pytest.mark.parametrize(("text", "message"), WRONG, ids=[message for _, message in WRONG])
def test_a_wrong_contract_is_refused_with_its_reason(
    project: Path, write: Write, text: str, message: str
) -> None:
    write("backend/contract.yml", text)
    assert message in "\n".join(lines(project))


def test_the_default_of_a_secret_is_not_shown(project: Path, write: Write) -> None:
    write("backend/contract.yml", ENV % "secret: true, default: hush-hush")
    assert "hush" not in "\n".join(lines(project))


def test_all_problems_of_all_files_come_at_once(project: Path, write: Write) -> None:
    write("backend/contract.yml", GOOD.replace("300", "0") + "colour: red")
    (project / "frontend/contract.yml").unlink()
    with pytest.raises(ProblemList) as caught:
        load_contracts(project, [*SERVICES, "Bad Name", "frontend"])
    text = str(caught.value)
    assert "stack_services[2]: is no service name" in text
    assert "stack_services[3]: names frontend a second time" in text
    assert "backend/contract.yml: build.budget.seconds: must be at least 1" in text
    assert "backend/contract.yml: the key 'colour' is unknown" in text
    assert "frontend/contract.yml: the file is missing" in text


@pytest.mark.parametrize("services", [[], "backend", None, {"backend": 1}])
def test_services_must_be_a_list_of_names(project: Path, services: object) -> None:
    _, problems = read_contracts(project, services)  # type: ignore[arg-type]
    assert problems[0].where == "stack_services"


def test_a_project_without_compose_file_is_refused(project: Path) -> None:
    (project / "compose.yaml").unlink()
    assert lines(project) == ["compose.yaml: the file is missing"]


def test_a_service_that_compose_does_not_run_is_refused(project: Path, write: Write) -> None:
    write("compose.yaml", "services: {frontend: {image: todo-frontend}, postgres: {image: p}}")
    assert any("compose.yaml: the service backend is missing" in line for line in lines(project))


def test_a_file_that_is_no_utf_8_is_refused(project: Path) -> None:
    (project / "backend/contract.yml").write_bytes(b"service: \xff")
    assert "is not UTF-8 (byte 9)" in "\n".join(lines(project))


def test_a_usable_contract_is_returned_beside_the_problems_of_another(
    project: Path, write: Write
) -> None:
    write("backend/contract.yml", "")
    contracts, problems = read_contracts(project, SERVICES)
    assert [contract.service for contract in contracts] == ["frontend"]
    assert problems
