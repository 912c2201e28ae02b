"""Measured values as people read them."""

from __future__ import annotations

MEGABYTE = 1_000_000
MINUTE_SECONDS = 60


def human(value: object, unit: str = "") -> str:
    """Return a value of ``unit`` ("bytes", "seconds" or text) in decimal MB, seconds or as is."""
    if value is None:
        return "unknown"
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if unit == "bytes":
            return megabytes(value)
        if unit == "seconds":
            return seconds(value)
    return str(value)


def megabytes(size_bytes: float) -> str:
    """Return bytes as decimal megabytes: the budget's own measure."""
    if 0 < size_bytes < MEGABYTE / 10:
        return f"{size_bytes / 1000:.1f} kB"
    return f"{size_bytes / MEGABYTE:.1f} MB"


def seconds(duration: float) -> str:
    """Return seconds, whole ones where the tenth says nothing."""
    return f"{duration:.0f} s" if duration >= MINUTE_SECONDS else f"{duration:.1f} s"
