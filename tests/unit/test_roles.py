"""Defaults and argument_specs of roles say the same; the README tells what the contracts say."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar

PROJECT = Path(__file__).parents[2]
ROLES = sorted(path.name for path in (PROJECT / "roles").iterdir() if path.is_dir())


def all_tasks(tasks: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield the tasks, also those of blocks."""
    for task in tasks:
        yield from all_tasks([*task.get("block", ()), *task.get("always", ())])
        yield task


def read(role: str, path: str) -> Any:
    return yaml.safe_load((PROJECT / "roles" / role / path).read_text())


@pytest.mark.parametrize("role", ROLES)
def test_defaults_and_argument_specs_agree(role: str) -> None:
    defaults = read(role, "defaults/main.yml")
    entries = read(role, "meta/argument_specs.yml")["argument_specs"]
    options = entries["main"]["options"]
    documented = {name: o["default"] for name, o in options.items() if "default" in o}
    assert documented == defaults
    assert list(documented) == list(defaults)
    for entry in entries.values():
        assert entry["short_description"]
        for name, option in entry["options"].items():
            assert option == options[name]
            assert option["description"]
            assert name.startswith(f"{role}_")


ENTRIES = [
    (role, entry)
    for role in ROLES
    for entry in read(role, "meta/argument_specs.yml")["argument_specs"]
]


@pytest.mark.parametrize(("role", "entry"), ENTRIES)
def test_a_variable_that_an_entry_reads_is_in_its_argument_specs(role: str, entry: str) -> None:
    options = read(role, "meta/argument_specs.yml")["argument_specs"]
    text = (PROJECT / "roles" / role / "tasks" / f"{entry}.yml").read_text()
    read_here = set(re.findall(r"\b[a-z_]+\b", text)) & set(options["main"]["options"])
    assert read_here <= set(options[entry]["options"])


def test_the_table_of_variables_in_the_readme_is_that_of_the_contracts() -> None:
    script = PROJECT / "docs" / "variables.py"
    done = subprocess.run(
        [sys.executable, str(script), "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


TASKS = [
    (path, task)
    for path in sorted(PROJECT.glob("roles/*/tasks/*.yml"))
    for task in all_tasks(yaml.safe_load(path.read_text()))
]


def test_no_role_calls_docker_by_itself_in_the_callers_shell() -> None:
    for path, task in TASKS:
        argv = task.get("ansible.builtin.command", {}).get("argv", ())
        assert "docker" not in argv, f"{path}: {task['name']}"


def test_packages_are_installed_with_a_word_every_ten_seconds() -> None:
    installing = [(path, task) for path, task in TASKS if "ansible.builtin.apt" in task]
    assert len(installing) > 1
    for path, task in installing:
        assert 0 < task.get("poll", 0) <= 10 < task["async"], f"{path}: {task['name']}"


def test_a_source_that_apt_cannot_refresh_stops_no_installation_and_is_told() -> None:
    loader = DataLoader()
    path = str(PROJECT / "roles/docker_engine/tasks/lists.yml")
    refresh, told = loader.load_from_file(path, trusted_as_template=True)
    assert refresh["failed_when"] is False
    said = ["Hit:1 http://a trixie", "E: The repository 'x Release' is not signed.",
            "N: Updating from it", "W: Failed to fetch https://y"]  # fmt: skip
    [lacking] = told["vars"].values()
    found = Templar(loader, {refresh["register"]: {"stderr_lines": said}}).template(lacking)
    assert found == [said[1], said[3]]
    waits = refresh["until"]
    for error, ends in (("E: Could not get lock /var/lib/apt/lists/lock", False), ("W: x", True)):
        templar = Templar(loader, {refresh["register"]: {"stderr": error}})
        assert templar.evaluate_conditional(waits) is ends


def test_no_package_is_installed_from_lists_that_ansible_refreshes() -> None:
    installing = [(path, task) for path, task in TASKS if "ansible.builtin.apt" in task]
    for path, task in installing:
        assert "update_cache" not in task["ansible.builtin.apt"], path
        names = [one["name"] for where, one in TASKS if where == path]
        assert names.index("Know what packages there are") < names.index(task["name"]), path


@pytest.mark.parametrize(
    ("changes", "fits"),
    [
        ({}, True),
        ({"running": False}, False),
        ({"server_version": "20.10.24+dfsg1"}, False),
        ({"buildx_version": ""}, False),
        ({"compose_version": ""}, False),
        ({"running": False, "server_version": ""}, False),
    ],
)
def test_an_engine_that_was_seen_fits_only_with_all_its_parts(
    changes: dict[str, Any], fits: bool
) -> None:
    loader = DataLoader()
    path = PROJECT / "roles/docker_engine/vars/main.yml"
    kept = loader.load_from_file(str(path), trusted_as_template=True)
    versions = {"server_version": "26.1.5", "buildx_version": "0.13.1", "compose_version": "2.30"}
    engine = {"running": True, **versions, **changes}
    variables = {**kept, "docker_engine_minimum": {}, "stack_look": {"engine": engine}}
    assert Templar(loader, variables).template(kept["__docker_engine_fits"]) is fits


@pytest.mark.parametrize(
    ("least", "fits"),
    [
        ({"server": "26.1.5"}, True), ({"server": "26.1.6"}, False), ({"server": 26}, True),
        ({"server": None}, True), ({"buildx": "0.13.1"}, True), ({"compose": "2.31"}, False),
        # These are no versions: who has a second look says so.
        ({"server": "latest"}, False), ({"server": "v24"}, False), ({"buildx": ""}, False),
        ({"compose": ">=2.24"}, False), ({"compose": "2.30.1.1"}, False),
        ({"server": "26.x"}, False),
    ],
)  # fmt: skip
def test_an_engine_that_was_seen_fits_only_what_is_wanted(
    least: dict[str, Any], fits: bool
) -> None:
    loader = DataLoader()
    path = PROJECT / "roles/docker_engine/vars/main.yml"
    kept = loader.load_from_file(str(path), trusted_as_template=True)
    engine = {"running": True, "server_version": "26.1.5+dfsg1", "buildx_version": "0.13.1+ds1",
              "compose_version": "2.30.1-4"}  # fmt: skip
    variables = {**kept, "docker_engine_minimum": least, "stack_look": {"engine": engine}}
    assert Templar(loader, variables).template(kept["__docker_engine_fits"]) is fits


@pytest.mark.parametrize(
    ("given", "least"),
    [
        ({}, ("23.0", "0.13", "2.24")),
        ({"server": "27.0"}, ("27.0", "0.13", "2.24")),
        ({"compose": 2.3}, ("23.0", "0.13", "2.3")),
        ({"buildx": "0.20", "compose": "2.40"}, ("23.0", "0.20", "2.40")),
        ({"server": 24}, ("24", "0.13", "2.24")),
        ({"server": None, "buildx": "0.20"}, ("23.0", "0.20", "2.24")),
    ],
)
def test_a_part_of_the_least_versions_that_is_not_named_keeps_its_default(
    given: dict[str, Any], least: tuple[str, ...]
) -> None:
    loader = DataLoader()
    path = PROJECT / "roles/docker_engine/vars/main.yml"
    kept = loader.load_from_file(str(path), trusted_as_template=True)
    found = Templar(loader, {**kept, "docker_engine_minimum": given}).template(
        kept["__docker_engine_least"]
    )
    assert tuple(str(found[name]) for name in ("server", "buildx", "compose")) == least


ACCOUNT = {"getent_passwd": {"ops": ["x", "1000", "1000", "", "/home/ops", "/bin/bash"]}}


@pytest.mark.parametrize(
    ("name", "facts", "known"),
    [
        ("ops", ACCOUNT, True), ("opps", {"getent_passwd": {"opps": None}}, False),
        ("opps", {"getent_passwd": {}}, False), ("Ops", ACCOUNT, False),
        ("ops ", {"getent_passwd": {"ops ": None}}, False),
    ],
)  # fmt: skip
def test_a_user_that_is_no_account_is_refused_and_not_made(
    name: str, facts: dict[str, Any], known: bool
) -> None:
    loader = DataLoader()
    path = str(PROJECT / "roles/docker_engine/tasks/main.yml")
    tasks = loader.load_from_file(path, trusted_as_template=True)
    refusal = next(task for task in tasks if "ansible.builtin.assert" in task)
    that = refusal["ansible.builtin.assert"]["that"]
    item = {"item": name, "ansible_facts": facts}
    assert Templar(loader, {"item": item}).evaluate_conditional(that) is known


@pytest.mark.parametrize(
    ("check", "made", "predicted", "added"),
    [(True, True, True, False), (True, False, False, True), (False, True, False, True),
     (False, False, False, True)],
)  # fmt: skip
def test_users_are_only_foretold_where_their_group_is(
    check: bool, made: bool, predicted: bool, added: bool
) -> None:
    loader = DataLoader()
    path = str(PROJECT / "roles/docker_engine/tasks/users.yml")
    _, foretells, adds = loader.load_from_file(path, trusted_as_template=True)
    variables = {"ansible_check_mode": check, "__docker_engine_group": {"changed": made}}
    templar = Templar(loader, variables)
    assert templar.evaluate_conditional(foretells["when"]) is predicted
    assert templar.evaluate_conditional(adds["when"]) is added


@pytest.mark.parametrize("given", ["ops", ["ops"], ["ops", "root"], []])
def test_one_user_may_be_given_as_a_word(given: str | list[str]) -> None:
    loader = DataLoader()
    path = PROJECT / "roles/docker_engine/vars/main.yml"
    kept = loader.load_from_file(str(path), trusted_as_template=True)
    found = Templar(loader, {**kept, "docker_engine_users": given}).template(
        kept["__docker_engine_users"]
    )
    assert found == ([given] if isinstance(given, str) else given)


NONE = {"msg": "base_images_python_prefix: no CPython 3.12 prefix on this host -> install one"}
MADE: dict[str, Any] = {"images": [{"name": "localhost/todo-stack/postgres:17"}]}
REFUSED = "dial tcp: lookup registry-1.docker.io: no such host"


@pytest.mark.parametrize(
    ("foreseen", "variables", "said"),
    [
        (MADE, {}, ""),
        (NONE, {"__base_images_registry": {"status": 401}}, ""),
        (NONE, {"__base_images_registry": {"status": 200}}, ""),
        (NONE, {"__base_images_registry": {"skipped": True}, "__base_images_refusals": [REFUSED]},
         f"{NONE['msg']}. No registry supplied it either: {REFUSED}"),
        (NONE, {"__base_images_registry": {"status": -1, "msg": "timed out"}},
         f"{NONE['msg']}. No registry supplied it either: timed out"),
        (NONE, {"__base_images_registry": {"skipped": True}},
         f"{NONE['msg']}. No registry supplied it either: none was asked"),
    ],
)  # fmt: skip
def test_what_a_host_cannot_make_is_told_with_its_cause_first(
    foreseen: dict[str, Any], variables: dict[str, Any], said: str
) -> None:
    loader = DataLoader()
    path = str(PROJECT / "roles/base_images/tasks/bootstrap.yml")
    tasks = loader.load_from_file(path, trusted_as_template=True)
    refusal = next(task for task in tasks if "ansible.builtin.assert" in task)
    templar = Templar(loader, {"__base_images_foreseen": foreseen, **variables})
    told = refusal["ansible.builtin.assert"]
    assert templar.evaluate_conditional(told["that"]) is (said == "")
    if said:
        assert templar.template(told["fail_msg"]).strip() == said


BUILT = {"images": [{"content_image": "a:1", "image_id": "sha256:a"}]}
BASES = {"base:1": "sha256:b"}
OWN = {"images": [{"content_image": "a:1", "image_id": "sha256:named otherwise"}]}


@pytest.mark.parametrize(
    ("lead", "wanted"),
    [
        ({"images_result": BUILT, "base_images_ids": BASES}, {"a:1": "sha256:a", **BASES}),
        ({"images_result": BUILT}, {"a:1": "sha256:a"}),
        # What it was itself brought, from a builder outside the play, is no matter of the others.
        ({"images_result": OWN, "images_built": BUILT}, {"a:1": "sha256:a"}),
        ({"images_result": {"images": [{"content_image": "a:1"}]}}, {"a:1": ""}),
    ],
)
def test_a_host_wants_what_was_built_for_all(lead: dict[str, Any], wanted: dict[str, str]) -> None:
    loader = DataLoader()
    path = str(PROJECT / "roles/images/vars/main.yml")
    kept = loader.load_from_file(path, trusted_as_template=True)
    variables = {**kept, "hostvars": {"dev1": lead}, "stack_builder": {"lead": "dev1"}}
    assert Templar(loader, variables).template(kept["__images_wanted"]) == wanted


def test_a_host_alone_or_each_for_itself_is_brought_nothing() -> None:
    loader = DataLoader()
    path = str(PROJECT / "playbooks/site.yml")
    [site] = loader.load_from_file(path, trusted_as_template=True)
    when = {task["name"]: task["when"] for task in site["tasks"] if "when" in task}
    builds, brought = when["Have base images and images"], when[
        "Have the images that another host has built"]  # fmt: skip
    cases: list[tuple[dict[str, Any], bool, bool]] = [
        ({}, True, False),
        ({"stack_builder": {"skipped": True}}, True, False),
        ({"stack_builder": {"builder": "dev2", "lead": "dev2"}}, True, False),
        ({"stack_builder": {"builder": "dev1", "lead": "dev1"}}, False, True),
        ({"stack_builder": {"builder": "box", "lead": "dev2"}}, True, True),
    ]
    for given, own, other in cases:
        templar = Templar(loader, {"inventory_hostname": "dev2", **given})
        assert templar.evaluate_conditional(builds) is own, given
        assert templar.evaluate_conditional(brought) is other, given
