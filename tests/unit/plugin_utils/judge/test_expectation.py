"""A contract's `expect` is a verdict, not a presence."""

from __future__ import annotations

import pytest
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.plugin_utils.judge.expectation import meets


@pytest.mark.parametrize(
    ("expect", "body", "verdict"),
    [
        ("status == 'ok'", {"status": "ok", "version": "1"}, True),
        ("status == 'ok'", {"status": "down"}, False),
        ("status == 'ok'", {}, False),
        ("status == 'ok'", ["status"], False),
        ("status == 'ok'", "ok", False),
        ("status == 'ok'", None, False),
        ("status", {"status": "ok"}, False),
        ("length(items) > `0`", {"items": [1]}, True),
        ("status == 'ok' && version != null", {"status": "ok", "version": "1"}, True),
    ],
)
def test_only_the_result_true_meets_an_expectation(
    expect: str, body: object, verdict: bool
) -> None:
    assert meets(expect, body) is verdict


@pytest.mark.parametrize("expect", ["status ==", "", "nosuch(status)", "a b", "length(`1`) > `0`"])
def test_an_expression_that_cannot_be_evaluated_is_an_error(expect: str) -> None:
    with pytest.raises(StackError) as caught:
        meets(expect, {"status": "ok"})
    assert "cannot be evaluated" in str(caught.value)
    assert caught.value.remedy
