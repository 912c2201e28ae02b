"""secrets.json and environment.json: made, kept, repaired, found again, predicted."""

from __future__ import annotations

import itertools
import json
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.todo.stack.plugins.module_utils.contract.environment import Given
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.module_utils.contract.model import Contract
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import DockerCli
from ansible_collections.todo.stack.plugins.module_utils.release.environment_files import (
    Host,
    Outcome,
    ensure_environment,
)

SECRET = "34KcnoOAmlfe0S3pN4tOKUW2PwoGKZrO2Y2_y39vHdU"
URL = "postgresql://todo:p9q8r7@db/todo"
Ensure = Callable[..., Outcome]


class Engine:
    """Answers the two questions that are asked, from what it is told to hold."""

    def __init__(self) -> None:
        self.containers: list[dict[str, Any]] = []
        self.volumes = ""
        self.failure = ""
        self.calls: list[list[str]] = []

    def __call__(self, argv: list[str], /, **_options: Any) -> tuple[int, str, str]:
        self.calls.append(argv)
        if self.failure:
            return 1, "", self.failure
        if argv[1] == "volume":
            return 0, self.volumes, ""
        if argv[1] == "ps":
            return 0, "\n".join(str(i) for i in range(len(self.containers))), ""
        return 0, json.dumps(self.containers), ""


@pytest.fixture
def engine() -> Engine:
    return Engine()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def ensure(contracts: list[Contract], engine: Engine, folder: Path) -> Ensure:
    numbers = itertools.count()

    def run(check_mode: bool = False, **given: Any) -> Outcome:
        host = Host(folder, DockerCli(engine), lambda: f"{next(numbers)}-{SECRET}", check_mode)
        return ensure_environment(host, contracts, Given(**given))

    return run


def kept(folder: Path) -> Any:
    return json.loads((folder / "secrets.json").read_text())


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_first_run_makes_private_files(ensure: Ensure, folder: Path) -> None:
    result = ensure().as_result()
    assert result["changed"]
    assert result["generated"] == ["backend.BETTER_AUTH_SECRET"]
    assert result["embedded"] == ["backend.DATABASE_URL"]
    assert result["unset"] == [
        "backend.OPENAI_API_KEY",
        "backend.OPENAI_BASE_URL",
        "backend.OPENAI_MODEL",
        "backend.FORWARDED_ALLOW_IPS",
        "backend.METRICS_TOKEN",
        "frontend.FORWARDED_ALLOW_IPS",
    ]
    assert result["services"]["postgres"]["added"] == ["POSTGRES_PASSWORD"]
    assert sorted(p.name for p in folder.iterdir()) == ["environment.json", "secrets.json"]
    assert {mode(p) for p in folder.iterdir()} == {0o600}
    assert mode(folder) == 0o700


def test_a_second_run_changes_nothing_and_asks_no_engine(
    ensure: Ensure, engine: Engine, folder: Path
) -> None:
    ensure()
    before = {p: (p.read_bytes(), p.stat().st_mtime_ns) for p in folder.iterdir()}
    engine.calls.clear()
    result = ensure().as_result()
    assert not result["changed"]
    assert result["generated"] == ["backend.BETTER_AUTH_SECRET"]
    assert engine.calls == []
    assert {p: (p.read_bytes(), p.stat().st_mtime_ns) for p in folder.iterdir()} == before


def test_check_mode_tells_the_containers_that_hold_other_values(
    ensure: Ensure, engine: Engine
) -> None:
    ensure()
    labels = {"com.docker.compose.service": "backend"}
    environ = ["HOST=127.0.0.1", "PORT=8000"]
    engine.containers = [{"Image": "sha256:1", "Config": {"Labels": labels, "Env": environ}}]
    assert ensure(check_mode=True).stale == ["backend"]


def test_check_mode_writes_nothing_and_predicts_the_result(ensure: Ensure, folder: Path) -> None:
    predicted = ensure(check_mode=True).as_result()
    assert not folder.exists()
    assert predicted == ensure().as_result()
    predicted = ensure(check_mode=True, secrets={"backend": {"DATABASE_URL": URL}}).as_result()
    before = {p: p.read_bytes() for p in folder.iterdir()}
    assert {p: p.read_bytes() for p in folder.iterdir()} == before
    assert predicted == ensure(secrets={"backend": {"DATABASE_URL": URL}}).as_result()
    assert predicted["services"]["backend"]["changed"] == ["DATABASE_URL"]
    assert predicted["changed_services"] == ["backend", "migrate", "postgres"]
    assert predicted["services"]["postgres"]["removed"] == ["POSTGRES_PASSWORD"]


def test_loosened_modes_are_repaired_without_rewriting(ensure: Ensure, folder: Path) -> None:
    ensure()
    folder.chmod(0o755)
    (folder / "environment.json").chmod(0o644)
    expected = ["folder: mode 0700", "environment.json: mode 0600"]
    assert ensure(check_mode=True).as_result()["repaired"] == expected
    assert mode(folder / "environment.json") == 0o644
    result = ensure().as_result()
    assert result["changed"] and result["repaired"] == expected
    assert mode(folder) == 0o700 and mode(folder / "environment.json") == 0o600
    assert not ensure().as_result()["changed"]


def test_an_edited_environment_file_is_repaired_and_names_are_told(
    ensure: Ensure, folder: Path
) -> None:
    ensure()
    path = folder / "environment.json"
    good = path.read_text()
    path.write_text(good.replace('"8000"', '"8001"').replace('"HOST"', '"GHOST"'))
    services = ensure().as_result()["services"]
    assert services["backend"] == {"added": ["HOST"], "removed": ["GHOST"], "changed": ["PORT"]}
    assert not ensure().as_result()["changed_services"]
    assert path.read_text() == good


@pytest.mark.parametrize("text", ["", "{", "\0\xff", "[]", "{}"])
def test_a_torn_environment_file_is_made_again(ensure: Ensure, folder: Path, text: str) -> None:
    ensure()
    good = (folder / "environment.json").read_text()
    (folder / "environment.json").write_text(text)
    assert ensure().as_result()["changed"]
    assert (folder / "environment.json").read_text() == good


@pytest.mark.parametrize("text", ["", "{", "\0\xff", "[]", '{"backend": 7}', '{"a": {"b": ""}}'])
def test_a_torn_secrets_file_is_healed_from_the_environment_file(
    ensure: Ensure, folder: Path, text: str
) -> None:
    ensure()
    good = kept(folder)
    (folder / "secrets.json").write_text(text)
    outcome = ensure()
    assert kept(folder) == good
    assert "could not be read (its secrets were found again)" in outcome.warnings[0]
    assert (folder / "secrets.json.unreadable").read_text() == text
    assert not ensure().as_result()["changed"]


def test_a_deleted_secrets_file_is_healed_from_the_environment_file(
    ensure: Ensure, folder: Path
) -> None:
    ensure()
    good = kept(folder)
    (folder / "secrets.json").unlink()
    assert len(ensure().warnings) == 1
    assert kept(folder) == good


def test_lost_files_are_healed_from_the_containers(
    ensure: Ensure, engine: Engine, folder: Path
) -> None:
    for service, env in (
        ("postgres", "POSTGRES_PASSWORD=p=1$"),
        ("backend", f"BETTER_AUTH_SECRET={SECRET}"),
    ):
        labels = {"com.docker.compose.service": service}
        engine.containers.append({"Config": {"Labels": labels, "Env": [env, "X=y"]}})
    engine.volumes = "todo_postgres-data\n"
    ensure()
    assert kept(folder) == {
        "postgres": {"POSTGRES_PASSWORD": "p=1$"},
        "backend": {"BETTER_AUTH_SECRET": SECRET},
    }


def test_no_new_password_is_made_for_a_database_that_has_data(
    ensure: Ensure, engine: Engine, folder: Path
) -> None:
    engine.volumes = "todo_postgres-data\n"
    with pytest.raises(StackError, match="the password of postgres is lost"):
        ensure()
    assert list(folder.iterdir()) == []
    assert ensure(secrets={"backend": {"DATABASE_URL": URL}}).as_result()["changed"]


def test_a_password_kept_for_later_survives_a_given_url(ensure: Ensure, folder: Path) -> None:
    ensure()
    good = kept(folder)
    ensure(secrets={"backend": {"DATABASE_URL": URL}})
    assert kept(folder) == good


def test_a_host_without_docker_or_with_a_stopped_engine_can_be_predicted(
    contracts: list[Contract], engine: Engine, folder: Path, ensure: Ensure
) -> None:
    engine.failure = "Cannot connect to the Docker daemon"
    assert ensure(check_mode=True).as_result()["changed"]
    with pytest.raises(StackError, match="Cannot connect"):
        ensure()

    def no_docker(_argv: list[str], /, **_options: Any) -> tuple[int, str, str]:
        raise FileNotFoundError("docker")

    host = Host(folder, DockerCli(no_docker), lambda: "made", True)
    assert ensure_environment(host, contracts, Given()).as_result()["changed"]


def test_nothing_is_kept_where_everything_is_given(ensure: Ensure, folder: Path) -> None:
    ensure(secrets={"backend": {"DATABASE_URL": URL, "BETTER_AUTH_SECRET": "s" * 40}})
    assert [p.name for p in folder.iterdir()] == ["environment.json"]


def test_no_result_holds_a_value(ensure: Ensure, folder: Path) -> None:
    outcome = ensure(secrets={"backend": {"OPENAI_API_KEY": "hush-hush-hush"}})
    told = json.dumps([outcome.as_result(), outcome.warnings])
    secrets = [v for names in kept(folder).values() for v in names.values()]
    assert secrets and not any(value in told for value in [*secrets, "hush-hush-hush"])
