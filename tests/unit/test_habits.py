"""What people give ansible-playbook out of habit ends in a sentence, and never in silence."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.errors import AnsibleError
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar

PROJECT = Path(__file__).parents[2]
PLAYBOOK = Path(sys.executable).with_name("ansible-playbook")
NOBODY_LOOKED = "nobody has looked at this host yet: --start-at-task and --skip-tags always leave"
KNOWN = "known here: docker_engine, base_images, images, stack, acceptance"
# Nothing is reached: a play that gets past the tags ends at its first look.
STACK = ("-e", "stack_project_dir=/nonexistent", "-e", "ansible_become=false")


def play(name: str, *options: str) -> subprocess.CompletedProcess[str]:
    """Run a playbook on this machine, on a project that is none: nothing can be changed."""
    return subprocess.run(
        [PLAYBOOK, "-i", "localhost,", "-c", "local", PROJECT / f"playbooks/{name}.yml", *STACK,
         "-e", f"ansible_python_interpreter={sys.executable}", *options],
        cwd=PROJECT, env={**os.environ, "ANSIBLE_NOCOLOR": "1"}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip


SITE = ["docker_engine", "base_images", "images", "stack", "acceptance"]
EVERY: list[str] = ["all"]


def of_tags(name: str, known: list[str], run: list[str], skip: list[str]) -> Any:
    """Return what becomes of a variable of the tasks that look at the tags that were given."""
    loader = DataLoader()
    file = str(PROJECT / "playbooks/tasks/tags.yml")
    refuses, _ = loader.load_from_file(file, trusted_as_template=True)
    variables = {
        **refuses["vars"], "playbook_tags": known, "ansible_run_tags": run,
        "ansible_skip_tags": skip,
    }  # fmt: skip
    said = refuses["ansible.builtin.assert"]["fail_msg"]
    return Templar(loader, variables).template(said if name == "said" else refuses["vars"][name])


@pytest.mark.parametrize(
    ("known", "run", "skip", "said"),
    [
        (SITE, ["imagse"], [], f"has the tag imagse, and nothing was changed -> {KNOWN}"),
        (SITE, ["stack", "acceptence"], [], "has the tag acceptence, and nothing"),
        (SITE, ["Stack"], [], "has the tag Stack"),
        (SITE, ["docker-engine"], [], "has the tag docker-engine"),
        (SITE, ["stack acceptance"], [], "has the tag stack acceptance"),
        (SITE, EVERY, ["docker"], "has the tag docker"),
        ([], ["acceptance"], [], "-> leave it out: this playbook has none"),
        ([], EVERY, ["stack"], "has the tag stack"),
    ],
)
def test_a_misspelt_tag_is_refused(
    known: list[str], run: list[str], skip: list[str], said: str
) -> None:
    assert of_tags("misspelt", known, run, skip)
    assert said in of_tags("said", known, run, skip)


@pytest.mark.parametrize(
    ("known", "run", "skip"),
    [
        (SITE, ["build", "deploy"], []), (SITE, ["untagged"], []), (SITE, ["never"], []),
        (SITE, EVERY, ["all"]), (SITE, EVERY, ["tagged"]), ([], ["always"], []),
        ([], EVERY, ["untagged"]), (SITE, EVERY, ["molecule-notest", "notest"]),
    ],
)  # fmt: skip
def test_a_tag_that_may_be_another_playbook_s_is_not_refused(
    known: list[str], run: list[str], skip: list[str]
) -> None:
    assert of_tags("unknown", known, run, skip)
    assert not of_tags("misspelt", known, run, skip)


@pytest.mark.parametrize(
    ("known", "run", "skip"),
    [
        (SITE, EVERY, []), (SITE, SITE, []), (SITE, ["always"], []), (SITE, ["tagged"], []),
        (SITE, EVERY, ["acceptance"]), (SITE, EVERY, ["always"]), ([], EVERY, []),
        ([], ["untagged"], []),
    ],
)  # fmt: skip
def test_a_tag_that_tasks_have_is_no_matter(
    known: list[str], run: list[str], skip: list[str]
) -> None:
    assert not of_tags("unknown", known, run, skip)


@pytest.mark.parametrize(
    ("name", "options", "said"),
    [
        ("site", ["--tags", "imagse"], "no task here has the tag imagse, and nothing was changed"),
        ("verify", ["--tags", "acceptance"], "no task here has the tag acceptance"),
        ("rollback", ["--skip-tags", "stack"], "no task here has the tag stack"),
        ("site", ["--skip-tags", "always", "--tags", "base_images"], NOBODY_LOOKED),
        ("site", ["--start-at-task", "todo.stack.stack : Release the stack"], NOBODY_LOOKED),
    ],
)
def test_a_habit_ends_in_a_sentence_before_any_change(
    name: str, options: list[str], said: str
) -> None:
    done = play(name, *options)
    assert done.returncode != 0
    assert said in " ".join((done.stdout + done.stderr).split())
    assert "changed=0" in done.stdout


@pytest.mark.parametrize("path", sorted(PROJECT.glob("playbooks/*.yml")), ids=lambda one: one.stem)
def test_every_playbook_looks_at_its_tags_first(path: Path) -> None:
    [found] = yaml.safe_load(path.read_text())
    if "ansible.builtin.import_playbook" in found:
        return
    first = found["tasks"][0]
    assert first["ansible.builtin.import_tasks"] == "tasks/tags.yml"
    assert first["tags"] == ["always"]


def test_the_known_tags_are_those_of_the_tasks() -> None:
    [site] = yaml.safe_load((PROJECT / "playbooks/site.yml").read_text())
    tags = {tag for task in site["tasks"] for tag in task["tags"]} - {"always"}
    assert set(site["tasks"][0]["vars"]["playbook_tags"]) == tags


DEPENDING = {
    "stack": ["stack_contracts"],
    "images": ["images_builds"],
    "base_images": ["base_images_wanted"],
    "acceptance": ["acceptance_seen", "acceptance_contracts"],
}


@pytest.mark.parametrize(("role", "name"), [(r, n) for r in DEPENDING for n in DEPENDING[r]])
def test_what_a_role_takes_of_the_look_says_that_there_was_none(role: str, name: str) -> None:
    loader, variables = DataLoader(), dict[str, Any]()
    for path in ("stack/vars", "stack/defaults", f"{role}/defaults"):
        file = PROJECT / "roles" / path / "main.yml"
        variables |= loader.load_from_file(str(file), trusted_as_template=True)
    with pytest.raises(AnsibleError, match=NOBODY_LOOKED):
        Templar(loader, variables).template(variables[name])
