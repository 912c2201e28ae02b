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
_INTEGER = re.compile(r"-?(0|[1-9][0-9]*)")
_BOOLEANS = ("true", "false", "yes", "no", "on", "off", "1", "0")
# What YAML itself may give for a type, and how a value of it is written.
_OF_YAML: dict[str, type] = {"port": int, "integer": int, "boolean": bool}
_FORMS = {"port": _PORT, "integer": "digits, such as 12", "boolean": "true or false"}
ANY_SCHEME = "*"

Finding = tuple[str, str]  # what is wrong, what to do


def check_value(variable: Variable, value: object) -> list[Finding]:
    """Return everything wrong with ``value``; the first kind of trouble hides later ones."""
    if type(value) is _OF_YAML.get(variable.type):
        value = as_text(value)
    if not isinstance(value, str):
        return [_not_a_text(value, variable.type)]
    return (
        list(_text_problems(value))
        or list(_secret_problems(variable, value))
        or list(_type_problems(variable, value))
    )


def as_text(value: object) -> str:
    """Return a value as an environment holds it: YAML's true is ``true``."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def advice(variable: Variable) -> str:
    """Return how to come by a good value for a variable that has none or a bad one."""
    if variable.type == "postgres_url":
        scheme = variable.schemes[0] if variable.schemes else POSTGRES_SCHEMES[0]
        return f"give {scheme}://user:password@host:5432/database"
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
    if wanted in _FORMS:
        return f"is {kind or 'a YAML date or time'}, no {wanted}", _FORMS[wanted]
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
    elif variable.type == "integer" and not _INTEGER.fullmatch(value):
        yield "is no whole number", _FORMS["integer"]
    elif variable.type == "boolean" and value.lower() not in _BOOLEANS:
        yield "is no boolean", _FORMS["boolean"]
    elif variable.type in ("url", "base_url", "postgres_url"):
        yield from _address_problems(variable, value)
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


def form_problems(variable: Variable, value: str) -> Iterator[Finding]:
    """Yield what is wrong with an address by itself, its scheme included."""
    usual = POSTGRES_SCHEMES if variable.type == "postgres_url" else WEB_SCHEMES
    named, parts = variable.schemes, split_url(value)
    if not named:
        yield from url_problems(value, usual)
        return
    form = f"{'scheme' if ANY_SCHEME in named else named[0]}://"
    if parts.scheme and parts.scheme not in named and ANY_SCHEME not in named:
        yield (
            f"has another scheme than {' or '.join(s + '://' for s in named)}",
            f"begin with {form}",
        )
    # All else is as with the usual ones.
    known = f"{usual[0]}{value[len(parts.scheme) :]}" if parts.scheme else value
    for what, remedy in url_problems(known, usual):
        yield what, remedy.replace(f"{usual[0]}://", form)


def _address_problems(variable: Variable, value: str) -> Iterator[Finding]:
    yield from form_problems(variable, value)
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
