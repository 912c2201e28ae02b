"""`playbooks/local.yml` on this machine: twice, previewed, refused, verified, healed."""

from __future__ import annotations

import json
import shutil
import urllib.request
from pathlib import Path

import pytest

from .conftest import BACKEND, FRONTEND, PROJECT, Run, docker, play, report

CRITERIA = {
    "backend": ["image_size", "build_time", "running", "user", "ports", "health", "environment"],
    "frontend": ["image_size", "build_time", "running", "user", "ports", "ui", "environment"],
}


def get(url: str) -> tuple[int, str]:
    with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 - this machine
        return answer.status, answer.read().decode()


def test_first_run_leaves_a_backend_that_answers_and_a_frontend_with_its_ui(stack: Run) -> None:
    status, body = get(f"{BACKEND}/health")
    assert (status, json.loads(body)["status"]) == (200, "ok")
    assert get(f"{BACKEND}/ready")[0] == 200
    status, page = get(FRONTEND)
    assert status == 200
    assert "Todo" in page


def test_first_run_shows_and_writes_every_criterion(stack: Run) -> None:
    found = report()
    assert found["host"] == "localhost"
    assert found["passed"] is True
    ids = {check["id"] for check in found["checks"]}
    for service, criteria in CRITERIA.items():
        for criterion in criteria:
            assert f"{service}.{criterion}" in ids
            assert f"{service}.{criterion}" in stack.output
    for image in found["images"]:
        assert 0 < image["size_bytes"] < 500_000_000
        assert 0 <= image["build_seconds"] < 300


def test_second_run_changes_nothing_and_builds_nothing(stack: Run) -> None:
    before = docker("ps", "--no-trunc", "--format", "{{.ID}} {{.Names}}")
    run = play("local.yml")
    assert run.code == 0, run.output
    assert run.changed == 0, run.output
    assert docker("ps", "--no-trunc", "--format", "{{.ID}} {{.Names}}") == before


def test_check_mode_predicts_no_change_on_a_running_stack(stack: Run) -> None:
    run = play("local.yml", "--check", "--diff")
    assert run.code == 0, run.output
    assert run.changed == 0, run.output


def test_wrong_input_is_refused_in_one_list_and_changes_nothing(stack: Run) -> None:
    before = docker("ps", "--no-trunc", "--format", "{{.ID}} {{.Names}}")
    run = play(
        "local.yml",
        variables={
            "stack_env": {"backend": {"PROT": "8000"}, "frontend": {"PORT": 70000}},
            "stack_secrets": {"backend": {"DATABASE_URL": "mysql://db.example/todo"}},
        },
    )
    assert run.code != 0
    for name in ("backend.PROT", "frontend.PORT", "backend.DATABASE_URL"):
        assert name in run.output
    assert docker("ps", "--no-trunc", "--format", "{{.ID}} {{.Names}}") == before


def test_stopped_backend_fails_verify_by_name_and_a_run_heals_it(stack: Run) -> None:
    assert play("verify.yml").code == 0
    docker("stop", "todo-backend-1")
    try:
        run = play("verify.yml")
        assert run.code != 0
        assert "backend.health" in run.output
        assert report()["passed"] is False
    finally:
        healed = play("local.yml")
    assert healed.code == 0, healed.output
    assert play("verify.yml").code == 0


def test_plain_docker_build_works_with_the_base_named(stack: Run) -> None:
    for service, argument in (("backend", "PYTHON_IMAGE"), ("frontend", "NODE_IMAGE")):
        image = next(i for i in report()["images"] if i["service"] == service)
        tag = f"todo-{service}:by-hand"
        docker(
            "build", "--quiet", "--tag", tag, "--build-arg", f"{argument}={image['base_image']}",
            "--secret", "id=ca,src=/etc/ssl/certs/ca-certificates.crt", str(PROJECT / service),
        )  # fmt: skip
        assert docker("run", "--rm", "--entrypoint", "id", tag, "-u").strip() != "0"
        docker("image", "rm", tag)


@pytest.fixture
def third_service(tmp_path: Path) -> Path:
    """A copy of the project with one more folder, contract and compose entry."""
    for name in ("backend", "frontend"):
        ignored = shutil.ignore_patterns("node_modules", ".next", "__pycache__", ".env")
        shutil.copytree(PROJECT / name, tmp_path / name, ignore=ignored)
    hello = tmp_path / "hello"
    hello.mkdir()
    (hello / "index.html").write_text("<!doctype html><title>Hello</title>hello from a third\n")
    (hello / "Dockerfile").write_text(
        "ARG PYTHON_IMAGE=python:3.12-slim\nFROM ${PYTHON_IMAGE}\nCOPY index.html /srv/\n"
        # Accepted images hold no package manager and no setuid program; the base does.
        "RUN pip uninstall --root-user-action=ignore -y pip && rm -f /usr/bin/apt* /usr/bin/dpkg* "
        "&& rm -rf /usr/local/lib/python3*/ensurepip "
        "&& find / -xdev -type f -perm /6000 -exec chmod ug-s {} +\n"
        "USER 10002:10002\nHEALTHCHECK --interval=1s CMD "
        '["python", "-c", "import urllib.request as u; u.urlopen(\'http://127.0.0.1:8080\')"]\n'
        'CMD ["python", "-m", "http.server", "8080", "--directory", "/srv"]\n'
    )
    (hello / "contract.yml").write_text(
        "service: hello\nimage: todo-hello\n"
        "build:\n  args: {PYTHON_IMAGE: 'python:3.12-slim'}\n"
        "  budget: {seconds: 60, bytes: 300000000}\n"
        "run:\n  port: 8080\n  ui: {path: /, contains: a third, within_seconds: 30}\n"
        "env:\n  GREETING: {purpose: What it says, default: hello}\n"
    )
    definition = (PROJECT / "compose.yaml").read_text()
    entry = (
        "  hello:\n    <<: *hardened\n    image: todo-hello:latest\n"
        '    ports: ["${STACK_BIND_ADDRESS:-127.0.0.1}:8080:8080"]\n    tmpfs: [/tmp]\n'
        '    deploy: {resources: {limits: {cpus: "0.5", memory: 64M, pids: 20}}}\n'
    )
    (tmp_path / "compose.yaml").write_text(
        definition.replace("services:\n", f"services:\n{entry}", 1)
    )
    return tmp_path


def test_third_service_is_a_folder_a_contract_and_a_compose_entry(
    stack: Run, third_service: Path
) -> None:
    variables = {
        "stack_project_dir": str(third_service),
        "stack_services": ["backend", "frontend", "hello"],
        "stack_artifacts_dir": str(third_service / "artifacts"),
    }
    try:
        run = play("local.yml", variables=variables)
        assert run.code == 0, run.output
        assert "hello.ui" in run.output
        assert "a third" in get("http://127.0.0.1:8080")[1]
    finally:
        back = play("local.yml")
        docker("image", "rm", "--force", *docker("image", "ls", "-q", "todo-hello").split())
    assert back.code == 0, back.output
    assert "todo-hello" not in docker("ps", "--all", "--format", "{{.Image}}")
