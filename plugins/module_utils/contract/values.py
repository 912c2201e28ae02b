"""What is wrong with one variable's value: rules by its contract, messages without the value.

They are the fast first list, and refuse nothing that the application would take, but for what it
cannot know: that it is in a container, and what its contract requires.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ansible_collections.todo.stack.plugins.module_utils.contract.addresses import (
    is_listening_address,
    is_network_list,
)
from ansible_collections.todo.stack.plugins.module_utils.contract.model import Variable
from ansible_collections.todo.stack.plugins.module_utils.contract.placeholders import (
    is_placeholder,
    is_repetition,
    is_unfilled,
)
from ansible_collections.todo.stack.plugins.module_utils.contract.urls import (
    POSTGRES_SCHEMES,
    WEB_SCHEMES,
    decoded,
    is_loopback_host,
    is_port,
    split_url,
    url_problems,
)

GENERATE = "python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"

# A plain value may be any word.
_UNFILLED = re.compile(r"<[\w .:/-]*>")
_PORT = "a whole number from 1 to 65535"

Finding = tuple[str, str]  # what is wrong, what to do


def check_value(variable: Variable, value: object) -> list[Finding]:
    """Return everything wrong with ``value``; the first kind of trouble hides later ones."""
    if variable.type == "port" and isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        return [_not_a_text(value, variable.type)]
    return (
        list(_text_problems(value))
        or list(_secret_problems(variable, value))
        or list(_type_problems(variable, value))
    )


def advice(variable: Variable) -> str:
    """Return how to come by a good value for a variable that has none or a bad one."""
    if variable.type == "postgres_url":
        return "give postgresql://user:password@host:5432/database"
    if variable.secret:
        return f"make one: {GENERATE}" if variable.generate else f"its issuer's, or: {GENERATE}"
    return "give a value"


def _not_a_text(value: object, wanted: str) -> Finding:
    if value is None:
        return "is null where a text is meant", "give a value, or leave the name out"
    kind = {
        bool: "a YAML boolean",
        int: "a YAML number",
        float: "a YAML number",
        bytes: "binary",
        list: "a list",
        dict: "a mapping",
    }.get(next((t for t in (bool, int, float, bytes, list, dict) if isinstance(value, t)), object))
    if wanted == "port":
        return f"is {kind or 'a YAML date or time'}, no port", _PORT
    return f"is {kind or 'a YAML date or time'} where a text is meant", "put it in quotes"


def _text_problems(value: str) -> Iterator[Finding]:
    if not value:
        yield "is empty", "give a value, or leave the name out"
    elif value.isspace():
        yield "is blank", "give a value, or leave the name out"
    elif value != value.rstrip():
        yield "ends with a blank or newline", "cut it off (in YAML, use |- instead of |)"
    if "\0" in value:
        yield "holds a NUL character, which no environment can carry", "take it out"
    if not _is_utf8(value):
        yield "is not valid UTF-8", "give it as UTF-8, or encode it (base64)"
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        yield "is wrapped in quotes, which would become part of it", "take the inner quotes off"


def _is_utf8(value: str) -> bool:
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _secret_problems(variable: Variable, value: str) -> Iterator[Finding]:
    remedy = advice(variable)
    if is_placeholder(value) if variable.secret else _UNFILLED.fullmatch(value.strip()):
        yield "is a placeholder", remedy
    elif variable.secret and is_repetition(value):
        yield "is one character or a short piece, repeated", remedy
    elif variable.min_length is not None and len(value) < variable.min_length:
        yield f"is shorter than {variable.min_length} characters", remedy


def _type_problems(variable: Variable, value: str) -> Iterator[Finding]:
    if variable.type == "port" and not is_port(value):
        yield "is no port", _PORT
    elif variable.type == "postgres_url":
        yield from _address_problems(value, POSTGRES_SCHEMES)
    elif variable.type in ("url", "base_url"):
        yield from _address_problems(value, WEB_SCHEMES)
        if variable.type == "base_url":
            yield from _base_problems(value)
    elif variable.type == "networks" and not is_network_list(value):
        yield "is no list of addresses or networks", "such as 10.0.0.1, 192.168.7.0/24, or *"
    elif variable.type == "bind_address":
        if not is_listening_address(value):
            yield "is no address to listen on", "such as 0.0.0.0"
        elif is_loopback_host(value) and value not in ("0.0.0.0", "::"):  # noqa: S104
            yield "is loopback, which nothing outside the container reaches", "such as 0.0.0.0"


def _base_problems(value: str) -> Iterator[Finding]:
    """Yield what paths cannot be appended to, or would be sent along with each request."""
    parts = split_url(value)
    held = [
        name
        for name, there in (
            ("user", parts.has_user),
            ("query", "?" in parts.rest.partition("#")[0]),
            ("fragment", "#" in parts.rest),
        )
        if there
    ]
    if held:
        yield f"holds a {' and a '.join(held)}", "end it with its host, port or path"


def _address_problems(value: str, schemes: tuple[str, ...]) -> Iterator[Finding]:
    yield from url_problems(value, schemes)
    parts = split_url(value)
    asked = re.search(r"[?&]host(?:addr)?=([^&#]*)", parts.rest)
    hosts = [parts.host, *([decoded(asked.group(1))] if asked else [])]
    if parts.scheme and any(is_loopback_host(host) for host in hosts):
        yield (
            "points to localhost, which inside a container is the container itself",
            "name the host as containers reach it, or the service in compose.yaml",
        )
    if parts.password is not None and is_unfilled(decoded(parts.password)):
        yield "holds a placeholder for its password", "put the real password in"
