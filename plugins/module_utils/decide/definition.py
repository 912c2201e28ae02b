"""The compose file as the host keeps it: the project's own, with the values' other sources shut."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ansible_collections.todo.stack.plugins.module_utils.contract.labels import SERVICE_LABEL
from ansible_collections.todo.stack.plugins.module_utils.contract.relaxed import relaxing_lines

_REMARK = """\
---
# Added for this host: values come from environment.json alone. An env_file would also make
# `config --hash` disagree with the hash that `up` writes on the containers. A label tells that a
# container is the stack's own.
services:
"""


def host_definition(
    text: str,
    services: Sequence[str],
    relaxed: Mapping[str, Sequence[str]] | None = None,
    unlabelled: Sequence[str] = (),
    added: str = "",
) -> str:
    """Return compose.yaml's text with a document after it that resets ``env_file``.

    ``relaxed``: compose service -> the hardening it is to do without. ``unlabelled``: services of
    images of others, whose containers would not be known as the stack's own. ``added``: a document
    for the end of it, see `decide.defaults`.
    """
    lines = {name: ["env_file: !reset []"] for name in services}
    for name in unlabelled:
        lines.setdefault(name, []).append(f"labels: {{{SERVICE_LABEL}: {name}}}")
    for name, settings in (relaxed or {}).items():
        lines[name] = [*lines.get(name, []), *relaxing_lines(settings)]
    if not (lines or added):
        return text
    ended = text if text.endswith("\n") else f"{text}\n"
    own = "".join(_service(name, told) for name, told in lines.items() if told)
    return ended + (_REMARK + own if own else "") + added


def _service(name: str, lines: Sequence[str]) -> str:
    return f"  {name}:\n" + "".join(f"    {line}\n" for line in lines)


def with_override(text: str, override: str) -> str:
    """Return a definition with an override as a document after it."""
    ended = text if text.endswith("\n") else f"{text}\n"
    return f"{ended}---\n{override}"


def independent(services: Sequence[str]) -> str:
    """Return a document for the end of a definition: services that depend on nothing."""
    lines = [f"  {name}: {{depends_on: !reset {{}}}}\n" for name in services]
    return "---\nservices:\n" + "".join(lines) if lines else ""
