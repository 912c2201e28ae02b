#!/usr/bin/env python3
"""Writes docs/contract.md, every key of a contract, from the JSON Schema; `make docs` runs it.

With --check it changes nothing, and fails when the page is stale.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[1]
SCHEMA_FILE = "plugins/plugin_utils/contract/contract.schema.json"
PAGE = PROJECT / "docs" / "contract.md"
HEAD = """\
# What a contract may say

{about}

An editor that knows JSON Schema completes and checks it, with this as its first line:

    # yaml-language-server: $schema={id}

`<name>` stands for a name of your own. A key in bold must be there.

| key | meaning | example |
|---|---|---|
"""


def page(schema: Mapping[str, Any]) -> str:
    """Return the page: a row for each key, in the schema's order."""
    head = HEAD.format(about=schema["description"], id=schema["$id"])
    return head + "".join(f"| {' | '.join(row)} |\n" for row in rows(schema, schema))


def rows(
    schema: Mapping[str, Any], whole: Mapping[str, Any], above: str = ""
) -> Iterator[tuple[str, str, str]]:
    """Yield key, meaning and example of everything below ``schema``; ``above`` leads to it."""
    named = schema.get("additionalProperties")
    places = dict(schema.get("properties", {}))
    # A map of texts is told by its example.
    if isinstance(named, dict) and "examples" not in schema:
        places["<name>"] = named
    for name, spec in places.items():
        found = resolved(spec, whole)
        key = f"`{above}{name}`"
        shown = [json.dumps(one, ensure_ascii=False) for one in found.get("examples", ())]
        yield (
            f"**{key}**" if name in schema.get("required", ()) else key,
            escaped(found["description"]) if "description" in found else "",
            ", ".join(f"`{escaped(one)}`" for one in shown),
        )
        yield from rows(found, whole, f"{above}{name}.")


def resolved(spec: Mapping[str, Any], whole: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a schema, or the one of the same file that it refers to."""
    name = spec.get("$ref", "").rpartition("/")[2]
    return whole["$defs"][name] if name else spec


def escaped(text: str) -> str:
    """Return a text as a table's cell takes it."""
    return text.replace("|", "\\|")


def main() -> int:
    """Write the page, or tell whether it is stale."""
    wanted = page(json.loads((PROJECT / SCHEMA_FILE).read_text(encoding="utf-8")))
    if "--check" in sys.argv[1:]:
        stale = not PAGE.exists() or PAGE.read_text(encoding="utf-8") != wanted
        if stale:
            print("docs/contract.md is stale; run `make docs`")
        return int(stale)
    PAGE.write_text(wanted, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
