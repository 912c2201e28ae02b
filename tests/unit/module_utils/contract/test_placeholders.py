"""Placeholders are told from secrets, and random secrets never taken for one."""

from __future__ import annotations

import base64
import random
import string
import time
import uuid
from collections.abc import Callable

import pytest
from ansible_collections.todo.stack.plugins.module_utils.contract.placeholders import (
    is_placeholder,
    is_repetition,
    is_unfilled,
)

PLACEHOLDERS = [
    "changeme", "ChangeMe", "change-me", "CHANGE_ME_PLEASE", "changeme123", "please-change-this",
    "your-secret", "your_api_key", "YOUR KEY HERE", "your-256-bit-secret", "<secret>", "<your-key>",
    "<32 random characters>", "[password]", "sk-...", "sk-\u2026", "sk-xxxxxxxxxxxx", "sk-your-key",
    "sk-", "sk-proj-", "sk-test", "secret", "Secret!", "password", "example",
    "placeholder", "replace-me", "replace_with_a_real_one", "xxx", "XXXXXXXX", "********", "...",
    "todo", "tbd", "none", "null", "undefined", "dummy", "test", "my-secret-key", "supersecret",
    "super-secret-key-that-is-32-characters-long", "insert-your-key",
    "${SECRET}", "{{ secret }}", "{your_key}", "a-secret", "YOUR_OPENAI_API_KEY_HERE",
    "better-auth-secret-here",
]  # fmt: skip
# However one begins or ends, and whatever words are in it.
NONE = [
    *(f"{start}34KcnoOAmlfe0S3pN4tOKUW2PwoGKZrO2Y2" for start in (
        "sk-", "mya", "xxx", "your-key-", "test", "change-me", "secretkey", "<", "deadbeef", "a-",
        "my-secret-key-", "0123456789abcdef", "supersecret", "[", "${", "sk-proj-", "...")),
    *(f"34KcnoOAmlfe0S3pN4tOKUW2PwoGKZrO2Y2{end}" for end in ("...", "=", ">", "-here", "\u2026")),
    "correct horse battery staple", "secret-santa", "123456", "3a2be", "1x2x3xxx4",
]  # fmt: skip
UNFILLED = [
    "<password>", "[YOUR-PASSWORD]", "your-password", "your_password", "YOUR PASSWORD", "changeme",
    "ChangeMe123", "change-me", "password", "${PGPASSWORD}", "{password}", "my-password",
    "replace-me",
    "insert_password_here", "placeholder",
]  # fmt: skip
FILLED = ["todo", "test", "postgres", "secret", "admin", "root", "dev", "123456", "x", "Password1!"]
PRINTABLE = string.ascii_letters + string.digits + string.punctuation


def url_safe(r: random.Random) -> str:
    return base64.urlsafe_b64encode(r.randbytes(r.randint(24, 48))).decode().rstrip("=")


MAKERS: list[Callable[[random.Random], str]] = [
    url_safe,
    lambda r: base64.b64encode(r.randbytes(r.randint(24, 64))).decode(),
    lambda r: r.randbytes(r.randint(16, 32)).hex(),
    lambda r: "".join(r.choices(PRINTABLE, k=r.randint(32, 64))),
    lambda r: "".join(r.choices(string.ascii_lowercase, k=40)),
    lambda r: "".join(r.choices(string.digits, k=40)),
    lambda r: str(uuid.UUID(int=r.getrandbits(128))),
    lambda r: "sk-proj-" + url_safe(r),
    lambda r: "sk-" + "".join(r.choices(string.ascii_letters + string.digits, k=48)),
    lambda r: "npg_" + "".join(r.choices(string.ascii_letters + string.digits, k=12)),
]


@pytest.mark.parametrize("value", PLACEHOLDERS)
def test_a_placeholder_is_no_secret(value: str) -> None:
    assert is_placeholder(value)


@pytest.mark.parametrize("value", NONE)
def test_what_holds_more_than_such_words_may_be_a_secret(value: str) -> None:
    assert not is_placeholder(value)


@pytest.mark.parametrize("value", UNFILLED)
def test_a_password_that_asks_to_be_filled_in_is_none(value: str) -> None:
    assert is_unfilled(value)


@pytest.mark.parametrize("value", FILLED)
def test_a_plain_word_may_be_a_password(value: str) -> None:
    assert not is_unfilled(value)


def test_a_long_value_is_judged_at_once() -> None:
    started = time.process_time()
    assert not is_placeholder("todosecrets" * 3000 + "~q")
    assert time.process_time() - started < 1


@pytest.mark.parametrize("maker", MAKERS)
def test_no_random_secret_is_refused(maker: Callable[[random.Random], str]) -> None:
    source = random.Random(20260118)  # noqa: S311  reproducible, not secret
    secrets = [maker(source) for _ in range(5_000)]
    assert [s for s in secrets if is_placeholder(s) or is_repetition(s)] == []


@pytest.mark.parametrize("value", ["a" * 32, "ab" * 20, "12345678" * 5, "  " * 20, "abcabca"])
def test_a_repetition_is_found(value: str) -> None:
    assert is_repetition(value)


@pytest.mark.parametrize("value", ["a", "ab", "correct horse battery staple", "aaaaaaab"])
def test_what_does_not_repeat_is_none(value: str) -> None:
    assert not is_repetition(value)
