"""The other shapes a secret shows up in, so that all of them can be hidden."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Collection, Iterable
from urllib.parse import quote, quote_plus, unquote

from ansible_collections.todo.stack.plugins.module_utils.contract.urls import split_url

Redact = Callable[[str], str]
# Hiding shorter pieces would blank out unrelated output, and tell where they stand.
HIDDEN = "********"
_SHORTEST = 5
_SHORTEST_LINE = 8


def derived_forms(values: Iterable[str]) -> set[str]:
    """Return each value with its encoded forms, its lines, and the password inside a URL."""
    forms: set[str] = set()
    for value in values:
        for part in {value, *_passwords(value), *_lines(value)}:
            forms |= _encodings(part)
    return {form for form in forms if len(form) >= _SHORTEST}


def redactor(forms: Collection[str]) -> Redact:
    """Return a function that hides secrets in a text: ``forms`` are all shapes they may have."""
    longest_first = sorted(forms, key=len, reverse=True)

    def redact(text: str) -> str:
        for form in longest_first:
            text = text.replace(form, HIDDEN)
        return text

    return redact


def _passwords(value: str) -> set[str]:
    password = split_url(value).password if "://" in value else None
    return {password, unquote(password)} if password else set()


def _lines(value: str) -> set[str]:
    lines = value.splitlines()
    return {line for line in lines if len(line) >= _SHORTEST_LINE} if len(lines) > 1 else set()


def _encodings(value: str) -> set[str]:
    raw = value.encode("utf-8", "replace")
    plain, url_safe = base64.b64encode(raw).decode(), base64.urlsafe_b64encode(raw).decode()
    return {
        value,
        value.strip(),
        plain,
        plain.rstrip("="),
        url_safe,
        url_safe.rstrip("="),
        raw.hex(),
        quote(raw, safe=""),
        quote(raw),
        quote_plus(raw),
        json.dumps(value)[1:-1],
        json.dumps(value, ensure_ascii=False)[1:-1],
        repr(value)[1:-1],
        ascii(value)[1:-1],
        value.replace("$", "$$"),
        value.replace("'", "'\"'\"'"),
        value.replace("'", "''"),
    }
