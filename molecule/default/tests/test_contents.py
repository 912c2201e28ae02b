"""What is in the files of the image that runs: nothing to build with, nothing to rise by."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.todo.stack.molecule.eyes import Eyes

TOOLS = ["apt", "apt-get", "dpkg", "pip", "uv", "npm", "npx", "yarn", "gcc", "cc", "g++", "make"]


def find(eyes: Eyes, container: Any, *tests: str) -> list[str]:
    """Return the files of a container's root that pass the tests, without what is mounted."""
    root = f"/proc/{container.inspect['State']['Pid']}/root"
    found = eyes.run("find", f"{root}/", "-xdev", *tests, "-printf", "/%P\\n")
    return found.split()


def test_no_file_gives_somebody_elses_rights(eyes: Eyes, container: Any) -> None:
    assert find(eyes, container, "-type", "f", "-perm", "/6000") == []


@pytest.mark.parametrize("tool", TOOLS)
def test_no_tool_is_in_a_folder_of_programs(eyes: Eyes, container: Any, tool: str) -> None:
    assert find(eyes, container, "-path", f"*bin/{tool}", "!", "-type", "d") == []
