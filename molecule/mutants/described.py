"""Ways to break a service by another description of it, and who must see that."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ansible_collections.todo.stack.molecule.projects import serve, show

Service = dict[str, Any]
LYING = {"/health": (200, '{"status": "ok"}'), "/ready": (503, "{}")}
OVERWRITTEN_PAGE = "Todo<script>document.body.innerText=0</script>"


@dataclass(frozen=True)
class Mutant:
    """A change of one service as compose describes it; the test and the check that must see it.

    ``check``: the criterion that the product's own verdict must name. ``says``: what the test's
    assertion must show, where a container that just does not work fails it too. ``runs``: whether
    the mutant is one that runs, so that it is no other fault that was seen.
    """

    test: str
    check: str
    change: Callable[[Service], object]
    service: str = "backend"
    says: str = ""
    runs: bool = True


def limits(service: Service) -> dict[str, Any]:
    """Return the limits of a service."""
    found: dict[str, Any] = service["deploy"]["resources"]["limits"]
    return found


def beside(program: str) -> list[str]:
    """Return a command that runs a Python program beside the service."""
    serving = "exec python -m http.server 8000 --bind 0.0.0.0 --directory /tmp"
    return ["sh", "-c", f'python -c "{program}" & {serving}']


def on_the_hosts_network(service: Service) -> None:
    """Take the service's own network away."""
    for key in ("networks", "ports"):
        service.pop(key)
    service["network_mode"] = "host"


def set_to(key: str, value: object) -> Callable[[Service], object]:
    """Return a change that sets one key."""
    return lambda service: service.update({key: value})


def python(program: str) -> Callable[[Service], object]:
    """Return a change by which the backend is another program."""
    return set_to("command", ["python", "-c", program])


def node(program: str) -> Callable[[Service], object]:
    """Return a change by which the frontend is another program."""
    return set_to("command", ["node", "-e", program])


def image(*instructions: str) -> Callable[[Service], object]:
    """Return a change by which another image runs, made from the one that did."""
    return set_to("image", "\n".join(["todo-mutant:", *instructions]))


def as_root(*instructions: str) -> Callable[[Service], object]:
    """Return a change by which another image runs, in which root has done something."""
    return image("USER 0", *instructions, "USER 10001:10001")


def in_environment(**values: str | None) -> Callable[[Service], object]:
    """Return a change of environment variables; None removes one."""

    def change(service: Service) -> None:
        merged = {**service["environment"], **values}
        service["environment"] = {name: v for name, v in merged.items() if v is not None}

    return change


def restricted(setting: str) -> str:
    """Return the hardening test of a setting, as pytest's -k selects it."""
    return f"test_the_container_is_restricted and ({setting.replace(' ', ' and ')})"


FAILING = {"test": ["CMD", "false"], "interval": "1s", "retries": 1}
RUNS, ENDS = "test_each_replica_runs_and_is_healthy", "test_a_one_shot_has_ended_well"
BIND = "s.bind(('0.0.0.0',9999)); time.sleep(999)"
TCP = "import socket,time; s=socket.create_server(('0.0.0.0',9999)); time.sleep(999)"

DESCRIBED: dict[str, Mutant] = {
    "root can be written": Mutant(restricted("root"), "hardening", set_to("read_only", False)),
    "capabilities are kept": Mutant(
        restricted("capabilities"), "hardening", set_to("cap_drop", [])),
    "a capability is added": Mutant(
        restricted("capabilities"), "hardening", set_to("cap_add", ["NET_RAW"])),
    "new privileges are allowed": Mutant(
        restricted("new privileges"), "hardening", set_to("security_opt", [])),
    "no memory limit": Mutant(
        restricted("memory"), "hardening", lambda s: limits(s).pop("memory")),
    "no CPU limit": Mutant(restricted("CPU"), "hardening", lambda s: limits(s).pop("cpus")),
    "no pids limit": Mutant(restricted("pids"), "hardening", lambda s: limits(s).pop("pids")),
    "no init": Mutant(restricted("init"), "hardening", set_to("init", False)),
    "the log grows": Mutant(
        restricted("bounded"), "hardening", set_to("logging", {"driver": "json-file"})),
    "it is not restarted": Mutant(restricted("restart"), "hardening", set_to("restart", "no")),
    "it is privileged": Mutant(restricted("privileged"), "hardening", set_to("privileged", True)),
    "it sees the host's processes": Mutant(restricted("PID"), "hardening", set_to("pid", "host")),
    "it shares the host's memory": Mutant(restricted("IPC"), "hardening", set_to("ipc", "host")),
    "it is on the host's network": Mutant(
        restricted("network"), "networks", on_the_hosts_network),
    "it has a device": Mutant(
        restricted("devices"), "hardening", set_to("devices", ["/dev/zero:/dev/z:r"])),
    "a folder of the host is mounted": Mutant(
        "test_nothing_of_the_host_is_mounted", "hardening", set_to("volumes", ["/etc:/mnt:ro"])),
    "its root is written to": Mutant(
        "test_the_root_filesystem_cannot_be_written", "hardening", set_to("read_only", False)),
    "it has no healthcheck": Mutant(
        "test_its_healthcheck_says_healthy", "hardening",
        set_to("healthcheck", {"disable": True})),
    "its healthcheck fails": Mutant(
        "test_its_healthcheck_says_healthy", "running", set_to("healthcheck", FAILING)),
    "the page's healthcheck fails": Mutant(
        RUNS, "running", set_to("healthcheck", FAILING), "frontend"),
    "the database's healthcheck fails": Mutant(
        RUNS, "running", set_to("healthcheck", FAILING), "postgres"),
    "it is in a crash loop": Mutant(RUNS, "running", set_to("command", ["false"]), runs=False),
    "the page is in a crash loop": Mutant(
        RUNS, "running", node("process.exit(3)"), "frontend", runs=False),
    "the database is in a crash loop": Mutant(
        RUNS, "running", set_to("command", ["postgres", "--nonsense"]), "postgres", runs=False),
    "the migration has failed": Mutant(
        ENDS, "running", set_to("command", ["sh", "-c", "exit 3"]), "migrate", runs=False),
    "the migration does not end": Mutant(
        ENDS, "running", set_to("command", ["sleep", "999"]), "migrate"),
    "it runs as root": Mutant("test_every_process_runs_under", "user", set_to("user", "0:0")),
    "another port is published": Mutant(
        "test_nothing_else_of_the_container_is_published", "ports",
        lambda s: s["ports"].append({"target": 9000, "published": "9000", "protocol": "tcp"}),
        says="9000/tcp"),
    "it is published to all the world": Mutant(
        "test_the_host_publishes_it", "ports",
        lambda s: s["ports"][0].update(host_ip="0.0.0.0"),  # noqa: S104 - that is the mutant
        says="0.0.0.0"),  # noqa: S104
    "it is not published": Mutant(
        "test_the_host_publishes_it", "ports", set_to("ports", []), says="set() == "),
    "the database is published": Mutant(
        "test_nothing_is_published_but", "hardening", set_to("ports", ["127.0.0.1:5432:5432"]),
        "postgres", says="5432"),
    "the database runs as root": Mutant(
        "test_no_process_of_any_container_is_root", "user",
        lambda s: s.update(user="0:0", entrypoint=["sleep"], command=["600"]), "postgres",
        says="'postgres'"),
    "another port listens inside": Mutant(
        "test_only_the_contracts_port_listens", "ports", set_to("command", beside(TCP)),
        says="9999"),
    "a UDP port listens inside": Mutant(
        "test_no_udp_port_is_open", "health", set_to("command", beside(
            f"import socket,time; s=socket.socket(type=socket.SOCK_DGRAM); {BIND}")),
        says="9999"),
    "an undeclared name is there": Mutant(
        "test_no_name_is_there", "environment", in_environment(DEBUG_TOOLBAR="on"),
        says="DEBUG_TOOLBAR"),
    "a required name is missing": Mutant(
        "test_everything_required", "environment", in_environment(BETTER_AUTH_SECRET=None),
        says="BETTER_AUTH_SECRET"),
    "a default is another": Mutant(
        "test_what_has_a_default_has_it", "environment", in_environment(NODE_ENV="test"),
        "frontend", says="'NODE_ENV': 'test'"),
    "a value is not what was rendered": Mutant(
        "test_every_value_arrives", "environment",
        in_environment(NEXT_PUBLIC_API_URL="http://b:1"), "frontend", says="NEXT_PUBLIC_API_URL"),
    "the page's API is nobody's": Mutant(
        "test_each_check_of_its_own", "api", in_environment(NEXT_PUBLIC_API_URL="http://b:1"),
        "frontend", says="502"),
    "the database refuses its password": Mutant(
        "test_it_says_that_it_is_ready", "ready",
        in_environment(DATABASE_URL="postgresql://todo:another@postgres:5432/todo"), says="503"),
    "it says that it is not ready": Mutant(
        "test_it_says_that_it_is_ready", "ready", python(serve(LYING)), says="503"),
    "health answers with another body": Mutant(
        "test_the_health_body", "health", python(serve({"/health": (200, "{}")})),
        says="False is True"),
    "the page has other content": Mutant(
        "test_the_page_has", "ui", node(show(200, "x")), "frontend", says="'Todo' in 'x'"),
    "the page answers 500": Mutant(
        "test_the_page_has", "ui", node(show(500, "Todo")), "frontend", says="(500, "),
    "the page's script shows something else": Mutant(
        "test_the_rendered_page", "api", node(show(200, OVERWRITTEN_PAGE)), "frontend",
        says="'Todo' in '0'"),
    "the page never answers": Mutant(
        "test_the_page_has", "ui", set_to("command", ["sleep", "600"]), "frontend", says="(0, "),
    "another image runs": Mutant(
        "test_the_container_runs_the_image", "running", image("ENV X=y")),
    "the image is over its budget": Mutant(
        "test_the_image_is_within_its_budget", "running",
        as_root("RUN dd if=/dev/zero of=/big bs=1M count=400")),
    "the image has lost its labels": Mutant(
        "test_the_image_is_labelled", "running", image('LABEL todo.stack.content=""')),
    "the image holds a secret": Mutant(
        "test_the_image_keeps_no_secret", "running", image("ENV BETTER_AUTH_SECRET=published")),
    "the image holds a setuid program": Mutant(
        "test_no_file_gives", "contents", as_root("RUN cp /bin/true /x && chmod 4755 /x")),
    "the image holds a package manager": Mutant(
        "test_no_tool_is_in", "contents", as_root("RUN cp /bin/true /usr/bin/apt-get")),
}  # fmt: skip
