"""Which day it is for who sends a request: what is due today is due there."""

from datetime import UTC, date, datetime, tzinfo
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import Depends, Header

LONGEST_NAME = 64


def zone_of(name: str | None) -> tzinfo:
    """Return the time zone of that name; UTC where there is none, or none that is known here.

    A browser can know zones that this server's data does not: that must not cost it its tasks.
    """
    if not name or len(name) > LONGEST_NAME:
        return UTC
    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        return UTC


def now() -> datetime:
    """Return the time; in one place, so that a test can set the clock."""
    return datetime.now(UTC)


def _today(
    zone: Annotated[
        str | None,
        Header(
            alias="X-Time-Zone",
            description="Where it is today, like Pacific/Auckland; one that is not known is UTC",
        ),
    ] = None,
) -> date:
    return now().astimezone(zone_of(zone)).date()


Today = Annotated[date, Depends(_today)]
