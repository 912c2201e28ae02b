"""The acceptance of a host: as data for programs, as a page for people."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.contract.codec import from_plain
from ansible_collections.todo.stack.plugins.module_utils.decide.plan import Action
from ansible_collections.todo.stack.plugins.module_utils.judge.check import Check
from ansible_collections.todo.stack.plugins.module_utils.judge.registry import criterion_of
from ansible_collections.todo.stack.plugins.module_utils.look.observation import Seen
from ansible_collections.todo.stack.plugins.plugin_utils.judge.pages import page
from ansible_collections.todo.stack.plugins.plugin_utils.judge.trends import plots, trends

TEMPLATE = "report.html.j2"
# A step quicker than this tells nothing in a timeline.
IDLE_SECONDS = 0.05
# What the engine writes around an instruction in an image's history.
NOISE = re.compile(r"^(/bin/sh -c #\(nop\)\s*|RUN \|\d+ .*?(?=/bin/sh -c)|RUN (?=/bin/sh -c))")


def acceptance(
    host: str,
    at: datetime,
    checks: Sequence[Check],
    images: Sequence[Mapping[str, Any]],
    seen: Seen,
    *,
    actions: Sequence[Action] = (),
    reasons: Sequence[str] = (),
) -> dict[str, Any]:
    """Return the content of ``acceptance.json``.

    ``at``: when it was judged. ``actions``: what the release did, ``reasons``: why images were
    built.
    """
    release = seen.release
    return {
        "host": host,
        "stack": seen.stack,
        "at": at.isoformat(timespec="seconds"),
        "passed": bool(checks) and all(check.passed for check in checks),
        "checks": [check.as_result() for check in checks],
        "images": [dict(image) for image in images],
        "release": {"number": release.number, "at": release.at, "by": release.by},
        "actions": [action.as_result() for action in actions],
        "reasons": list(reasons),
        "trends": trends(seen),
    }


def why(content: Mapping[str, Any]) -> list[str]:
    """Return a line for each reason: why images were built, what the release did and why."""
    return [*content["reasons"], *(from_plain(Action, one).line() for one in content["actions"])]


def render_report(content: Mapping[str, Any]) -> str:
    """Return the report as one HTML page that needs nothing else."""
    services = list(dict.fromkeys(check["service"] for check in content["checks"]))
    return page(
        TEMPLATE,
        host=content["host"],
        passed=content["passed"],
        at=content["at"],
        release=content["release"],
        why=why(content),
        total=len(content["checks"]),
        relaxed=sum(check["relaxed"] for check in content["checks"]),
        failed=[check for check in content["checks"] if not check["passed"]],
        services=[(name, _rows(content["checks"], name)) for name in services],
        images=[_image(image) for image in content["images"]],
        plots=plots(content["trends"]),
        releases=[row["release"] for row in content["trends"]],
    )


def _rows(checks: Sequence[Mapping[str, Any]], service: str) -> list[dict[str, Any]]:
    return [
        {
            **check,
            "title": criterion_of(check["criterion"]).title,
            "share": _share(check),
        }
        for check in checks
        if check["service"] == service
    ]


def _share(check: Mapping[str, Any]) -> float:
    """Return the bar's length in percent: the used part of a budget, all of it for a yes or no."""
    measured, limit = check["measured"], check["limit"]
    if check["unit"] and isinstance(measured, (int, float)) and limit:
        return _percent(measured, limit)
    return 100.0


def _image(image: Mapping[str, Any]) -> dict[str, Any]:
    size = int(image.get("size_bytes") or 0)
    base = image.get("base_bytes")
    steps = image.get("steps") or []
    worked = [step for step in steps if not step["cached"] and step["seconds"] >= IDLE_SECONDS]
    return {
        "reason": "",
        **image,
        "size_bytes": size,
        "base_share": _percent(base or 0, size),
        "own_bytes": size - base if base is not None else None,
        "layers": [
            {**layer, "share": _percent(layer["bytes"], size), "what": _what(layer["created_by"])}
            for layer in image.get("layers") or []
            if layer["bytes"]
        ],
        "step_count": len(steps),
        "steps": _timeline(worked),
        "idle_steps": [step for step in steps if step not in worked],
        "budget_share": _percent(size, image["budget"]["bytes"] or size),
    }


def _timeline(steps: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the steps with where their bar starts and how long it is, in percent of all."""
    whole = sum(float(step["seconds"]) for step in steps)
    placed, begun = [], 0.0
    for step in steps:
        lasted = float(step["seconds"])
        placed.append({**step, "start": _percent(begun, whole), "share": _percent(lasted, whole)})
        begun += lasted
    return placed


def _percent(part: float, whole: float) -> float:
    return round(min(100.0, 100 * part / whole), 2) if whole else 0.0


def _what(created_by: str) -> str:
    """Return the instruction that made a layer, without the engine's wrapping."""
    text = NOISE.sub("", " ".join(created_by.split())).removesuffix("# buildkit").strip()
    return text.removeprefix("/bin/sh -c ") or "imported"
