"""When a signing secret is too weak to start with; a generated one never is."""

from app.placeholders import is_placeholder

MINIMUM_LENGTH = 32
MINIMUM_DISTINCT_CHARACTERS = 5
_QUOTES = "\"'"


def why_secret_is_refused(secret: str) -> str | None:
    """Return why the secret must not be used, None where it may. Never quotes the secret."""
    if secret != secret.strip():
        return "begins or ends with a blank or a line break"
    if secret[0] in _QUOTES and secret[0] == secret[-1]:
        return "is wrapped in quotes, which would be part of the value"
    if is_placeholder(secret):
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
