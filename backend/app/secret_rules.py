"""When a signing secret is too weak to start with."""

import re

MINIMUM_LENGTH = 32
MINIMUM_DISTINCT_CHARACTERS = 8
_QUOTES = "\"'"
_PLACEHOLDER = re.compile(
    r"^(change|replace|insert|put|enter|set|use|your|my|the|example|sample|dummy|test|todo)[-_ ]?"
    r"(this|me|your|my|a|an|auth|jwt|better|secret|key|token|here)"
    r"|place[-_ ]?holder|^<.*>$|^\$?\{.*\}$|^sk-|^x{3,}",
    re.IGNORECASE,
)


def why_secret_is_refused(secret: str) -> str | None:
    """Return why the secret must not be used, None where it may. Never quotes the secret."""
    if secret != secret.strip():
        return "begins or ends with a blank or a line break"
    if secret[0] in _QUOTES and secret[0] == secret[-1]:
        return "is wrapped in quotes, which would be part of the value"
    if _PLACEHOLDER.search(secret):
        return "is a placeholder"
    if len(secret) < MINIMUM_LENGTH:
        return f"is shorter than {MINIMUM_LENGTH} characters"
    if len(set(secret)) < MINIMUM_DISTINCT_CHARACTERS:
        return f"has fewer than {MINIMUM_DISTINCT_CHARACTERS} different characters"
    return None
