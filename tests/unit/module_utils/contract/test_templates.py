"""Values that are made of others: filled, encoded in an address, none where a part is missing."""

from __future__ import annotations

import pytest
from ansible_collections.todo.stack.plugins.module_utils.contract.model import Variable
from ansible_collections.todo.stack.plugins.module_utils.contract.templates import (
    filled,
    with_sample,
)

VALUES = {"web": {"USER": "a b", "KEY": "p@/:"}, "redis": {"KEY": "{USER}$1\\g<0>"}}


@pytest.mark.parametrize(
    ("kind", "template", "value"),
    [
        ("string", "{USER}:{KEY}", "a b:p@/:"),
        ("string", "{redis.KEY}", "{USER}$1\\g<0>"),
        ("string", "{USER}{USER}", "a ba b"),
        ("url", "redis://{USER}:{KEY}@redis:6379/0", "redis://a%20b:p%40%2F%3A@redis:6379/0"),
        ("postgres_url", "postgresql://u:{KEY}@db/x", "postgresql://u:p%40%2F%3A@db/x"),
        ("string", "{USER}{GONE}", None),
        ("string", "{mail.KEY}", None),
    ],
)
def test_a_template_is_filled_from_the_values(kind: str, template: str, value: str | None) -> None:
    assert filled("web", Variable("", kind, template=template), VALUES) == value


def test_a_sample_stands_for_every_variable() -> None:
    assert with_sample("redis://:{KEY}@{redis.HOST}:{PORT}/0") == "redis://:x9@x9:9/0"
