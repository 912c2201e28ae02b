"""What a compose file refers to and what does not travel to a host is told with its line."""

from __future__ import annotations

import pytest
import yaml
from ansible_collections.todo.stack.plugins.plugin_utils.contract.compose_references import (
    reference_problems,
    unfilled_problems,
)

SERVICE = "name: shop\nservices:\n  db:\n    image: postgres:17\n    "


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        (SERVICE + "volumes: ['./init.sql:/init.sql:ro']\n", 5, "services.db.volumes"),
        (SERVICE + "volumes:\n      - ../seed:/seed\n", 6, "'../seed'"),
        (SERVICE + "volumes: [{type: bind, source: data, target: /data}]\n", 5, "'data'"),
        (SERVICE + "volumes: [{type: bind, source: '${SEED:-./seed}', target: /x}]\n", 5, "seed"),
        (SERVICE + "volumes: ['${SEED:-./seed}:/seed']\n", 5, "'./seed'"),
        (SERVICE + "volumes:\n      - .:/all\n", 6, "'.'"),
        ("# see README.\n" + SERVICE + "volumes: ['.:/all']\n", 6, "'.'"),
        (SERVICE + "volumes: ['${PWD:-.}/init.sql:/x']\n", 5, "'./init.sql'"),
        (SERVICE + "volumes: ['/x/init:/y']\n    env_file: init\n", 6, "'init'"),
        (SERVICE + "env_file: .env\n", 5, "services.db.env_file"),
        (SERVICE + "env_file: [{path: ./a.env, required: false}]\n", 5, "'./a.env'"),
        (SERVICE + "extends: {file: common.yml, service: db}\n", 5, "services.db.extends"),
        (SERVICE + "label_file: ./labels\n", 5, "services.db.label_file"),
        ("include: [other.yaml]\n" + SERVICE, 1, "include"),
        ("include:\n  - path: [a.yaml, /etc/b.yaml]\n" + SERVICE, 2, "'a.yaml'"),
        ("configs: {c: {file: ./c.conf}}\n" + SERVICE, 1, "configs.c.file"),
        ("secrets: {s: {file: s.txt}}\n" + SERVICE, 1, "secrets.s.file"),
        (SERVICE + "security_opt: ['seccomp:./profile.json']\n", 5, "services.db.security_opt"),
        (SERVICE + "security_opt:\n      - seccomp=profile.json\n", 6, "'profile.json'"),
        (
            "volumes: {d: {driver_opts: {type: none, o: bind, device: ./d}}}\n" + SERVICE,
            1,
            "volumes.d.driver_opts.device",
        ),
        (
            "volumes: {d: {driver_opts: {o: 'rbind,ro', device: '${D:-data}'}}}\n" + SERVICE,
            1,
            "volumes.d.driver_opts.device",
        ),
    ],
)
def test_a_relative_path_is_refused_with_its_line(text: str, line: int, told: str) -> None:
    (problem,) = reference_problems(yaml.safe_load(text), text, "compose.yaml", [])
    assert problem.where == f"compose.yaml, line {line}"
    assert told in problem.what
    assert "does not travel" in problem.what


@pytest.mark.parametrize(
    "text",
    [
        SERVICE + "volumes: ['data:/data', '/srv/init.sql:/init.sql', '/anonymous', '~/x:/x']\n",
        SERVICE + "volumes: [{type: volume, source: data, target: /data}]\n",
        "configs: {c: {content: 'text'}}\n" + SERVICE,
        "secrets: {ca: {file: '${BUILD_CA_BUNDLE:-/dev/null}'}}\n" + SERVICE,
        SERVICE + "build: ./db\n",
        SERVICE
        + "security_opt: ['no-new-privileges:true', 'seccomp:unconfined', 'label:disable']\n",
        SERVICE + "security_opt: ['seccomp=/etc/docker/profile.json', 'apparmor:docker-default']\n",
        "volumes: {d: {driver_opts: {type: none, o: bind, device: /srv/d}}}\n" + SERVICE,
        "volumes: {d: {driver_opts: {type: tmpfs, o: size=1g, device: tmpfs}}}\n" + SERVICE,
        "volumes: {d: , e: {external: true}}\n" + SERVICE,
        SERVICE + "develop: {watch: [{path: ./src, action: rebuild}]}\n",
    ],
)
def test_what_lies_on_the_host_or_in_the_file_itself_is_no_problem(text: str) -> None:
    assert reference_problems(yaml.safe_load(text), text, "compose.yaml", []) == []


def test_the_env_file_of_a_service_with_a_contract_is_not_read_on_a_host() -> None:
    text = SERVICE + "env_file: .env\n"
    assert reference_problems(yaml.safe_load(text), text, "compose.yaml", ["db"]) == []


@pytest.mark.parametrize("kind", ["configs", "secrets"])
def test_what_comes_from_the_shell_of_a_caller_is_refused(kind: str) -> None:
    text = f"{SERVICE}{kind}: [one]\n{kind}:\n  one:\n    environment: TOKEN\n"
    (problem,) = reference_problems(yaml.safe_load(text), text, "compose.yaml", [])
    assert problem.where == "compose.yaml, line 8"
    assert problem.what.startswith(f"{kind}.one.environment takes $TOKEN from the shell")


FILLED = ["STACK_BIND_ADDRESS", "REGION"]
DELIVERED = {"db": ["DATABASE_URL"]}


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        (SERVICE + "volumes: ['${PWD}/init.sql:/x:ro']\n", 5, "services.db.volumes takes $PWD"),
        (SERVICE + "volumes: ['$HOME/x:/x']\n", 5, "services.db.volumes takes $HOME"),
        (SERVICE + "volumes:\n      - type: bind\n        source: ${DATA}\n", 7, "$DATA"),
        (SERVICE + "command: [serve, '--key=${KEY}']\n", 5, "services.db.command takes $KEY"),
        (
            "# PORT $$PORT\n" + SERVICE + "ports: ['${REGION}:${PORT}:80']\n",
            6,
            "services.db.ports takes $PORT",
        ),
        (SERVICE + "environment: {MODE: 'x-${MODE}'}\n", 5, "services.db.environment takes $MODE"),
        (SERVICE + "environment:\n      - TOKEN\n", 6, "services.db.environment takes $TOKEN"),
        (SERVICE + "environment: {TOKEN: }\n", 5, "services.db.environment takes $TOKEN"),
        (SERVICE + "labels: {a: '${A:-${B}}'}\n", 5, "services.db.labels takes $B"),
        ("configs: {c: {content: 'a ${C} b'}}\n" + SERVICE, 1, "configs.c takes $C"),
        ("volumes: {d: {driver_opts: {device: '${D}/d', o: bind}}}\n" + SERVICE, 1, "volumes.d"),
        ("networks: {n: {name: $N}}\n" + SERVICE, 1, "networks.n takes $N"),
        (SERVICE.replace("postgres:17", "${IMAGE}"), 4, "services.db.image takes $IMAGE"),
    ],
)
def test_a_variable_that_nobody_fills_in_is_refused_with_its_line(
    text: str, line: int, told: str
) -> None:
    document = yaml.safe_load(text)
    (problem,) = unfilled_problems(document, text, "compose.yaml", FILLED, DELIVERED)
    assert problem.where == f"compose.yaml, line {line}"
    assert told in problem.what
    assert "from the shell of whoever calls compose: nobody does" in problem.what
    assert "stack_variables" in problem.remedy


@pytest.mark.parametrize(
    "text",
    [
        SERVICE + "ports: ['${STACK_BIND_ADDRESS:-127.0.0.1}:$REGION:80']\n",
        SERVICE + "command: [sh, -c, 'echo $$HOME $${HOME} $1 100$ $']\n",
        SERVICE + "command: ['${A:-}', '${B-}', '${C:+c}', '${D+d}']\n",
        SERVICE + "environment: {DATABASE_URL: '${DATABASE_URL}'}\n",
        SERVICE + "environment: ['DATABASE_URL=${OTHER}', DATABASE_URL]\n",
        SERVICE + "environment: {NUMBER: 1, EMPTY: ''}\n",
        SERVICE + "build: {context: ./db, args: {TAG: '${TAG}'}}\n",
        SERVICE + "profiles: [debug]\n    command: ['$DEBUG']\n",
        "x-note: $NOTE\n# $COMMENT\n" + SERVICE + "init: true\n",
    ],
)
def test_what_is_filled_in_or_not_read_on_a_host_is_no_problem(text: str) -> None:
    document = yaml.safe_load(text)
    assert unfilled_problems(document, text, "compose.yaml", FILLED, DELIVERED) == []
