"""The releases that a host keeps: read, found damaged, and looked at in place of the project."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.todo.stack.plugins.module_utils.contract.codec import to_plain
from ansible_collections.todo.stack.plugins.module_utils.contract.environment import Given
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import ProblemList
from ansible_collections.todo.stack.plugins.module_utils.contract.spec import StackSpec
from ansible_collections.todo.stack.plugins.module_utils.contract.state import StateDir
from ansible_collections.todo.stack.plugins.module_utils.decide.override import (
    override,
    read_back,
)
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import DockerCli
from ansible_collections.todo.stack.plugins.module_utils.edge.state import write_record
from ansible_collections.todo.stack.plugins.module_utils.look.environment import (
    fingerprints,
    render,
)
from ansible_collections.todo.stack.plugins.module_utils.look.look import look
from ansible_collections.todo.stack.plugins.module_utils.look.observation import (
    Measured,
    Migration,
    ReleaseSeen,
)
from ansible_collections.todo.stack.plugins.module_utils.look.releases import (
    current_release,
    kept_releases,
    read_migrations,
    read_release,
    spec_or_none,
    wanted_spec,
)
from ansible_collections.todo.stack.tests.unit.module_utils.look.conftest import IMAGES, Host

PASSWORD = "made-before-it-was-rotated-since"
RECORD = {
    "at": "2026-01-18T10:00:00Z",
    "by": "ops",
    "one_shots": {"migrate": "sha256:a h"},
    "images": {"backend": {"reference": "b:1", "image_id": "sha256:b"}},
    "given": ["backend.DATABASE_URL"],
}
READ = ReleaseSeen(
    2, "2026-01-18T10:00:00Z", "ops", {"migrate": "sha256:a h"}, {"backend": "sha256:b"},
    ("backend.DATABASE_URL",), {"backend": "b:1"}, began="2026-01-18T10:00:00Z",
    damage="its files were not kept",
)  # fmt: skip
TORN = ReleaseSeen(2, damage="its record is damaged")
BARE = replace(TORN, damage="its files were not kept")


@pytest.fixture
def state(tmp_path: Path) -> StateDir:
    """The files of a stack."""
    found = StateDir(str(tmp_path), "todo")
    Path(found.folder).mkdir()
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (json.dumps(RECORD), READ),
        *((text, TORN) for text in ("", "{", "null", "[]", "7", "\udcff", "[" * 100_000, "{}")),
        (json.dumps({"one_shots": ["a"], "images": "b", "at": "", "acceptance": 7}), BARE),
        (json.dumps({"given": "b", "one_shots": 7}), BARE),
        (json.dumps({"images": {"a": "text"}}),
         replace(BARE, images={"a": ""}, references={"a": ""})),
        (json.dumps({"back_to": "x", "migrations": [7, {}, {"revision": ""}]}), BARE),
    ],
)  # fmt: skip
def test_a_damaged_record_is_a_release_of_which_nothing_is_known(
    state: StateDir, text: str, expected: ReleaseSeen
) -> None:
    write_record(state, 1, RECORD)
    Path(state.record(2)).write_bytes(text.encode(errors="surrogateescape"))
    assert current_release(state) == expected
    assert [one.number for one in kept_releases(state)] == [1, 2]


MEASURED = {"backend": {"size_bytes": 40, "build_seconds": 1.5, "restarts": 2, "counted": 3}}


@pytest.mark.parametrize(
    ("told", "seconds", "expected"),
    [
        ({"rollout_seconds": 9.5, "measured": MEASURED}, 9.5, {"backend": Measured(40, 1.5, 2, 3)}),
        ({"measured": {"postgres": {}}}, None, {"postgres": Measured()}),
        ({"rollout_seconds": "9", "measured": {"backend": [1]}}, None, {"backend": Measured()}),
        ({"measured": "x"}, None, {}),
    ],
)
def test_what_was_measured_is_read_as_far_as_it_can_be(
    state: StateDir, told: dict[str, Any], seconds: float | None, expected: dict[str, Measured]
) -> None:
    write_record(state, 1, {**RECORD, **told})
    found = current_release(state)
    assert (found.rollout_seconds, found.measured) == (seconds, expected)


def test_before_the_first_release_there_is_none(state: StateDir) -> None:
    assert (current_release(state), kept_releases(state)) == (ReleaseSeen(), ())
    Path(state.releases).mkdir()
    for name in ("notes", "\u00b2", "\u0663"):  # digits that are no number of a release
        (Path(state.releases) / f"{name}.json").write_text("{}")
    assert (current_release(state), kept_releases(state)) == (ReleaseSeen(), ())


def test_migrations_are_compatible_only_where_that_is_said() -> None:
    rows = [{"revision": str(n), "backward_compatible": said}
            for n, said in enumerate((True, False, "yes", 1, None))]  # fmt: skip
    assert read_migrations([*rows, {"revision": 7}]) == (
        Migration("0", True), *(Migration(str(n)) for n in (1, 2, 3, 4)), Migration("7"),
    )  # fmt: skip
    assert read_migrations({"0": True}) == read_migrations(None) == ()


GIVEN = {"backend": {"OPENAI_MODEL": "model-then"}}


def keep(host: Host, number: int, given: Given, **changes: Any) -> StackSpec:
    """Record what runs as a release, as `release` does."""
    spec = replace(host.spec, given=given, **changes)
    state = spec.state
    rendered = render(spec, state, (), make=lambda: PASSWORD)
    files = state.of_release(number)
    Path(files.definition).parent.mkdir(parents=True)
    Path(files.definition).write_text(spec.definition)
    Path(files.environment).write_text(override(rendered.values, IMAGES, ()))
    kept = json.dumps(to_plain(spec.without_values()))
    Path(state.spec_of_release(number)).write_text(kept)
    digest = hashlib.sha256(spec.definition.encode()).hexdigest()
    images = {n: {"reference": r, "image_id": f"sha256:{n}"} for n, r in IMAGES.items()}
    write_record(state, number, {
        "environment": fingerprints(Path(state.fingerprint_key), rendered.values),
        "definition": f"sha256:{digest}", "images": images,
    })  # fmt: skip
    return spec


@pytest.fixture
def kept(host: Host) -> Host:
    """A host whose first release is another one than what runs."""
    host.write("fingerprint.key", "key\n")
    given = Given(env=GIVEN, secrets={"backend": {"OPENAI_API_KEY": "sk-then-123"}})
    keep(host, 1, given, definition="services: {} # then\n", bind_address="127.0.0.9")
    keep(host, 2, Given())
    host.deploy(Given(secrets={"backend": {"OPENAI_API_KEY": "sk-now-456"}}))
    return host


def test_a_kept_release_takes_the_place_of_the_project(kept: Host) -> None:
    spec = wanted_spec(StackSpec("todo", kept.spec.state_dir, release="1", keep_releases=3))
    assert (spec.definition, spec.bind_address) == ("services: {} # then\n", "127.0.0.9")
    assert (spec.contracts, spec.services) == (kept.spec.contracts, kept.spec.services)
    assert (spec.release, spec.keep_releases) == ("1", 3)
    seen = look(DockerCli(kept.docker), spec).seen
    assert (seen.wanted, seen.definition_current) == (1, False)
    assert seen.environment.drift["backend"].missing == ("OPENAI_MODEL",)
    assert seen.environment.drift["backend"].different == ()
    assert seen.environment.to_make == ()
    secrets = ("BETTER_AUTH_SECRET", "DATABASE_URL", "OPENAI_API_KEY")
    assert set(seen.staying) == {
        *(f"{service}.{name}" for service in ("backend", "migrate") for name in secrets),
        "postgres.POSTGRES_PASSWORD",
    }


def test_secrets_are_those_of_now_also_where_they_are_asked_for(kept: Host) -> None:
    spec = wanted_spec(StackSpec("todo", kept.spec.state_dir, release="1"))
    values = look(DockerCli(kept.docker), spec).rendered.values
    now = read_back(Path(kept.spec.state.environment).read_text()) or {}
    assert values["backend"]["OPENAI_API_KEY"] == "sk-now-456"
    assert values["backend"]["OPENAI_MODEL"] == "model-then"
    for name in ("DATABASE_URL", "BETTER_AUTH_SECRET"):
        assert values["backend"][name] == now["backend"][name]
    assert values["postgres"] == now["postgres"]


def test_without_a_release_the_project_is_what_is_wanted(kept: Host) -> None:
    assert wanted_spec(kept.spec) is kept.spec


DAMAGES: dict[str, tuple[Callable[[StateDir], object], str]] = {
    "the compose file is gone": (
        lambda s: Path(s.of_release(1).definition).unlink(), "its files were not kept"),
    "the environment is gone": (
        lambda s: Path(s.of_release(1).environment).unlink(), "its files were not kept"),
    "the compose file was edited": (
        lambda s: Path(s.of_release(1).definition).write_text("services: {} # me\n"),
        "its compose.yaml is not as it was released"),
    "a value was edited": (
        lambda s: edit(s, "model-then", "model-mine"),
        "its environment.json is not as it was released"),
    "a value is lost": (lambda s: edit(s, '"OPENAI_MODEL"', '"X"'), "environment.json is not as"),
    "the environment is torn": (lambda s: edit(s, "}\n}", ""), "environment.json is not as"),
    "the key of fingerprints is another": (
        lambda s: Path(s.fingerprint_key).write_text("other"), "environment.json is not as"),
    "the contracts are gone": (
        lambda s: Path(s.spec_of_release(1)).unlink(), "its contracts were not kept"),
    "the contracts are torn": (
        lambda s: Path(s.spec_of_release(1)).write_text('{"name"'), "its contracts were not kept"),
    "the contracts are of another version": (
        lambda s: Path(s.spec_of_release(1)).write_text('{"name": "a", "state_dir": "b", "x": 1}'),
        "or by another version"),
    "the contracts are something else": (
        lambda s: Path(s.spec_of_release(1)).write_text("[7]"), "its contracts were not kept"),
    "the record is torn": (lambda s: Path(s.record(1)).write_text("{"), "its record is damaged"),
}  # fmt: skip


def edit(state: StateDir, old: str, new: str) -> None:
    path = Path(state.of_release(1).environment)
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_release_is_told_and_not_gone_back_to(kept: Host, name: str) -> None:
    assert [one.damage for one in kept_releases(kept.spec.state)] == ["", ""]
    damage, said = DAMAGES[name]
    damage(kept.spec.state)
    assert said in read_release(kept.spec.state, 1).damage
    with pytest.raises(ProblemList) as caught:
        wanted_spec(StackSpec("todo", kept.spec.state_dir, release="1"))
    assert said in str(caught.value)
    assert "model-then" not in str(caught.value)


def test_what_runs_is_looked_at_without_a_project_and_without_any_release_too(
    kept: Host, tmp_path: Path
) -> None:
    asked = StackSpec("todo", kept.spec.state_dir)
    assert (spec_or_none(asked).release, spec_or_none(asked).contracts) == (
        "2", kept.spec.contracts,
    )  # fmt: skip
    Path(kept.spec.state.spec_of_release(2)).unlink()
    assert spec_or_none(asked) == asked
    empty = StackSpec("todo", str(tmp_path / "nowhere"))
    assert spec_or_none(empty) == empty


def test_the_images_of_kept_releases_are_looked_for_also_where_nobody_built_them(
    kept: Host,
) -> None:
    record = Path(kept.spec.state.record(1))
    told = json.loads(record.read_text())
    told["images"]["cache"] = {"reference": "valkey:8", "image_id": "sha256:v"}
    record.write_text(json.dumps(told))
    kept.docker.images["valkey:8"] = {"Id": "sha256:v", "RepoTags": ["valkey:8"], "Config": {}}
    seen = kept.look().seen
    image = seen.image("valkey:8")
    assert image is not None and image["Id"] == "sha256:v"
