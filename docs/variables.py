#!/usr/bin/env python3
"""Writes the contracts' variables into the marked block of README.md; `make docs` runs it.

With --check it changes nothing, and fails when the block is stale.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(PROJECT / ".dev"))

from ansible_collections.todo.stack.plugins.module_utils.contract.model import (  # noqa: E402
    Contract,
    Variable,
)
from ansible_collections.todo.stack.plugins.plugin_utils.contract.contracts import (  # noqa: E402
    load_contracts,
)

README = PROJECT / "README.md"
BEGIN, END = "<!-- contract variables -->", "<!-- end -->"
BLOCK = re.compile(f"{re.escape(BEGIN)}.*?{re.escape(END)}", re.DOTALL)


def table(contracts: list[Contract]) -> str:
    """Return the Markdown table of every variable of every contract."""
    rows = ["| Service | Variable | Purpose | Without a value | Rules |", "|---|---|---|---|---|"]
    for contract in contracts:
        for name, variable in contract.env.items():
            cells = [contract.service, f"`{name}`", variable.purpose, unset(variable)]
            rows.append(f"| {' | '.join([*cells, rules(variable)])} |")
    return "\n".join(rows)


def unset(variable: Variable) -> str:
    """Return what happens when no value is given."""
    if variable.default is not None:
        return f"`{variable.default}`"
    if variable.template:
        return "made of others"
    if variable.embedded:
        return f"the embedded `{variable.embedded.service}`"
    if variable.generate:
        return "made once on the host"
    return "refused" if variable.required else "not set"


def rules(variable: Variable) -> str:
    """Return what a value has to be."""
    words = ["secret"] if variable.secret else []
    words += [] if variable.type == "string" else [variable.type]
    words += [f"{variable.min_length} characters or more"] if (variable.min_length or 0) > 1 else []
    words += [f"any text with `{variable.any_with}`"] if variable.any_with else []
    return ", ".join(words) or "any text"


def main() -> int:
    """Write the block, or tell whether it is stale."""
    services = sorted(path.parent.name for path in PROJECT.glob("*/contract.yml"))
    block = f"{BEGIN}\n{table(load_contracts(PROJECT, services))}\n{END}"
    text = README.read_text(encoding="utf-8")
    wanted = BLOCK.sub(lambda _: block, text) if BLOCK.search(text) else f"{text}{block}\n"
    if "--check" in sys.argv[1:]:
        if wanted != text:
            print("README.md: the table of variables is stale; run `make docs`")
        return int(wanted != text)
    README.write_text(wanted, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
