"""The compose file as the host keeps it."""

from __future__ import annotations

import pytest
from ansible_collections.todo.stack.plugins.module_utils.decide.definition import (
    host_definition,
    independent,
    with_override,
)


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


def test_what_is_added_comes_last() -> None:
    assert host_definition("x", [], added="---\ny\n") == "x\n---\ny\n"
    assert host_definition("x", ["a"], added="---\ny\n").endswith("env_file: !reset []\n---\ny\n")


def test_hardening_is_relaxed_for_the_services_that_are_told() -> None:
    relaxed = {"backend": ["init"], "worker": ["memory", "read_only"], "quiet": []}
    made = host_definition("services: {}\n", ["backend"], relaxed)
    assert made.partition("services:\n")[2] == (
        "  backend:\n    env_file: !reset []\n    init: false\n  worker:\n    read_only: false\n"
    )


def test_what_has_no_label_of_ours_gets_one() -> None:
    made = host_definition("services: {}\n", ["backend"], {"cache": ["init"]}, ["cache", "proxy"])
    assert made.partition("services:\n")[2] == (
        "  backend:\n    env_file: !reset []\n"
        "  cache:\n    labels: {todo.stack.service: cache}\n    init: false\n"
        "  proxy:\n    labels: {todo.stack.service: proxy}\n"
    )


def test_documents_follow_each_other() -> None:
    assert with_override("a: 1", "{}\n") == with_override("a: 1\n", "{}\n") == "a: 1\n---\n{}\n"
    assert independent(["a", "b"]) == (
        "---\nservices:\n  a: {depends_on: !reset {}}\n  b: {depends_on: !reset {}}\n"
    )
    assert independent([]) == ""
