"""Contracts: what is read, and what is refused with file, place and reason."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import ProblemList
from ansible_collections.todo.stack.plugins.module_utils.contract.model import (
    Budget,
    Build,
    CommandCheck,
    Contract,
    HttpCheck,
    Port,
    Run,
    TcpCheck,
)
from ansible_collections.todo.stack.plugins.module_utils.judge.registry import REGISTRY
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


def checked(more: str) -> str:
    """Return a contract with ``more`` in its run."""
    return GOOD.replace("8000", f"8000, {more}")


def lines(project: Path, services: list[str] | None = None) -> list[str]:
    _, problems = read_contracts(project, services or SERVICES)
    return [problem.line() for problem in problems]


def test_defaults_are_filled_in(project: Path, write: Write) -> None:
    write("backend/contract.yml", GOOD + "env: {KEY: {purpose: a, secret: true}}")
    backend = load_contracts(project, SERVICES)[0]
    assert backend.build
    assert backend.build.dockerfile == "Dockerfile"
    assert backend.build.context == str(project / "backend")
    assert backend.run == Run((Port(8000, 8000),))
    assert backend.run.within_seconds == 60
    assert backend.env["KEY"].min_length == 32
    assert backend.env["KEY"].type == "string"


def test_a_contract_needs_no_environment(project: Path, write: Write) -> None:
    write("backend/contract.yml", GOOD)
    folder = str(project / "backend")
    budget = Budget(300, 500_000_000)
    needs = ("fixed_user", "healthcheck")
    build = Build("backend", "todo-backend", folder, "Dockerfile", None, {}, budget, needs)
    assert load_contracts(project, SERVICES)[0] == Contract(
        "backend",
        "backend/contract.yml",
        "todo-backend",
        ("backend", "migrate"),
        build,
        Run((Port(8000, 8000),)),
    )


def test_every_http_check_is_one_kind_of_check(project: Path, write: Write) -> None:
    text = GOOD.replace(
        "{port: 8000}",
        """
  port: 8000
  single: true
  check: [python, -m, app.check]
  ui: {path: /, contains: Todo}
  checks:
    page: {path: /old, status: 301, within_seconds: 7}
    api: {path: "/api?x=1", status: 401, expect: "detail == 'no'", contains: detail}
  ready: {path: /ready, expect: "status == 'ready'", revision: schema, within_seconds: 90}
  health: {path: /health, expect: ok}
""",
    )
    write("backend/contract.yml", text)
    run = load_contracts(project, SERVICES)[0].run
    assert run.checks == (
        HttpCheck("health", "/health", expect="ok"),
        HttpCheck("ready", "/ready", expect="status == 'ready'", revision="schema",
                  within_seconds=90),
        HttpCheck("ui", "/", contains="Todo", html=True),
        HttpCheck("page", "/old", 301, within_seconds=7),
        HttpCheck("api", "/api?x=1", 401, "detail == 'no'", "detail"),
    )  # fmt: skip
    assert (run.single, run.check) == (True, ("python", "-m", "app.check"))
    assert run.within_seconds == 90


def test_a_service_has_no_port_or_many(project: Path, write: Write) -> None:
    write(
        "backend/contract.yml",
        GOOD.replace(
            "{port: 8000}",
            """
  ports: [8000, "80:9090", "5353:53/udp"]
  expose: ["6379", 53/udp, 7]
  within_seconds: 90
  checks: {first: {path: /}, other: {path: /, port: 9090, within_seconds: 5}}
""",
        ),
    )
    run = load_contracts(project, SERVICES)[0].run
    assert run.ports == (
        Port(8000, 8000), Port(9090, 80), Port(53, 5353, "udp"),
        Port(6379), Port(53, 0, "udp"), Port(7),
    )  # fmt: skip
    assert [run.asked_at(check) for check in run.checks] == [Port(8000, 8000), Port(9090, 80)]
    assert [check.within_seconds for check in run.checks] == [90, 5]
    write(
        "backend/contract.yml",
        GOOD.replace(
            "{port: 8000}",
            """
  expose: [6379]
  within_seconds: 9
  checks: {open: {tcp: 6379, within_seconds: 20}, ping: {command: [redis-cli, ping]}}
""",
        ),
    )
    run = load_contracts(project, SERVICES)[0].run
    assert run.all_checks == [
        TcpCheck("open", 6379, 20), CommandCheck("ping", ("redis-cli", "ping"), 9),
    ]  # fmt: skip
    assert run.within_seconds == 20
    write("backend/contract.yml", GOOD.replace("{port: 8000}", "{within_seconds: 7}"))
    run = load_contracts(project, SERVICES)[0].run
    assert (run.ports, run.within_seconds) == ((), 7)


@pytest.mark.parametrize("name", [one.id for one in REGISTRY])
def test_no_check_may_have_the_name_of_a_criterion(project: Path, write: Write, name: str) -> None:
    write("backend/contract.yml", checked(f"checks: {{{name}: {{path: /}}}}"))
    assert lines(project) == [
        f"backend/contract.yml: run.checks: '{name}' is a check already -> choose another name"
    ]


def test_variables_of_every_type_are_read(project: Path, write: Write) -> None:
    write(
        "backend/contract.yml",
        GOOD
        + """env:
  DEBUG: {purpose: d, type: boolean, default: false}
  LEVEL: {purpose: l, type: integer, default: -3}
  CACHE: {purpose: c, type: url, schemes: [redis, rediss], default: "redis://redis:6379/0"}
  QUEUE: {purpose: q, type: url, schemes: ["*"], default: "amqp://mq:5672"}
  DATABASE_URL: {purpose: u, type: postgres_url, secret: true, schemes: [postgresql+asyncpg],
    embedded: {service: postgres, url: "postgresql+asyncpg://a:{password}@postgres/a"}}
  SELF: {purpose: s, type: url, template: "http://{frontend.NODE_ENV}:{frontend.PORT}/{LEVEL}"}
""",
    )
    env = load_contracts(project, SERVICES)[0].env
    assert [env[name].default for name in ("DEBUG", "LEVEL")] == ["false", "-3"]
    assert env["CACHE"].schemes == ("redis", "rediss")
    assert env["SELF"].template == "http://{frontend.NODE_ENV}:{frontend.PORT}/{LEVEL}"


def test_numbers_become_texts_where_an_environment_needs_them(contracts: list[Contract]) -> None:
    assert contracts[0].env["PORT"].default == "8000"


def test_every_compose_service_of_the_image_is_found(contracts: list[Contract]) -> None:
    assert contracts[0].compose_services == ("backend", "migrate")
    assert contracts[1].compose_services == ("frontend",)
    assert contracts[0].running_services() == ["backend", "migrate", "postgres"]


def test_an_image_must_bring_a_user_and_a_healthcheck_that_compose_does_not_give(
    project: Path, write: Write
) -> None:
    text = "services: {backend: {image: todo-backend, healthcheck: {test: x}}, "
    write("compose.yaml", text + "frontend: {image: todo-frontend}, postgres: {image: p}}")
    found = {c.service: c.build.requires for c in load_contracts(project, SERVICES) if c.build}
    assert found == {"backend": ("fixed_user",), "frontend": ("fixed_user", "healthcheck")}


@pytest.mark.parametrize(
    ("relaxed", "needs"),
    [
        ("user", ("healthcheck",)),
        ("healthcheck", ("fixed_user",)),
        ("init", ("fixed_user", "healthcheck")),
    ],
)
def test_what_is_relaxed_is_not_asked_of_the_image(
    project: Path, write: Write, relaxed: str, needs: tuple[str, ...]
) -> None:
    write("backend/contract.yml", GOOD + f"relaxed: {{{relaxed}: image of a vendor}}")
    contract = load_contracts(project, SERVICES)[0]
    assert contract.build and contract.build.requires == needs
    assert contract.relaxed == {relaxed: "image of a vendor"}


def test_a_third_service_takes_no_code(project: Path, write: Write) -> None:
    text = GOOD.replace("backend", "worker").replace("8000", "9000")
    write("worker/contract.yml", text + "env: {QUEUE: {purpose: Queue, required: true}}")
    write("compose.yaml", (project / "compose.yaml").read_text() + "  worker: {image: todo-worker}")
    contracts = load_contracts(project, [*SERVICES, "worker"])
    assert contracts[2].service == "worker"
    assert contracts[2].env["QUEUE"].required


@pytest.mark.parametrize(
    ("file", "build", "folder"),
    [
        ("contracts/backend.yml", "", ""),
        ("contracts/backend.yml", "context: backend, dockerfile: docker/D, ", "backend"),
        ("contracts/backend.yml", "context: ., ", ""),
        ("apps/api/contract.yml", "", "apps/api"),
        ("apps/api/contract.yml", "context: apps, ", "apps"),
    ],
)
def test_a_contract_lies_in_a_folder_of_contracts_or_beside_its_dockerfile(
    project: Path, write: Write, file: str, build: str, folder: str
) -> None:
    (project / "backend/contract.yml").unlink()
    (project / file).parent.mkdir(parents=True)
    write(file, GOOD.replace("{budget", f"{{{build}budget"))
    compose = (project / "compose.yaml").read_text()
    write("compose.yaml", compose.replace("backend: {", "backend: {build: apps/api, "))
    found = load_contracts(project, SERVICES)[0]
    assert found.build
    assert (found.file, found.build.context) == (file, str(project / folder))


REDIS = "service: redis\nrun: {port: 6379}\n"
WORKER = "service: worker\nimage: todo-backend\nrun: {port: 8001}\n"


@pytest.fixture
def shop(project: Path, write: Write) -> Path:
    """A project with a worker of the backend's image, and a service of a registry's."""
    compose = (project / "compose.yaml").read_text()
    write(
        "compose.yaml",
        f"""{compose}
  worker: {{image: todo-backend, command: [worker]}}
  redis: {{image: "library/redis:7"}}
""",
    )
    write("backend/contract.yml", GOOD)
    write("contracts/worker.yml", WORKER)
    write("contracts/redis.yml", REDIS)
    return project


def test_services_of_one_image_share_its_build(shop: Path) -> None:
    backend, worker, redis = load_contracts(shop, ["backend", "worker", "redis"])
    assert backend.build and (worker.build, redis.build) == (None, None)
    assert backend.compose_services == ("backend", "migrate")
    assert worker.compose_services == ("worker",)
    assert (worker.image, redis.image) == ("todo-backend", "library/redis")


@pytest.mark.parametrize(
    ("contract", "compose", "line"),
    [
        (WORKER + "build: {budget: {seconds: 1, bytes: 1}}", {},
         "contracts/worker.yml: image: todo-backend is the image of backend already -> give each "
         "its own, or leave `build` out: it then shares backend's"),
        (REDIS.replace("run", "image: valkey\nrun"), {},
         "compose.yaml: services.redis.image: is library/redis, but contracts/redis.yml says "
         "valkey"),
        (REDIS, {'image: "library/redis:7"': "command: [a]"},
         "contracts/redis.yml: image: compose.yaml names none either -> give it here, and `build` "
         "or another contract that builds it"),
        (REDIS.replace("run", "image: valkey\nrun"),
         {'image: "library/redis:7"': "build: ."},
         "contracts/redis.yml: image: nothing builds valkey, and compose.yaml names no image to "
         "pull -> add `build` to a contract of it"),
        (REDIS + "build: {budget: {seconds: 1, bytes: 1}}", {},
         "contracts/redis.yml: the key 'image' is missing -> add it"),
        (REDIS, {"  redis": "  extra: {build: .}\n  redis"},
         "compose.yaml: services.extra: it is built, and no contract says how -> write "
         "contracts/extra.yml and add extra to stack_services"),
    ],
)  # fmt: skip
def test_an_image_that_nobody_supplies_is_told(
    shop: Path, write: Write, contract: str, compose: dict[str, str], line: str
) -> None:
    write(f"contracts/{contract.split()[1]}.yml", contract)
    written = (shop / "compose.yaml").read_text()
    for old, new in compose.items():
        written = written.replace(old, new)
    write("compose.yaml", written)
    assert lines(shop, ["backend", "worker", "redis"]) == [line]


@pytest.mark.parametrize("spec", ["{build: .}", "{build: ., image: todo-backend}"])
def test_a_service_that_compose_builds_needs_no_image_there(
    shop: Path, write: Write, spec: str
) -> None:
    compose = (shop / "compose.yaml").read_text()
    compose = compose.replace("{image: todo-backend, command: [worker]}", spec)
    write("compose.yaml", f"{compose}  idle: {{build: ., profiles: [dev]}}\n")
    assert lines(shop, ["backend", "worker", "redis"]) == []


def test_an_embedded_service_has_no_contract_of_its_own(shop: Path, write: Write) -> None:
    url = "postgresql://a:{password}@redis/a"
    embedded = f"embedded: {{service: redis, url: '{url}'}}"
    spec = f"{{purpose: p, type: postgres_url, secret: true, {embedded}}}"
    write("backend/contract.yml", f"{GOOD}env: {{URL: {spec}}}")
    assert lines(shop, ["backend", "worker", "redis"]) == [
        "contracts/redis.yml: redis has a contract, and backend embeds it -> leave one of them out"
    ]


def test_a_service_with_two_contracts_is_refused(project: Path, write: Write) -> None:
    write("contracts/backend.yml", GOOD)
    assert lines(project) == [
        "backend/contract.yml: backend has two contracts, this one and contracts/backend.yml "
        "-> keep one of them"
    ]


def test_the_contract_beside_a_dockerfile_may_be_of_another_service(
    project: Path, write: Write
) -> None:
    write("contract.yml", GOOD)
    compose = (project / "compose.yaml").read_text()
    write("compose.yaml", f"{compose}  worker: {{image: todo-worker, build: .}}\n")
    assert lines(project, [*SERVICES, "worker"]) == [
        "contract.yml: service: names 'backend', but lies where 'worker' has its contract "
        "-> make them equal, or write contracts/worker.yml"
    ]


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
    (GOOD.replace("{budget", "{context: ../x, budget"), "build.context: has a form"),
    (GOOD.replace("{budget", "{context: a/.., budget"), "build.context: has a form"),
    (GOOD.replace("{budget", "{context: /etc, budget"), "build.context: has a form"),
    (GOOD.replace("{budget", "{dockerfile: a/../../D, budget"), "build.dockerfile: has a form"),
    (GOOD.replace("8000", "65536"), "run.port: must be at most 65535"),
    (GOOD.replace("8000", "'8000'"), "run.port: must be a whole number"),
    (GOOD.replace("8000", "8000.0"), "run.port: must be a whole number"),
    (GOOD.replace("8000", "8e3"), "run.port: must be a whole number"),
    (GOOD.replace("8000", "true"), "run.port: must be a whole number"),
    (checked("ports: [9000]"), "run.port: `port` is short for `ports` of one"),
    (GOOD.replace("port: 8000", "ports: [a]"), "run.ports.0: has a form that is not allowed"),
    (GOOD.replace("port: 8000", "ports: [0]"), "run.ports: 0 is no port"),
    (GOOD.replace("port: 8000", "ports: ['80:65536']"), "run.ports: 65536 is no port"),
    (GOOD.replace("port: 8000", "ports: ['80000:80']"), "run.ports: 80 is no port"),
    (GOOD.replace("port: 8000", "ports: [true]"), "run.ports.0: must be a whole number or a text"),
    (GOOD.replace("port: 8000", "expose: ['80:80']"), "run.expose.0: has a form that is not"),
    (GOOD.replace("port: 8000", "expose: [80, '80/tcp']"), "run.ports: 80 is named twice"),
    (GOOD.replace("port: 8000", "ui: {path: /, contains: a}"), "run.ui: asks, and there is no TCP"),
    (
        GOOD.replace("port: 8000", "ports: ['53/udp'], checks: {a: {path: /}}"),
        "run.checks.a: asks, and there is no TCP port -> name it in run.ports or expose",
    ),
    (
        GOOD.replace("port: 8000", "ports: ['80:8000'], ui: {path: /, contains: a, port: 80}"),
        "run.ui.port: is no port of this contract -> one of: 8000",
    ),
    (checked("expose: ['3000']") + "env: {PORT: {purpose: p, default: '80'}}", "(8000 or 3000)"),
    (
        GOOD.replace("port: 8000", "ports: ['3000:8000']"),
        "frontend/contract.yml: run.ports: 3000 is the port of backend already",
    ),
    (GOOD.replace("image: todo-backend", "image: todo-backend:latest"), "image: has a form"),
    (GOOD.replace("image: todo-backend", r'image: "todo-backend\n"'), "image: has a form"),
    (GOOD.replace("image: todo-backend", "image: -rf"), "image: has a form"),
    (
        GOOD.replace("service: backend", "service: back"),
        "names 'back', but lies where 'backend' has",
    ),
    (GOOD + "env: {lower: {purpose: p}}", "'lower' is no name of a variable"),
    (GOOD + "env: {NAME: {}}", "env.NAME: the key 'purpose' is missing"),
    (ENV % "type: prot", "env.NAME.type: is not known here -> did you mean port?"),
    (ENV % "default: yes", "env.NAME.default: is a YAML boolean where a text is meant -> put it"),
    (ENV % "default: 1.5", "default: must be a text or a whole number or true or false"),
    (ENV % "default: 12", "env.NAME.default: is a YAML number where a text is meant -> put it"),
    (ENV % "type: boolean, default: maybe", "default: is no boolean -> true or false"),
    (ENV % "type: boolean, default: 1", "default: is a YAML number, no boolean"),
    (ENV % "type: integer, default: '07'", "default: is no whole number"),
    (ENV % "type: integer, default: true", "default: is a YAML boolean, no integer"),
    (ENV % "type: url, schemes: [redis], default: 'http://x'", "another scheme than redis:// -> b"),
    (ENV % "type: url, schemes: [redis], default: 'x'", "the form is redis://host:port"),
    (ENV % "type: url, schemes: ['*'], default: 'amqp://'", "has no host -> the form is scheme://"),
    (ENV % "type: url, schemes: []", "schemes: has a form that is not allowed"),
    (ENV % "type: url, schemes: ['a b']", "schemes.0: has a form that is not allowed"),
    (ENV % "schemes: [redis]", "schemes: only a url or postgres_url has a scheme"),
    (ENV % "type: postgres_url, schemes: [mysql]", "schemes: one of them is none of PostgreSQL"),
    (ENV % "template: plain", "env.NAME.template: has a form that is not allowed"),
    (ENV % "template: 'a{NAME} {'", "env.NAME.template: has a form that is not allowed"),
    (ENV % "template: 'a{QUUX}'", "env.NAME.template: {QUUX} names no variable -> declare it"),
    (ENV % "template: 'a{NAME}'", "env.NAME.template: {NAME} is made of others itself"),
    (ENV % "template: '{fronted.PORT}'", "names a service without a contract -> did you mean"),
    (ENV % "template: '{PORT}', default: a", "default: a variable with a template is made of"),
    (ENV % "template: '{PORT}', required: true", "required: a variable with a template is made"),
    (ENV % "type: url, template: 'http://a b/{PORT}'", "env.NAME.template: holds a blank"),
    (
        ENV.replace("{NAME", "{KEY: {purpose: k, secret: true}, NAME") % "template: '{KEY}'",
        "env.NAME.template: {KEY} is a secret, and this variable is none -> add secret: true",
    ),
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
    (
        checked("health: {path: /, expect: '[['}"),
        "run.health.expect: is no JMESPath expression -> write one, such as: status == 'ok'",
    ),
    (
        checked("ready: {path: /, expect: a, revision: 'a ='}"),
        "run.ready.revision: has a form that is not allowed",
    ),
    (
        checked("checks: {api: {path: /, expect: 'f('}}"),
        "run.checks.api.expect: is no JMESPath expression",
    ),
    (checked("health: {path: health, expect: a}"), "run.health.path: has a form"),
    (checked("health: {path: /}"), "run.health: the key 'expect' is missing -> add it"),
    (checked("ready: {path: /, expect: ''}"), "run.ready.expect: is empty"),
    (checked("ready: {path: /, expect: a, status: 2}"), "run.ready: the key 'status' is unknown"),
    (checked("checks: {a: {}}"), "run.checks.a: asks nothing -> give one of path, tcp and command"),
    (checked("checks: {a: {path: /, tcp: 8000}}"), "run.checks.a: has path and tcp -> give one of"),
    (checked("checks: {a: {tcp: 80}}"), "run.checks.a.tcp: is no TCP port of this contract"),
    (checked("checks: {a: {tcp: '80'}}"), "run.checks.a.tcp: must be a whole number"),
    (checked("checks: {a: {command: ping}}"), "run.checks.a.command: must be a list"),
    (checked("checks: {a: {command: []}}"), "run.checks.a.command: has a form"),
    (checked("checks: {a: {command: [a], status: 200}}"), "a.status: is for a check with a path"),
    (checked("checks: {api: {path: '/#x'}}"), "run.checks.api.path: has a form"),
    (checked("checks: {api: {path: /, status: 99}}"), "api.status: must be at least 100"),
    (checked("checks: {api: {path: /, status: 600}}"), "api.status: must be at most 599"),
    (checked("checks: {api: {path: /, contain: a}}"), "did you mean contains?"),
    (checked("checks: {api: {path: /, within_seconds: 0}}"), "within_seconds: must be at least 1"),
    (
        checked("checks: {API-v1: {path: /}}"),
        "run.checks: 'API-v1' is no name of a check -> small letters, digits and _ only",
    ),
    (checked("checks: [a]"), "run.checks: must be a mapping"),
    (ENV % "any_with: LEVEL", "env.NAME.any_with: is no variable"),
    (ENV % "any_with: 1", "any_with: must be a text"),
    (ENV % "secret: true, generate: true, min_length: 65", "min_length: is more than the 64"),
    (checked("check: python -m app.check"), "run.check: must be a list"),
    (checked("check: []"), "run.check: has a form"),
    (checked("check: [1]"), "run.check.0: must be a text"),
    (checked("single: maybe"), "run.single: must be true or false"),
    (GOOD + "relaxed: {contnets: a long reason}", "can be relaxed -> did you mean contents?"),
    (
        GOOD + "relaxed: {running: a long reason}",
        "relaxed: 'running' is nothing that can be relaxed",
    ),
    (GOOD + "relaxed: {user: no}", "relaxed.user: must be a text"),
    (GOOD + "relaxed: {user: why}", "relaxed.user: must have 10 characters or more -> say why"),
    (GOOD + "relaxed: [user]", "backend/contract.yml: relaxed: must be a mapping"),
    (GOOD + GOOD, "backend/contract.yml, line 7: the key 'service' is given twice"),
    (GOOD + "env: {A: {purpose: p", "backend/contract.yml, line 6: "),
    (GOOD + "\n\tenv: 1", "backend/contract.yml, line 7: "),
    ("[]", "backend/contract.yml: must be a mapping"),
    ("", "backend/contract.yml: must be a mapping"),
    ("a: &a [*a]", "backend/contract.yml, line 1: a value contains itself"),
    (GOOD.replace("8000", "3000"), "frontend/contract.yml: run.ports: 3000 is the port of backend"),
    (
        GOOD.replace("todo-backend", "other"),
        "services.backend.image: is todo-backend, but",
    ),
    (
        GOOD.replace("todo-backend", "todo-frontend"),
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


@pytest.mark.parametrize(
    ("text", "told"), [(None, True), ("a: [b\n", False), ("a: b\0\n", False), ("{", False)]
)
def test_where_a_contract_lies_is_told_where_there_is_none(
    project: Path, text: str | None, told: bool
) -> None:
    file = project / "backend/contract.yml"
    file.unlink()
    if text is not None:
        file.write_text(text)
    _, problems = read_contracts(project, ["backend"])
    assert [one.where.partition(",")[0] for one in problems] == ["backend/contract.yml"]
    assert ("beside its Dockerfile" in problems[0].remedy) is told
