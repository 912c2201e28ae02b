"""One page over all hosts and stacks that have a report in a folder of artifacts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.module_utils.edge.files import exclusive
from ansible_collections.todo.stack.plugins.plugin_utils.judge.artifacts import (
    CONTENT,
    PREVIOUS,
    REPORT,
    artifacts_folder,
    read_content,
    set_aside,
    write_whole,
)
from ansible_collections.todo.stack.plugins.plugin_utils.judge.pages import page

INDEX = "index.html"
TEMPLATE = "index.html.j2"
_DIGEST_CHARACTERS = 12
Row = Mapping[str, Any]


def write_index(base: Path, hosts: Sequence[str]) -> Path:
    """Write the page over all reports below ``base``, and the ``hosts`` without one; return it.

    Hosts are judged side by side: whoever writes last has read what all others have written.
    """
    with exclusive(base):
        path = base / INDEX
        write_whole(path, page(TEMPLATE, rows=index_rows(base, hosts)))
    return path


def retire_report(base: Path, stack: str, task_vars: Mapping[str, Any]) -> None:
    """Let a report of before tell nothing of a host's stack as it is now, also on the page."""
    host = str(task_vars.get("inventory_hostname", "localhost"))
    if set_aside(artifacts_folder(base, host, stack)):
        with suppress(StackError, OSError):  # acceptance says why it cannot be written
            write_index(base.resolve(), hosts_of(task_vars))


def hosts_of(task_vars: Mapping[str, Any]) -> list[str]:
    """Return the hosts of the inventory."""
    return list(task_vars.get("groups", {}).get("all", ()))


def index_rows(base: Path, hosts: Sequence[str]) -> list[Row]:
    """Return a row for each report below ``base`` and each host without one, by host and stack.

    ``passed`` is None where nothing was judged since the last run began, or the stack was removed.
    """
    rows = [*_reported(base)]
    known = {row["host"] for row in rows}
    rows += [_row(host, {}, "") for host in hosts if host not in known]
    return sorted(rows, key=lambda row: (row["host"], row["stack"]))


def _reported(base: Path) -> Iterator[Row]:
    for folder in sorted({*base.glob("*/"), *base.glob("*/*/")}):
        before = ("", PREVIOUS)
        start = next((one for one in before if (folder / f"{one}{CONTENT}").exists()), None)
        if start is not None:
            content = read_content(folder / f"{start}{CONTENT}")
            place = folder.relative_to(base)
            report = quote((place / f"{start}{REPORT}").as_posix())
            host = str(content.get("host") or place.parts[0])
            try:
                yield _row(host, {**content, **({"passed": None} if start else {})}, report)
            except (TypeError, KeyError, AttributeError):  # one that somebody has edited
                yield _row(host, {}, report)


def _row(host: str, content: Row, report: str) -> Row:
    """Return a row; ``report`` is the address of the host's own page, "" where it has none."""
    checks, release = content.get("checks") or [], content.get("release") or {}
    return {
        "host": host,
        "stack": str(content.get("stack") or ""),
        "passed": content.get("passed"),
        "at": str(content.get("at") or ""),
        "failed": [check["id"] for check in checks if not check["passed"]],
        "total": len(checks),
        "release": release.get("number") or 0,
        "released": str(release.get("at") or ""),
        "by": str(release.get("by") or ""),
        "images": [_image(image) for image in content.get("images") or []],
        "report": report,
    }


def _image(image: Row) -> dict[str, str]:
    digest = str(image.get("digest") or image.get("image_id") or "")
    shown = digest.removeprefix("sha256:")[:_DIGEST_CHARACTERS]
    return {"name": str(image.get("image") or ""), "digest": digest, "shown": shown}
