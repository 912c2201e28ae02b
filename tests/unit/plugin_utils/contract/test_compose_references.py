"""What a compose file refers to and what does not travel to a host is told with its line."""

from __future__ import annotations

import pytest
import yaml
from ansible_collections.todo.stack.plugins.plugin_utils.contract.compose_references import (
    reference_problems,
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
