"""The compose file as the host keeps it."""

from __future__ import annotations

import pytest
from ansible_collections.todo.stack.plugins.module_utils.decide.definition import host_definition


@pytest.mark.parametrize("text", ["services: {}", "services: {}\n"])
def test_values_have_no_source_but_ours(text: str) -> None:
    made = host_definition(text, ["backend", "migrate"])
    first, _, second = made.partition("---\n")
    assert first == "services: {}\n"
    assert second.endswith(
        "services:\n  backend:\n    env_file: !reset []\n  migrate:\n    env_file: !reset []\n"
    )


def test_without_services_the_text_stays_as_it_is() -> None:
    assert host_definition("x", []) == "x"
