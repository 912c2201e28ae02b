"""The status of a host as one screen, and log lines of many hosts side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from ansible_collections.todo.stack.plugins.plugin_utils.judge.units import megabytes

_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_GIGABYTE = 10**9
# Of why something failed; all of it is in the log.
_TOLD_CHARACTERS = 160
_HEADER = ("service", "state", "restarts", "up", "image", "size", "memory", "cpu")
Row = Mapping[str, Any]


def screen(told: Row, now: datetime) -> list[str]:
    """Return the lines of a host's `summary`; ``now`` has a time zone."""
    host = str(told["host"])
    if not told["reached"]:
        return [f"{host}  cannot be reached: {told['problem']}", ""]
    rows = [
        *_labelled("release", _release(told["release"], now)),
        *([] if not told["problem"] else _labelled("engine", [str(told["problem"])])),
        *_labelled("host", [_host(told)]),
        *_labelled("accepted", [_accepted(told["release"])]),
        *_labelled("back to", _back_to(told["back_to"], now)),
        *_labelled("drift", _drift(told)),
        *_labelled("backup", _backups(told["backups"], now)),
        *_labelled("audit", [_audited(row, now) for row in told["audit"]]),
        *_labelled("warning", [str(one) for one in told["warnings"]]),
    ]
    return [f"{host}  {told['stack']}", *rows, *_services(told["services"]), ""]


def log_line(host: str, row: Row) -> str:
    """Return a line of a log with its time, its host and its service."""
    return f"{str(row['at'])[:23]}  {host}  {row['service']}  {row['text']}"


def ago(iso: str, now: datetime) -> str:
    """Return a time of ISO 8601 as people read it: when, and how long ago; "" for none."""
    try:
        when = datetime.fromisoformat(iso)
        passed = (now - when).total_seconds()
    except (ValueError, TypeError):  # none, or one without a time zone
        return ""
    return f"{when:%Y-%m-%d %H:%M} UTC ({duration(passed)} ago)"


def duration(seconds: float) -> str:
    """Return seconds in the largest whole unit that says enough."""
    for size, unit in ((_DAY, "d"), (_HOUR, "h"), (_MINUTE, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{max(seconds, 0):.0f} s"


def _labelled(label: str, lines: Sequence[str]) -> list[str]:
    return [f"  {label if not i else '':<9} {line}" for i, line in enumerate(lines)]


def _release(release: Row, now: datetime) -> list[str]:
    if not release["number"]:
        return ["none yet"]
    parts = [str(release["number"])]
    parts += [f"as {release['back_to']}"] if release["back_to"] else []
    parts += [f"since {when}"] if (when := ago(release["began"], now)) else []
    parts += [f"commit {release['commit']}"] if release["commit"] else []
    parts += [f"schema {release['schema']}"] if release["schema"] else []
    return [", ".join(parts), *([f"by {release['by']}"] if release["by"] else [])]


def _host(told: Row) -> str:
    # Two places on one disk are one disk.
    places: dict[tuple[float, float], list[str]] = {}
    for one in told["disk"]:
        key = (one["free_bytes"] / _GIGABYTE, one["total_bytes"] / _GIGABYTE)
        places.setdefault(key, []).append(str(one["path"]))
    disks = [
        f"{' and '.join(paths)} {free:.1f} of {total:.1f} GB free"
        for (free, total), paths in places.items()
    ]
    memory = f"{megabytes(told['available_memory_bytes'])} memory available"
    return ", ".join([*disks, memory])


def _accepted(release: Row) -> str:
    failed = release["failed"]
    if not release["number"]:
        return "nothing yet"
    said = f"{release['accepted']} checks passed when it was released"
    return f"{said}, failed: {', '.join(failed)}" if failed else said


def _back_to(rows: Sequence[Row], now: datetime) -> list[str]:
    if not rows:
        return ["none"]
    return [_earlier(row, now) for row in rows]


def _earlier(row: Row, now: datetime) -> str:
    parts = [str(row["number"]), *([f"of {w}"] if (w := ago(row["began"], now)) else [])]
    parts += [f"commit {row['commit']}"] if row["commit"] else []
    parts += [f"schema {row['schema']}"] if row["schema"] else []
    told = ", ".join(parts)
    return told if row["possible"] else f"{told}: not possible, {'; '.join(row['why_not'])}"


def _drift(told: Row) -> list[str]:
    if not told["release"]["number"]:
        return ["nothing was released yet"]
    due = [f"{one['service']}: {one['action']}, {one['why']}" for one in told["drift"]]
    return ["; ".join(due) or "none: all is as it was released"]


def _backups(rows: Sequence[Row], now: datetime) -> list[str]:
    """Return the newest backup, and the newest that was proven where that is another."""
    proven = [row for row in rows if row["proven"]]
    told = [*rows[:1], *(proven[:1] if proven[:1] != rows[:1] else [])]
    return [_backup(row, now) for row in told] or ["none yet"]


def _backup(row: Row, now: datetime) -> str:
    proven = ago(row["proven"], now)
    parts = [str(row["name"]), ago(row["at"], now), megabytes(row["bytes"])]
    parts += [f"restored as a proof {proven}" if proven else "never proven by a restore"]
    return ", ".join([*filter(None, parts), *filter(None, [row["problem"]])])


def _audited(row: Row, now: datetime) -> str:
    which = f"{row['what']} {row['release']}" if row["release"] else str(row["what"])
    parts = [f"{which} {row['outcome']} {ago(row['at'], now)}".rstrip(), f"by {row['by']}"]
    told = ", ".join(parts)
    went_well = row["outcome"] in {"began", "done"}
    return told if went_well else f"{told}: {' '.join(row['detail'].split())[:_TOLD_CHARACTERS]}"


def _services(rows: Sequence[Row]) -> list[str]:
    cells = [_HEADER, *(_cells(row) for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(_HEADER))]
    return [
        "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip()
        for row in cells
    ]


def _cells(row: Row) -> tuple[str, ...]:
    if "container" not in row:
        return (str(row["service"]), "absent", *[""] * (len(_HEADER) - 2))
    health = "" if row["health"] == "none" else f", {row['health']}"
    ended = f" ({row['exit_code']})" if row["state"] in {"exited", "dead"} else ""
    up = row["up_seconds"]
    return (
        str(row["service"]),
        f"{row['state']}{ended}{health}",
        str(row["restarts"]),
        duration(up) if up is not None else "",
        str(row["image_id"]).removeprefix("sha256:")[:12],
        megabytes(row["image_bytes"]) if row["image_bytes"] else "",
        _of(row["memory_bytes"], row["memory_limit_bytes"], 10**6, "MB"),
        _of(row["cpu_percent"], row["cpu_limit_percent"], 1, "%"),
    )


def _of(value: float | None, limit: float | None, unit: float, name: str) -> str:
    if value is None:
        return ""
    most = f" of {limit / unit:.0f}" if limit else ""
    return f"{value / unit:.0f}{most} {name}"
