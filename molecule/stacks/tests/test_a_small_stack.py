"""A stack of one service, whose contract has no environment: accepted, healed like any other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.todo.stack.molecule.eyes import Eyes

DOCKERFILE = """
ARG PYTHON_IMAGE=python:3.12-slim
FROM ${PYTHON_IMAGE}
COPY index.html /srv/
RUN pip uninstall --root-user-action=ignore -y pip && rm -f /usr/bin/apt* /usr/bin/dpkg* \\
    && rm -rf /usr/local/lib/python3*/ensurepip \\
    && find / -xdev -type f -perm /6000 -exec chmod ug-s {} +
USER 10002:10002
HEALTHCHECK --interval=1s CMD ["python", "-c", \\
  "import urllib.request as u; u.urlopen('http://127.0.0.1:8080')"]
CMD ["python", "-m", "http.server", "8080", "--directory", "/srv"]
"""
CONTRACT = """
service: hello
image: small-hello
build:
  args: {PYTHON_IMAGE: "python:3.12-slim"}
  budget: {seconds: 60, bytes: 300000000}
run:
  port: 8080
  ui: {path: /, contains: hello, within_seconds: 20}
"""
COMPOSE = """
name: small
services:
  hello:
    image: small-hello:latest
    restart: unless-stopped
    init: true
    read_only: true
    cgroup: private
    cap_drop: [ALL]
    security_opt: ["no-new-privileges:true"]
    logging: {driver: json-file, options: {max-size: 1m, max-file: "2"}}
    tmpfs: [/tmp]
    ports: ["${STACK_BIND_ADDRESS:-127.0.0.1}:8080:8080"]
    deploy: {resources: {limits: {cpus: "0.5", memory: 64M, pids: 20}}}
"""


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory, run_play: Any) -> Iterator[dict[str, Any]]:
    """Have the small stack run; return the variables that name it."""
    place = tmp_path_factory.mktemp("small")
    (place / "hello").mkdir()
    (place / "hello/index.html").write_text("<!doctype html><title>Hello</title>hello\n")
    (place / "hello/Dockerfile").write_text(DOCKERFILE.lstrip())
    (place / "hello/contract.yml").write_text(CONTRACT.lstrip())
    (place / "compose.yaml").write_text(COMPOSE.lstrip())
    given = {"stack_project_dir": str(place), "stack_services": ["hello"]}
    run = run_play("site.yml", variables=given)
    assert run.code == 0, run.output
    yield given
    gone = run_play("destroy.yml", variables={**given, "stack_destroy_data": True})
    assert gone.code == 0, gone.output


def test_a_contract_without_an_environment_is_accepted(
    eyes: Eyes, run_play: Any, small: dict[str, Any]
) -> None:
    again = run_play("site.yml", variables=small)
    assert (again.code, again.recap("todo-stacks")["changed"]) == (0, 0), again.output
    assert "hello" in eyes.fetch("http://127.0.0.1:8080/")[2]


def test_its_only_container_that_lost_its_network_is_healed(
    eyes: Eyes, run_play: Any, small: dict[str, Any]
) -> None:
    eyes.run("docker", "network", "disconnect", "-f", "small_default", "small-hello-1")
    verify = run_play("verify.yml", variables=small)
    assert verify.code != 0, verify.output
    assert "hello.networks" in verify.told
    run = run_play("site.yml", variables=small)
    assert run.code == 0, run.output
    assert "hello" in eyes.fetch("http://127.0.0.1:8080/")[2]
