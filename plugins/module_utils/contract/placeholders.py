"""Texts that stand for a secret and are none.

A random secret must never be taken for one: each rule here needs whole words, or a text far too
long to turn up by chance.
"""

from __future__ import annotations

import re

# The whole value, once everything but letters and digits is gone.
_WHOLE = frozenset(
    [
        "secret",
        "secrets",
        "password",
        "passwd",
        "passphrase",
        "pass",
        "token",
        "key",
        "apikey",
        "changeme",
        "changethis",
        "change",
        "example",
        "placeholder",
        "default",
        "dummy",
        "fake",
        "test",
        "testing",
        "admin",
        "root",
        "none",
        "null",
        "nil",
        "undefined",
        "unset",
        "todo",
        "tbd",
        "fixme",
        "xxx",
        "foo",
        "bar",
        "foobar",
        "abc",
        "abc123",
        "123456",
        "12345678",
        "qwerty",
        "letmein",
        "passw0rd",
        "password1",
        "password123",
        "hunter2",
        "user",
        "username",
        "yourpassword",
        "mysecret",
        "string",
        "value",
        "empty",
    ]
)
# Anywhere in it, in the same form.
_PHRASES = (
    "changeme",
    "changethis",
    "changeit",
    "replaceme",
    "replacethis",
    "replacewith",
    "placeholder",
    "supersecret",
    "verysecret",
    "secretkey",
    "mysecret",
    "yoursecret",
    "yourpassword",
    "yourapikey",
    "yourkey",
    "yourtoken",
    "insertyour",
    "putyour",
    "enteryour",
    "generateme",
    "notasecret",
    "thisisasecret",
    "topsecret",
    "secrethere",
    "keyhere",
    "passwordhere",
)
_SHAPES = (
    re.compile(r"<[\w .:/-]*>|\[[\w .:/-]*\]"),
    re.compile(r"your[-_ ].*", re.DOTALL | re.IGNORECASE),
    re.compile(r"my[-_ ](super|secret|key|api|jwt|pass|token).*", re.DOTALL | re.IGNORECASE),
)
# What may well be a plain value, but no secret.
_SECRET_SHAPES = (
    re.compile(r"(sk|pk)[-_](proj[-_]|live[-_]|test[-_])?", re.IGNORECASE),
    re.compile(
        r"(sk|pk|key|token)[-_](proj[-_])?"
        r"((your|test|fake|dummy|xxx+|example|key|\*+)([-_ .].*)?|<.*)",
        re.DOTALL | re.IGNORECASE,
    ),
    re.compile(r".*(\.\.\.|\u2026)", re.DOTALL),
    re.compile(r"[x*.\u2022?#-]+", re.IGNORECASE),
    re.compile(r".*(0123456789abcdef|abcdefghijklmnop|1234567890123456|deadbeefdeadbeef).*", re.I),
)


def is_placeholder(value: str, *, secret: bool = True) -> bool:
    """Tell whether ``value`` is a text such as ``changeme``, ``your-key`` or ``<secret>``.

    A plain value is judged by fewer rules: ``test`` or ``*`` may be meant.
    """
    bare = value.strip()
    plain = re.sub(r"[^0-9a-z]", "", bare.lower())
    if any(shape.fullmatch(bare) for shape in _SHAPES):
        return True
    if any(phrase in plain for phrase in _PHRASES):
        return True
    return secret and (plain in _WHOLE or any(s.fullmatch(bare) for s in _SECRET_SHAPES))


def is_repetition(value: str) -> bool:
    """Tell whether ``value`` is one character, or one short piece, over and over."""
    return any(
        value == (value[:size] * (len(value) // size + 1))[: len(value)]
        for size in range(1, min(8, len(value) // 2) + 1)
    )
