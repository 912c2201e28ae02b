"""The compose file as the host keeps it: the project's own, with the values' other sources shut."""

from __future__ import annotations

from collections.abc import Sequence

_REMARK = """\
---
# Added for this host: values come from environment.json alone. An env_file would also make
# `config --hash` disagree with the hash that `up` writes on the containers.
services:
"""


def host_definition(text: str, services: Sequence[str]) -> str:
    """Return compose.yaml's text with a document after it that resets ``env_file``."""
    if not services:
        return text
    ended = text if text.endswith("\n") else f"{text}\n"
    return ended + _REMARK + "".join(f"  {name}: {{env_file: !reset []}}\n" for name in services)
