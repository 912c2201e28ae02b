"""One look at a host: an engine or none, a whole stack, what is odd; nothing is changed by it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.todo.stack.plugins.module_utils.contract.codec import from_plain, to_plain
from ansible_collections.todo.stack.plugins.module_utils.contract.environment import Given
from ansible_collections.todo.stack.plugins.module_utils.contract.masking import derived_forms
from ansible_collections.todo.stack.plugins.module_utils.contract.model import (
    CommandCheck,
    HttpCheck,
    Port,
)
from ansible_collections.todo.stack.plugins.module_utils.decide.images import wanted_images
from ansible_collections.todo.stack.plugins.module_utils.decide.plan import plan
from ansible_collections.todo.stack.plugins.module_utils.edge.http import Answer
from ansible_collections.todo.stack.plugins.module_utils.look import host as host_module
from ansible_collections.todo.stack.plugins.module_utils.look.observation import (
    ChangedPart,
    End,
    Names,
    OtherContainer,
    ProbeResult,
    Seen,
)
from ansible_collections.todo.stack.tests.unit.module_utils.look.conftest import (
    CONFIG,
    IMAGES,
    SERVICES,
    Host,
    image_id,
    inspected,
)

COMPOSE = (
    "compose --ansi never --progress plain --project-name todo --project-directory {folder}"
    " --file - config"
)
READING = [
    "buildx version",
    "compose version --short",
    "version --format {{json .}}",
    "info --format {{.DockerRootDir}}",
    "ps --all --no-trunc --quiet",
    "image ls --quiet --no-trunc --filter label=todo.stack.content",
    "image inspect todo-backend:latest postgres:17",
    f"{COMPOSE} --format json",
    f"{COMPOSE} --hash *",
]
OK = Answer(200, b'{"status": "ok"}', "application/json", "", 0.1)
HASH = {"com.docker.compose.config-hash": "other"}
HOSTILE = "MaRkEr77 pa$$ w\u00f6rd/'\"\\\t+?&%41\nMaRkEr88 second line \udcff"


def commands(host: Host) -> list[str]:
    return sorted(one.replace("{folder}", host.spec.state.folder) for one in READING)


def test_without_an_engine_all_else_is_seen(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(host.proc))
    seen = host.look().seen
    assert seen.engine.state == "absent"
    assert seen.problem == "there is no docker command on this host"
    assert [one.path for one in seen.space] == ["/var/lib/docker", host.spec.state_dir]
    assert [(one.service, one.owner) for one in seen.ports] == [("backend", ""), ("frontend", "")]
    assert seen.environment.to_make == ("postgres.POSTGRES_PASSWORD", "backend.BETTER_AUTH_SECRET")
    assert set(seen.environment.names) == set(SERVICES)
    assert (seen.services, seen.containers, seen.images) == ((), (), ())
    assert seen.available_memory_bytes > 0
    assert seen.system == host_module.system()
    assert host.docker.asked == []


@pytest.mark.parametrize(
    ("text", "system"),
    [
        ('PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nVERSION_ID="12"\nID=debian\n', "debian 12"),
        ("ID='ubuntu'\nVERSION_ID='24.04'\nnonsense\n", "ubuntu 24.04"),
        ("ID=arch\n", "arch"),
        (None, ""),
    ],
)
def test_the_hosts_own_release_is_seen(
    monkeypatch: pytest.MonkeyPatch, text: str | None, system: str
) -> None:
    monkeypatch.setattr(host_module, "read_text", {Path("/etc/os-release"): text}.get)
    assert host_module.system() == system


@pytest.mark.parametrize(
    ("told", "problem"),
    [
        ((1, "", "docker: 'compose' is not a docker command."), "Docker Compose is missing"),
        ("2.20.3", "Docker Compose 2.20.3 is too old"),
    ],
)
def test_an_engine_without_a_compose_that_can_be_asked_is_no_failure(
    host: Host, told: Any, problem: str
) -> None:
    host.docker.answers["compose version"] = told
    seen = host.look().seen
    assert seen.engine.running and seen.problem.startswith(problem)
    assert seen.services == ()
    assert not any("config" in one for one in host.docker.asked)


def test_an_engine_and_nothing_else(host: Host) -> None:
    seen = host.look().seen
    assert seen.engine.running and not seen.problem
    assert [one.name for one in seen.services] == ["frontend", "migrate", "postgres", "backend"]
    assert [one.one_shot for one in seen.services] == [False, True, False, False]
    assert [one.alone_hash for one in seen.services] == [f"alone-{s.name}" for s in seen.services]
    assert seen.containers == () and not seen.definition_current
    assert seen.modes == {}
    assert [one.path for one in seen.space] == [str(host.proc.parent), host.spec.state_dir]
    assert sorted(host.docker.asked) == commands(host)


def test_a_port_that_is_not_published_is_asked_where_the_container_is(host: Host) -> None:
    host.deploy()
    [backend, frontend] = host.spec.contracts
    inner = replace(backend.run, ports=(Port(8000, 80), Port(9000)), checks=(
        HttpCheck("health", "/health", expect="status == 'ok'"),
        HttpCheck("inner", "/inner", expect="status == 'ok'", port=9000),
    ))  # fmt: skip
    host.answers = {"80/health": OK, "9000/inner": OK}
    asked = host.look(contracts=(replace(backend, run=inner), frontend))
    probes = {one.name: one.probes for one in asked.seen.services}["backend"]
    assert {name: one.status for name, one in probes.items()} == {"health": 200, "inner": 200}
    assert host.asked_at["9000/inner"] == "172.18.0.2"
    assert host.asked_at["80/health"] == "127.0.0.1"
    assert [(one.service, one.port) for one in asked.seen.ports] == [
        ("backend", 80), ("frontend", 3000),
    ]  # fmt: skip


def test_a_command_beside_the_service_is_a_check_and_says_no_secret(host: Host) -> None:
    values = host.deploy()
    [backend, frontend] = host.spec.contracts
    run = replace(backend.run, ports=(), checks=(), commands=(CommandCheck("ping", ("ping",)),))
    secret = values["backend"]["BETTER_AUTH_SECRET"]
    host.docker.answers["exec id-backend ping"] = (2, "", f"wrong key {secret}")
    seen = host.look(contracts=(replace(backend, run=run), frontend)).seen
    found = {one.name: one.probes for one in seen.services}["backend"]["ping"]
    assert found.status == 2
    assert found.body.startswith("wrong key ") and secret not in found.body


def test_a_whole_stack(host: Host) -> None:
    host.deploy()
    host.answers = {"8000/health": OK, "8000/ready": replace(OK, status=503)}
    seen = host.look().seen
    assert [one.service for one in seen.containers] == list(SERVICES)
    assert all(not one.environment and not one.inside.environment for one in seen.containers)
    running = [one for one in seen.containers if one.service != "migrate"]
    assert {one.inside.processes[0].uids for one in running} == {(10001,) * 3}
    by_name = {one.name: one for one in seen.services}
    assert by_name["backend"].probes == {
        "health": ProbeResult(200, "application/json", '{"status": "ok"}', seconds=0.1),
        "ready": ProbeResult(503, "application/json", '{"status": "ok"}', seconds=0.1),
    }
    assert by_name["frontend"].probes["api"].error == "connection refused"
    assert by_name["postgres"].probes == {}
    environment = seen.environment
    assert (environment.drift, environment.to_make, environment.unreadable) == ({}, (), "")
    assert environment.secrets_kept and seen.definition_current
    assert environment.pins == IMAGES
    assert seen.modes[""] == 0o700 and seen.modes["secrets.json"] == 0o600
    assert seen.warnings == ()


def test_a_stack_that_was_looked_at_whole_needs_nothing(host: Host) -> None:
    host.deploy()
    seen = host.look().seen
    again = from_plain(Seen, json.loads(json.dumps(to_plain(seen))))
    assert again == seen
    contracts = host.spec.contracts
    assert plan(seen, contracts, wanted_images(seen, contracts, ())) == ()


def texts_of(value: Any) -> str:
    """Return all texts of plain data, decoded, keys included."""
    if isinstance(value, dict):
        return "\n".join(f"{key}\n{texts_of(one)}" for key, one in value.items())
    if isinstance(value, list):
        return "\n".join(map(texts_of, value))
    return str(value)


def test_no_value_of_any_environment_is_in_what_was_seen(host: Host) -> None:
    given = Given(
        env={"frontend": {"NODE_ENV": f"plain {HOSTILE}"}},
        secrets={"backend": {"OPENAI_API_KEY": f"secret {HOSTILE}"}},
        extra={"backend": {"LOG": f"extra {HOSTILE}", "URL": "http://u:MaRkEr99p%40w@h/"}},
    )
    values = host.deploy(given)
    host.docker.containers.append(inspected("old", config={"Env": [f"GONE=gone {HOSTILE}"]}))
    looks = [
        host.look(given=given),
        host.look(given=replace(given, env={"frontend": {"NODE_ENV": f"other {HOSTILE}"}})),
        host.look(given=given, rotate=("backend.BETTER_AUTH_SECRET",)),
    ]
    host.write("secrets.json", "{")
    looks.append(host.look(given=given))
    marked = [v for names in values.values() for v in names.values()
              if "MaRkEr" in v or "kept-secret" in v]  # fmt: skip
    forms = derived_forms([*marked, f"gone {HOSTILE}", f"other {HOSTILE}"])
    assert len(marked) >= 8 and len(forms) > 60
    for found in looks:
        plain = to_plain(found.seen)
        told = json.dumps(plain) + json.dumps(plain, ensure_ascii=False) + texts_of(plain)
        assert [form for form in forms if form in told] == []
        assert "MaRkEr" not in told and "kept-secret" not in told
        hidden = found.rendered.hidden(host.spec.contracts)
        assert f"secret {HOSTILE}" in hidden and f"plain {HOSTILE}" not in hidden


def tree(folder: Path) -> dict[str, tuple[int, float, bytes]]:
    return {
        str(path): (path.stat().st_mode, path.stat().st_mtime, path.read_bytes())
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize("damage", ["", "{", "gone"])
def test_a_look_changes_nothing(host: Host, damage: str) -> None:
    host.deploy()
    if damage == "gone":
        (host.folder / "secrets.json").unlink()
    elif damage:
        host.write("secrets.json", damage)
    host.docker.containers[0]["RestartCount"] = 2
    before = tree(host.proc.parent)
    host.look()
    assert tree(host.proc.parent) == before
    ids = [f"id-{name}" for name in SERVICES]
    images = " ".join(dict.fromkeys(map(image_id, SERVICES)))
    assert sorted(host.docker.asked) == sorted(
        [
            *(one for one in commands(host) if not one.startswith("image inspect")),
            f"container inspect {' '.join(ids)}",
            f"image inspect {images} todo-backend:latest postgres:17",
            "events --since 2026-01-18T10:00:00Z --until 0s --format {{json .}}"
            " --filter container=id-postgres --filter event=die --filter event=oom",
        ]
    )


@pytest.mark.parametrize("written", ["alone", "together"])
def test_the_hash_of_a_start_with_all_others_is_asked_for_where_one_needs_it(
    host: Host, written: str
) -> None:
    host.deploy()
    host.docker.containers[2] = inspected(
        "backend", labels={"com.docker.compose.config-hash": f"{written}-backend"}
    )
    seen = host.look().seen
    asked = len([one for one in host.docker.asked if one.endswith("config --hash *")])
    assert asked == (1 if written == "alone" else 2)
    hashes = {one.config_hash for one in seen.services}
    assert hashes == ({""} if written == "alone" else {f"alone-{name}" for name in SERVICES})


def texts_asked(host: Host) -> list[str]:
    return [str(one["data"]) for one in host.docker.options if one.get("data")]


def test_a_candidate_that_was_left_over_is_not_what_its_service_runs(host: Host) -> None:
    host.deploy()
    left = inspected(
        "backend",
        Id="id-candidate",
        Name="/todo-backend-candidate",
        labels={**HASH, "com.docker.compose.oneoff": "True"},
        config={"Image": "todo-backend:broken"},
    )
    host.docker.containers.append(left)
    seen = host.look().seen
    assert not any("todo-backend:broken" in text for text in texts_asked(host))
    assert {one.config_hash for one in seen.services} == {""}
    assert [one.name for one in seen.containers if one.is_candidate("todo")] == [
        "todo-backend-candidate"
    ]


def test_a_container_is_compared_with_the_name_that_it_was_started_with(host: Host) -> None:
    host.deploy()
    host.docker.containers[2]["Config"]["Image"] = "todo-backend:before"
    host.look()
    alone = next(text for text in texts_asked(host) if "depends_on: !reset" in text)
    assert '"image": "todo-backend:before"' in alone
    assert '"image": "todo-frontend:cc"' in alone
    bare = next(text for text in texts_asked(host) if "depends_on: !reset" not in text)
    assert '"image"' not in bare


def test_what_is_of_another_stack_is_told_by_name_alone(host: Host) -> None:
    host.deploy()
    theirs = inspected("web", Id="t", labels={"com.docker.compose.project": "shop"})
    lone = {**theirs, "Id": "l", "Name": "/lone", "Config": {"Image": "x"}}
    host.docker.containers += [theirs, lone]
    seen = host.look().seen
    assert seen.others == (OtherContainer("todo-web-1", "shop"), OtherContainer("lone", ""))
    assert len(seen.containers) == len(SERVICES)


def test_how_a_container_ended_before_is_remembered(host: Host) -> None:
    host.deploy()
    host.docker.containers[2]["RestartCount"] = 2
    die = {"Action": "die", "Actor": {"Attributes": {"exitCode": "137"}}}
    lines = [json.dumps(one) for one in ({"Action": "oom"}, die, {"Action": "die"})]
    host.docker.answers["events"] = "\n".join(lines)
    by_name = {one.service: one for one in host.look().seen.containers}
    assert by_name["backend"].ends == (End(137, True), End(-1, False))
    assert by_name["frontend"].ends == ()


@pytest.mark.parametrize(
    ("change", "inside", "created"),
    [
        (lambda env: env.append("LANG=C"), Names(), Names()),
        (lambda env: env.remove("PORT=8000"), Names(), Names(missing=("PORT",))),
        (lambda env: env.__setitem__(env.index("PORT=8000"), "PORT=1"), Names(),
         Names(different=("PORT",))),
    ],
)  # fmt: skip
def test_the_values_a_container_was_created_with_are_compared_by_name(
    host: Host, change: Callable[[list[str]], None], inside: Names, created: Names
) -> None:
    host.deploy()
    change(host.docker.containers[2]["Config"]["Env"])
    backend = next(one for one in host.look().seen.containers if one.service == "backend")
    assert (backend.inside.environment, backend.environment) == (inside, created)


PROXIES = ["HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY", "http_proxy", "no_proxy"]


@pytest.mark.parametrize("put", [PROXIES, ["LANG"], ["DEBUG", "ALL_PROXY"]])
def test_what_a_client_or_a_hand_has_put_into_a_container_is_named(
    host: Host, put: list[str]
) -> None:
    host.deploy()
    backend = host.docker.containers[2]
    own = ["PATH=/usr/bin", "PYTHON_VERSION=3.12"]
    host.docker.images[backend["Image"]]["Config"] = {"Env": own}
    backend["Config"]["Env"] += own
    [before] = [one for one in host.look().seen.containers if one.service == "backend"]
    assert before.environment == Names()
    backend["Config"]["Env"] += [f"{name}=x" for name in put]
    [after] = [one for one in host.look().seen.containers if one.service == "backend"]
    assert after.environment == Names(extra=tuple(sorted(put)))


def test_files_of_the_layout_before_are_looked_at_where_they_lie(host: Host) -> None:
    host.deploy()
    for path in host.folder.iterdir():
        path.rename(Path(host.spec.state_dir) / path.name)
    definition = "name: todo\n"
    (Path(host.spec.state_dir) / "compose.yaml").write_text(definition)
    seen = host.look(definition=definition).seen
    assert seen.environment.to_make == () and seen.definition_current
    assert seen.environment.secrets_kept


def test_a_stack_without_a_compose_file_has_no_services(host: Host) -> None:
    assert host.look(definition="").seen.services == ()
    assert not any("config" in one for one in host.docker.asked)


def test_a_wrong_address_is_no_obstacle(host: Host) -> None:
    assert [one.owner for one in host.look(bind_address="nonsense").seen.ports] == ["", ""]


def test_damaged_build_records_are_told_once(host: Host) -> None:
    host.write("builds.json", "{")
    warnings = host.look().seen.warnings
    assert len(warnings) == 1 and "builds.json was damaged" in warnings[0]


CHANGED: dict[str, dict[str, Any]] = {
    "networks": {"default": {"name": "todo_default", "internal": True}},
    "volumes": {"data": {"name": "todo_data", "driver": "other"}},
}


@pytest.mark.parametrize("recorded", [True, False])
def test_what_changed_since_the_release_is_told_and_what_no_release_tells_of_is_the_same(
    host: Host, recorded: bool
) -> None:
    host.deploy()
    before = {"volumes": {"data": {"name": "todo_data"}}}
    host.docker.answers["config --format json"] = json.dumps({**CONFIG, **before})
    host.docker.answers.update({"network ls": "bridge\ntodo_default\n", "volume ls": "x\n"})
    first = host.look()
    assert first.seen.changed == ()
    assert sorted(first.parts) == ["network default", "volume data"]
    (host.folder / "releases").mkdir()
    host.write("releases/3.json", json.dumps({"parts": dict(first.parts) if recorded else None}))
    assert host.look().seen.changed == ()
    assert not any(" ls --format" in one for one in host.docker.asked)
    host.docker.answers["config --format json"] = json.dumps({**CONFIG, **CHANGED})
    expected = (ChangedPart("network default", "todo_default"), ChangedPart("volume data"))
    assert host.look().seen.changed == (expected if recorded else ())
