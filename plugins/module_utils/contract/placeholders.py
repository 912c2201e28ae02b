"""Texts that stand for a value and are none, such as `changeme` or `<secret>`.

A random secret must never be taken for one, however it begins: the whole text has to consist of
what people write there. The collection and the backend have this same file, so that both judge
alike; tests/unit/test_one_rule.py holds them to it.
"""

from __future__ import annotations

import re

_WORDS = frozenset(
    re.findall(
        "[a-z]+",
        """
        placeholder replaceme changeme changethis changeit fixme todo tbd example
        default dummy fake sample change replace insert enter put set use fill generate
        type give add paste this that these me my your yours the an in is it to be of or
        at and with for not no do as by on better auth jwt token secret secrets key keys
        apikey api password passwd passphrase pass signing session cookie encryption
        private public access super very top long random secure strong safe value values
        string text here there please before deploy deploying production prod real
        actual own least minimum min more chars char characters character letters digits
        bytes bit bits hex some something else later local dev development test testing
        staging demo admin root user username login openai neon sk pk proj live none
        null nil undefined unset empty missing required needed foobar qwerty letmein one
        """,
    )
)
_LONGEST = max(map(len, _WORDS))
# Of one who is asked for a value: a password may well be the word "test", but none of these.
_ASKING = frozenset([
    "your", "my", "change", "changeme", "changethis", "replace", "replaceme", "placeholder",
    "insert", "enter", "here",
])  # fmt: skip
_FRAMED = re.compile(r"<[\w .,:'/-]*>|\[[\w .,:'/-]*\]|\$?\{+[\w .:-]*\}+")
_NOTHING = re.compile(r"[x*.\u2026\u2022?#_-]+", re.IGNORECASE)
_BETWEEN = re.compile(r"[\W_]+")
_LETTERS = re.compile(r"[^\W\d_]+")
_LONGEST_PIECE = 8


def is_placeholder(value: str) -> bool:
    """Tell whether ``value`` is none of a secret's: made of such words, or between brackets."""
    bare = value.strip()
    return bool(_FRAMED.fullmatch(bare) or _NOTHING.fullmatch(bare)) or bool(_words_of(bare))


def is_unfilled(value: str) -> bool:
    """Tell whether ``value`` still asks for a value: `<host>`, `your-password`, `changeme`.

    For what may be an ordinary word, such as the password of a database.
    """
    bare = value.strip()
    words = _words_of(bare)
    return bool(_FRAMED.fullmatch(bare)) or bare.lower() == "password" or bool(_ASKING & words)


def is_repetition(value: str) -> bool:
    """Tell whether ``value`` is one character, or one short piece, over and over."""
    return any(
        value == (value[:size] * (len(value) // size + 1))[: len(value)]
        for size in range(1, min(_LONGEST_PIECE, len(value) // 2) + 1)
    )


def _words_of(text: str) -> frozenset[str]:
    """Return the words that the whole of ``text`` consists of, none where there is more in it."""
    found: set[str] = set()
    for chunk in _BETWEEN.split(text.lower()):
        for run in _LETTERS.findall(chunk):
            # One letter is a word by itself, and not between the digits of a random text.
            words = ["a"] if chunk == "a" else _split(run)
            if not words:
                return frozenset()
            found.update(words)
    return frozenset(found)


def _split(run: str) -> list[str]:
    """Return words that ``run`` can be cut into, none where it cannot."""
    if run.startswith("xxx") and not run.strip("x"):
        return [run]
    # ends[n]: the last word of a way to cut the first n letters.
    ends = [""] * (len(run) + 1)
    for end in range(1, len(run) + 1):
        for start in range(max(0, end - _LONGEST), end):
            if run[start:end] in _WORDS and (start == 0 or ends[start]):
                ends[end] = run[start:end]
                break
    words, at = [], len(run)
    while at and ends[at]:
        words.append(ends[at])
        at -= len(ends[at])
    return words
