"""HTML pages that need nothing else: no script, nothing from elsewhere."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path

from ansible_collections.todo.stack.plugins.plugin_utils.judge.units import (
    human,
    megabytes,
    seconds,
)
from jinja2 import Environment, FileSystemLoader, StrictUndefined


def page(template: str, **values: object) -> str:
    """Return the page that a template of this folder makes of ``values``, all text escaped."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(human=human, megabytes=megabytes, seconds=seconds, moment=moment)
    return environment.get_template(template).render(**values)


def moment(iso: str) -> str:
    """Return a time of ISO 8601 as people read it, as it is where it is none."""
    try:
        return f"{datetime.fromisoformat(iso).astimezone(timezone.utc):%Y-%m-%d %H:%M} UTC"
    except ValueError:
        return iso
