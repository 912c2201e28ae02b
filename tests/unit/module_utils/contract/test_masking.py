"""Every shape a secret may show up in is hidden."""

from __future__ import annotations

import base64
import json
import urllib.parse

import pytest
from ansible_collections.todo.stack.plugins.module_utils.contract.masking import derived_forms

VALUE = "pa$$ w\u00f6rd/'\"\\\t+?&%41\nsecond line"
URL = "postgresql://todo:p%40ss%2Fword@db/todo"


@pytest.mark.parametrize(
    "form",
    [
        VALUE,
        base64.b64encode(VALUE.encode()).decode(),
        base64.urlsafe_b64encode(VALUE.encode()).decode(),
        base64.b64encode(VALUE.encode()).decode().rstrip("="),
        VALUE.encode().hex(),
        urllib.parse.quote(VALUE),
        urllib.parse.quote(VALUE, safe=""),
        urllib.parse.quote_plus(VALUE),
        json.dumps(VALUE)[1:-1],
        json.dumps(VALUE, ensure_ascii=False)[1:-1],
        repr(VALUE)[1:-1],
        VALUE.replace("$", "$$"),
        "second line",
    ],
)
def test_an_encoded_form_is_known(form: str) -> None:
    assert form in derived_forms([VALUE])


@pytest.mark.parametrize("password", ["p%40ss%2Fword", "p@ss/word", "cEBzcy93b3Jk"])
def test_the_password_in_a_url_is_known_by_itself(password: str) -> None:
    assert password in derived_forms([URL])


def test_pieces_too_short_to_hide_are_left_alone() -> None:
    assert all(len(form) >= 5 for form in derived_forms(["a", "", "postgresql://u:p@h/d"]))


def test_a_broken_text_is_no_obstacle() -> None:
    assert "a\udcffbcd" in derived_forms(["a\udcffbcd"])
