"""docs/when-it-does-not-work.md quotes the messages that are printed."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from ansible_collections.todo.stack.plugins.module_utils.decide.client_environment import HONOURED
from ansible_collections.todo.stack.plugins.module_utils.decide.engine_state import (
    Answer,
    HostFacts,
    busy,
    judge_answer,
)
from ansible_collections.todo.stack.plugins.plugin_utils.needed import lacking
from ansible_collections.todo.stack.plugins.plugin_utils.unreached import explained

PROJECT = Path(__file__).parents[2]
PAGE = (PROJECT / "docs" / "when-it-does-not-work.md").read_text()
QUOTED = re.findall(r"^\| `(.+?)` \|", PAGE, re.MULTILINE)
# What Ansible and sudo say by themselves, as seen with the versions that are pinned.
OTHERS = (
    "sudo: a password is required",
    "Ansible could not initialize the preferred locale: unsupported locale setting",
    "Ansible requires the locale encoding to be UTF-8",
    "Ansible is being run in a world writable directory",
)

FILES = (
    "Makefile", "playbooks/verify.yml", "playbooks/tasks/tags.yml", "roles/stack/vars/main.yml",
    "roles/docker_engine/tasks/main.yml", "plugins/module_utils/decide/absence.py",
    "plugins/module_utils/contract/urls.py", "plugins/module_utils/contract/values.py",
    "plugins/module_utils/build/interpreters.py", "plugins/module_utils/decide/going_back.py",
    "plugins/plugin_utils/contract/compose_references.py",
    "roles/images/tasks/bring.yml", "plugins/module_utils/build/image_import.py",
    "plugins/action/image_import.py", "plugins/module_utils/decide/schema.py",
    "plugins/module_utils/look/releases.py",
)  # fmt: skip
# What stands in a file for what the page shows.
SHOWN = {
    "{{ item.item }}": "<name>", "{{ misspelt | join(', ') }}": "<name>", "{version}": "<version>",
    "{seen.release.number}": "<number>", "{raw}": "<character>",
    "${name} {_SHELL}": "$<name> from the shell of whoever calls compose: nobody does",
}  # fmt: skip


def engine(err: str = "", **facts: object) -> str:
    return judge_answer(Answer(1, "", err), HostFacts(**facts)).message  # type: ignore[arg-type]


def printed() -> str:
    rootless = json.dumps({"Server": {"Components": [{"Name": "rootlesskit"}]}})
    old = "client version 1.41 is too old. Minimum supported API version is 1.44"
    said = [
        engine(client=False), engine(), engine(socket=False), engine(old),
        engine("permission denied", user="<name>"), engine(docker_host="<address>"),
        engine(client_kind="podman"), engine(client_kind="snap"),
        engine(client_kind="nerdctl"), busy("buildx", 60).message,
        judge_answer(Answer(0, rootless, ""), HostFacts()).message, str(lacking("<name>")),
    ]  # fmt: skip
    said += [
        explained({"failed": True, "msg": sign})["msg"]
        for sign in ("you must have a tty", "is not in the sudoers file")
    ]
    said += [(PROJECT / file).read_text() for file in FILES]
    text = "\n".join(said)
    for code, shown in SHOWN.items():
        text = text.replace(code, shown)
    return text


@pytest.mark.parametrize("quoted", [one for one in QUOTED if one not in OTHERS])
def test_a_message_on_the_page_is_one_that_is_printed(quoted: str) -> None:
    assert quoted in printed()


def test_the_page_is_read() -> None:
    assert len(QUOTED) > 15


def test_the_page_names_everything_of_a_shell_that_is_honoured() -> None:
    assert [name for name in HONOURED if name.isupper() and f"`{name}`" not in PAGE] == []
