"""Each way to break the stack is caught by the test that is named for it, by its own assertion."""

from __future__ import annotations

import copy
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

DEFAULT = Path(__file__).parents[2] / "default"
TESTS = [str(DEFAULT / "tests"), str(DEFAULT / "browser")]
FOLDER = Path(os.environ["MOLECULE_EPHEMERAL_DIRECTORY"])
STATE = "/var/lib/todo-stack"
COMPOSE = f"cd {STATE} && POSTGRES_IMAGE=localhost/todo-stack/postgres:17 docker compose -p todo"
PYTHON = "import http.server as h; "
WRONG_BODY = (
    PYTHON
    + "C=type('C',(h.BaseHTTPRequestHandler,),{'do_GET':lambda s:(s.send_response(200),"
    + "s.end_headers(),s.wfile.write(b'{}'))}); h.HTTPServer(('0.0.0.0',8000),C).serve_forever()"
)
WRONG_PAGE = (
    "require('http').createServer((q,r)=>{r.setHeader('content-type','text/html');r.end('x')})"
    ".listen(3000,'0.0.0.0')"
)
OVERWRITTEN_PAGE = WRONG_PAGE.replace("'x'", "'Todo<script>document.body.innerText=0</script>'")
FAILING_PAGE = WRONG_PAGE.replace("r.setHeader", "r.statusCode=500;r.setHeader")
Service = dict[str, Any]


@dataclass(frozen=True)
class Mutant:
    """A change of one service, as compose describes it, and the test that must fail for it.

    ``says``: what its assertion must show, where a container that just does not work fails it too.
    """

    test: str
    change: Callable[[Service], object]
    service: str = "backend"
    says: str = ""


def limits(service: Service) -> dict[str, Any]:
    """Return the limits of a service."""
    found: dict[str, Any] = service["deploy"]["resources"]["limits"]
    return found


def beside(program: str) -> list[str]:
    """Return a command that runs a Python program beside the service."""
    serve = "exec python -m http.server 8000 --bind 0.0.0.0 --directory /tmp"
    return ["sh", "-c", f'python -c "{program}" & {serve}']


def on_the_hosts_network(service: Service) -> None:
    """Take the service's own network away."""
    for key in ("networks", "ports"):
        service.pop(key)
    service["network_mode"] = "host"


def set_to(key: str, value: object) -> Callable[[Service], object]:
    """Return a change that sets one key."""
    return lambda service: service.update({key: value})


def in_environment(**values: str | None) -> Callable[[Service], object]:
    """Return a change of environment variables; None removes one."""

    def change(service: Service) -> None:
        merged = {**service["environment"], **values}
        service["environment"] = {name: v for name, v in merged.items() if v is not None}

    return change


def restricted(setting: str) -> str:
    """Return the hardening test of a setting, as pytest's -k selects it."""
    return f"test_the_container_is_restricted and ({setting.replace(' ', ' and ')})"


MUTANTS: dict[str, Mutant] = {
    "root can be written": Mutant(restricted("root"), set_to("read_only", False)),
    "capabilities are kept": Mutant(restricted("capabilities"), set_to("cap_drop", [])),
    "a capability is added": Mutant(restricted("capabilities"), set_to("cap_add", ["NET_RAW"])),
    "new privileges are allowed": Mutant(restricted("new privileges"), set_to("security_opt", [])),
    "no memory limit": Mutant(restricted("memory"), lambda s: limits(s).pop("memory")),
    "no CPU limit": Mutant(restricted("CPU"), lambda s: limits(s).pop("cpus")),
    "no pids limit": Mutant(restricted("pids"), lambda s: limits(s).pop("pids")),
    "no init": Mutant(restricted("init"), set_to("init", False)),
    "the log grows": Mutant(restricted("bounded"), set_to("logging", {"driver": "json-file"})),
    "it is not restarted": Mutant(restricted("restart"), set_to("restart", "no")),
    "it is privileged": Mutant(restricted("privileged"), set_to("privileged", True)),
    "it sees the host's processes": Mutant(restricted("PID"), set_to("pid", "host")),
    "it shares the host's memory": Mutant(restricted("IPC"), set_to("ipc", "host")),
    "it is on the host's network": Mutant(restricted("network"), on_the_hosts_network),
    "it has a device": Mutant(restricted("devices"), set_to("devices", ["/dev/zero:/dev/z:r"])),
    "a folder of the host is mounted": Mutant(
        "test_nothing_of_the_host_is_mounted", set_to("volumes", ["/etc:/mnt:ro"])),
    "its root is written to": Mutant(
        "test_the_root_filesystem_cannot_be_written", set_to("read_only", False)),
    "it has no healthcheck": Mutant(
        "test_its_healthcheck_says_healthy", set_to("healthcheck", {"disable": True})),
    "its healthcheck fails": Mutant(
        "test_its_healthcheck_says_healthy",
        set_to("healthcheck", {"test": ["CMD", "false"], "interval": "1s", "retries": 1})),
    "it runs as root": Mutant("test_every_process_runs_under", set_to("user", "0:0")),
    "another port is published": Mutant(
        "test_nothing_else_of_the_container_is_published",
        lambda s: s["ports"].append({"target": 9000, "published": "9000", "protocol": "tcp"}),
        says="9000/tcp"),
    "it is published to all the world": Mutant(
        "test_the_host_publishes_it",
        lambda s: s["ports"][0].update(host_ip="0.0.0.0"),  # noqa: S104 - that is the mutant
        says="0.0.0.0"),  # noqa: S104
    "it is not published": Mutant(
        "test_the_host_publishes_it", set_to("ports", []), says="set() == "),
    "the database is published": Mutant(
        "test_nothing_is_published_but", set_to("ports", ["127.0.0.1:5432:5432"]), "postgres",
        says="5432"),
    "the database runs as root": Mutant(
        "test_no_process_of_any_container_is_root",
        lambda s: s.update(user="0:0", entrypoint=["sleep"], command=["600"]), "postgres",
        says="'postgres'"),
    "another port listens inside": Mutant(
        "test_only_the_contracts_port_listens",
        set_to("command", beside("import socket,time; s=socket.create_server(('0.0.0.0',9999));"
                                 " time.sleep(999)")), says="9999"),
    "a UDP port listens inside": Mutant(
        "test_no_udp_port_is_open",
        set_to("command", beside("import socket,time; s=socket.socket(type=socket.SOCK_DGRAM);"
                                 " s.bind(('0.0.0.0',9999)); time.sleep(999)")), says="9999"),
    "an undeclared name is there": Mutant(
        "test_no_name_is_there", in_environment(DEBUG_TOOLBAR="on"), says="DEBUG_TOOLBAR"),
    "a required name is missing": Mutant(
        "test_everything_required", in_environment(BETTER_AUTH_SECRET=None),
        says="BETTER_AUTH_SECRET"),
    "a default is another": Mutant(
        "test_what_has_a_default_has_it", in_environment(NODE_ENV="test"), "frontend",
        says="'NODE_ENV': 'test'"),
    "a value is not what was rendered": Mutant(
        "test_every_value_arrives", in_environment(NEXT_PUBLIC_API_URL="http://b:1"), "frontend",
        says="NEXT_PUBLIC_API_URL"),
    "health answers with another body": Mutant(
        "test_the_health_body", set_to("command", ["python", "-c", WRONG_BODY]),
        says="False is True"),
    "the page has other content": Mutant(
        "test_the_page_has", set_to("command", ["node", "-e", WRONG_PAGE]), "frontend",
        says="'Todo' in 'x'"),
    "the page answers 500": Mutant(
        "test_the_page_has", set_to("command", ["node", "-e", FAILING_PAGE]), "frontend",
        says="(500, "),
    "the page's script shows something else": Mutant(
        "test_the_rendered_page", set_to("command", ["node", "-e", OVERWRITTEN_PAGE]), "frontend",
        says="'Todo' in '0'"),
    "the page never answers": Mutant(
        "test_the_page_has", set_to("command", ["sleep", "600"]), "frontend", says="(0, "),
    "another image has the tag": Mutant(
        "test_the_container_runs_the_tagged_image", set_to("image", "todo-mutant:ENV X=y")),
    "the image is over its budget": Mutant(
        "test_the_image_is_within_its_budget",
        set_to("image", "todo-mutant:USER 0\nRUN dd if=/dev/zero of=/big bs=1M count=400\n"
                        "USER 10001:10001")),
    "the image has lost its labels": Mutant(
        "test_the_image_is_labelled", set_to("image", 'todo-mutant:LABEL todo.stack.content=""')),
    "the image holds a secret": Mutant(
        "test_the_image_keeps_no_secret",
        set_to("image", "todo-mutant:ENV BETTER_AUTH_SECRET=published")),
}  # fmt: skip


def caught(test: str, service: str) -> tuple[list[str], str]:
    """Run the tests of the host that ``test`` selects; return failed assertions, and all output."""
    done = subprocess.run(
        [
            str(Path(sys.executable).with_name("pytest")),
            f"--ansible-inventory={FOLDER / 'inventory'}", "--connection=ansible",
            "-p", "no:cacheprovider", "--tb=line", f"-k=({test}) and {service}", *TESTS,
        ],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
    )  # fmt: skip
    # A command that could not be run fails elsewhere, in conftest.py: that is no catch.
    own = r"^\S+/default/\w+/test_\w+\.py:\d+: ((?:AssertionError|assert)\b.*)"
    failed = re.findall(own, done.stdout, re.M)
    # 1: tests failed. 5 is none selected, 2 an error.
    return failed if done.returncode == 1 else [], done.stdout


@pytest.fixture(scope="module")
def original(host: Any) -> dict[str, Any]:
    """Return the running project as compose describes it."""
    config = f"{COMPOSE} -f compose.yaml -f environment.json config --format json"
    with host.sudo():
        found: dict[str, Any] = json.loads(host.check_output("sh -c %s", config))
    return found


def apply(eyes: Any, project: dict[str, Any]) -> None:
    """Have the services run as the project says, images included; what is alike stays."""
    for service, told in project["services"].items():
        if told["image"].startswith("todo-mutant:"):
            recipe = f"FROM todo-{service}:latest\n{told['image'].removeprefix('todo-mutant:')}\n"
            eyes.run("sh", "-c", "printf '%s' \"$0\" | docker build -q -t todo-mutant -", recipe)
            told["image"] = "todo-mutant"
    eyes.run("sh", "-c", "umask 077; printf '%s' \"$0\" >/tmp/mutant.json", json.dumps(project))
    up = "up -d -t 1 --no-deps postgres backend frontend"
    eyes.run("sh", "-c", f"{COMPOSE} -f /tmp/mutant.json {up}; rm /tmp/mutant.json; sleep 1")


@pytest.mark.parametrize("name", MUTANTS)
def test_a_mutant_is_caught_by_its_test(name: str, eyes: Any, original: dict[str, Any]) -> None:
    mutant = MUTANTS[name]
    project = copy.deepcopy(original)
    mutant.change(project["services"][mutant.service])
    apply(eyes, project)
    # The database has no contract, and so no tests by its name.
    failed, output = caught(mutant.test, mutant.service.replace("postgres", "todo"))
    assert failed, output
    assert mutant.says in output, output
    assert eyes.container(mutant.service).inspect["State"]["Running"], "it could not even run"


def test_secret_files_that_all_may_read_are_caught(eyes: Any) -> None:
    eyes.run("chmod", "0644", f"{STATE}/secrets.json")
    failed, output = caught("test_the_files_that_hold_secrets", "todo")
    assert failed, output


# What a plain run makes good again; without the host's fixture pytest would put it first.
@pytest.mark.usefixtures("eyes")
@pytest.mark.parametrize("service", ["backend", "frontend"])
def test_without_a_mutant_all_pass(service: str, run_play: Any) -> None:
    assert run_play("site.yml").code == 0
    _, output = caught("test", service)
    assert re.search(r"^\d+ passed(, \d+ skipped)?(, \d+ deselected)? in", output, re.M), output
