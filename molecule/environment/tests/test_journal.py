"""Ansible tells the host's journal what a module is called with: no value is among it."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.todo.stack.molecule.eyes import Eyes

MARKER = "jQ4vZ8pWk2Rt"
# Whatever its characters: Ansible hides a value only where it finds it as it stands.
HOSTILE = f"{MARKER}\\\"'\n{MARKER}-$HOME `id` %s {MARKER}"
SECRETS = {"stack_secrets": {"backend": {"OPENAI_API_KEY": HOSTILE}}}
EXTRA = {"stack_extra_env": {"backend": {"NOTE": HOSTILE}}}
GIVEN: dict[str, tuple[dict[str, Any], bool]] = {
    "a good run": ({**SECRETS, **EXTRA}, True),
    "a refusal": ({**SECRETS, **EXTRA, "stack_bind_address": "everywhere"}, False),
    "an image that refuses": (
        {**SECRETS, **EXTRA, "stack_env": {"backend": {"FORWARDED_ALLOW_IPS": MARKER}}}, False),
}  # fmt: skip


def journal(eyes: Eyes) -> str:
    """Return everything that was told to syslog and to the journal."""
    eyes.run("journalctl", "--sync")
    return eyes.run("journalctl", "--no-pager", "--all", "--output=cat")


@pytest.mark.parametrize("how", GIVEN)
def test_no_value_is_in_the_journal(how: str, eyes: Eyes, run_play: Any) -> None:
    variables, good = GIVEN[how]
    before = journal(eyes).count("Invoked with")
    run = run_play("site.yml", "--diff", "-vvv", variables=variables)
    assert (run.code == 0) is good, run.output.replace(MARKER, "MARKER")
    after = journal(eyes)
    assert after.count("Invoked with") > before
    assert MARKER not in after, "a value is in the journal"  # not shown: pytest would print it


def test_what_was_given_for_it_is_taken_back(eyes: Eyes, run_play: Any) -> None:
    assert run_play("site.yml").code == 0
    assert "NOTE" not in eyes.container("backend").environ()
