"""What sudo says when it starts nothing is a sentence."""

from __future__ import annotations

import pytest
from ansible_collections.todo.stack.plugins.plugin_utils.unreached import explained


@pytest.mark.parametrize(
    ("key", "said", "sentence"),
    [
        ("module_stderr", "sudo: sorry, you must have a tty to run sudo\n", "wants a terminal"),
        ("module_stdout", "sudo: sorry, you must have a tty to run sudo\r\n", "wants a terminal"),
        ("module_stderr", "sudo: you must have a tty to run sudo", "wants a terminal"),
        ("module_stderr", "ann is not in the sudoers file.\n", "may not use sudo"),
        ("msg", "ann is not in the sudoers file.  This incident will be reported.", "may not use"),
        ("module_stderr", "/bin/sh: 1: sudo: not found\n", "there is no sudo"),
    ],
)
def test_a_sudo_that_starts_nothing_is_explained(key: str, said: str, sentence: str) -> None:
    failed = {"failed": True, "msg": "Module result deserialization failed.", key: said}
    found = explained(failed)
    assert found["failed"] is True
    assert sentence in found["msg"]
    assert " -> " in found["msg"]


@pytest.mark.parametrize(
    "result",
    [{"changed": False}, {"failed": True, "msg": "2 problems found"},
     {"failed": False, "msg": "sudo: not found"}],
)  # fmt: skip
def test_other_results_stay_as_they_are(result: dict[str, object]) -> None:
    assert explained(result) == result
