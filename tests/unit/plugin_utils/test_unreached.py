"""What sudo says when it starts nothing is a sentence."""

from __future__ import annotations

from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from ansible.plugins.action import ActionBase
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
        ("module_stderr", "Sorry, user ann may not run sudo on db1.\n", "may not use sudo"),
        (
            "module_stderr",
            "Sorry, user ann is not allowed to execute '/bin/sh -c echo BECOME-SUCCESS"
            "-x ; /usr/bin/python3' as root on db1.\n",
            "some commands",
        ),
        (
            "module_stderr",
            "sudo: /etc/sudoers is world writable\nsudo: no valid sudoers sources "
            "found, quitting\nsudo: error initializing audit plugin sudoers_audit\n",
            "visudo --check",
        ),
        (
            "module_stderr",
            "sudo: effective uid is not 0, is /usr/bin/sudo on a file system with the "
            "'nosuid' option set or an NFS file system without root privileges?\n",
            "nosuid",
        ),
        (
            "module_stderr",
            'sudo: The "no new privileges" flag is set, which prevents sudo from '
            "running as root.\n",
            "without the right to gain any",
        ),
        (
            "module_stderr",
            "sudo: account validation failure, is your account locked?\n",
            "is locked",
        ),
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
     {"failed": False, "msg": "sudo: not found"},
     {"failed": True, "msg": "x", "module_stderr": "sudo: unable to resolve host db1: unknown"}],
)  # fmt: skip
def test_other_results_stay_as_they_are(result: dict[str, object]) -> None:
    assert explained(result) == result


PLUGINS = "ansible_collections.todo.stack.plugins.action"
# Of each playbook, who is the first to go to the host; look has tests of its own.
FIRST: dict[str, dict[str, Any]] = {
    "logs": {"stack": "todo"},
    "remove": {"stack": "todo"},
    "status": {"stack": "todo"},
    "watch": {"stack": "todo"},
}


@pytest.mark.parametrize("name", FIRST)
def test_whoever_goes_to_a_host_first_explains_its_sudo(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    args = {"output": "text", "service": "", "since": "", "lines": 1, **FIRST[name]}
    monkeypatch.setattr(ActionBase, "run", lambda *_: {})
    monkeypatch.setattr(ActionBase, "validate_argument_spec", lambda *_: (None, args))
    kind = import_module(f"{PLUGINS}.{name}").ActionModule
    action = kind.__new__(kind)
    action._task = SimpleNamespace(args=FIRST[name], check_mode=False)
    said = {"module_stderr": "sudo: sorry, you must have a tty to run sudo\n"}
    action._execute_module = lambda *_, **__: {"failed": True, "msg": "deserialization", **said}
    assert "wants a terminal" in action.run(task_vars={})["msg"]
