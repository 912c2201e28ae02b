"""When a signing secret is too weak to start with; a generated one never is."""

import re

MINIMUM_LENGTH = 32
MINIMUM_DISTINCT_CHARACTERS = 5
_QUOTES = "\"'"
# What people write in place of a secret. The whole value has to consist of it: a generated one
# may well begin like a word.
_WORDS = (
    *("placeholder", "replaceme", "changeme", "example", "default", "dummy", "sample", "todo"),
    *("change", "replace", "insert", "enter", "put", "set", "use", "fill", "generate", "type"),
    *("this", "that", "me", "my", "your", "the", "an", "in", "is", "it", "to", "be", "of", "or"),
    *("better", "auth", "jwt", "token", "secret", "key", "password", "passwd"),
    *("signing", "private", "super", "very", "long", "random", "secure", "strong", "safe", "value"),
    *("string", "text", "here", "please", "before", "deploy", "deploying", "production", "prod"),
    *("at", "least", "minimum", "min", "chars", "char", "characters", "character", "bytes", "and"),
    *("with", "for", "some", "something", "else", "not", "do", "later", "local", "dev", "test"),
)
_PLACEHOLDER = re.compile(
    # Possessive: words that begin alike must not make it try every way to read a long value.
    rf"(?:(?>{'|'.join(sorted(_WORDS, key=len, reverse=True))})[\W_\d]*+|(?<![a-z])a[\W_]++)++"
    r"|<.*>|\$?\{.*\}|x+",
    re.IGNORECASE,
)


def why_secret_is_refused(secret: str) -> str | None:
    """Return why the secret must not be used, None where it may. Never quotes the secret."""
    if secret != secret.strip():
        return "begins or ends with a blank or a line break"
    if secret[0] in _QUOTES and secret[0] == secret[-1]:
        return "is wrapped in quotes, which would be part of the value"
    if _PLACEHOLDER.fullmatch(secret):
        return "is a placeholder"
    if len(secret) < MINIMUM_LENGTH:
        return f"is shorter than {MINIMUM_LENGTH} characters"
    if len(set(secret)) < MINIMUM_DISTINCT_CHARACTERS:
        return f"has fewer than {MINIMUM_DISTINCT_CHARACTERS} different characters"
    if _repeats(secret):
        return "repeats itself"
    return None


def _repeats(secret: str) -> bool:
    return any(secret[step:] == secret[:-step] for step in range(1, len(secret) // 2 + 1))
