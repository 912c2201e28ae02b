"""Help with misspelt names."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def did_you_mean(name: object, known: Iterable[str]) -> str:
    """Return ``did you mean X?`` for the known name closest to ``name``, or ""."""
    by_lower = {real.lower(): real for real in known}
    close = difflib.get_close_matches(str(name).lower(), list(by_lower), n=1, cutoff=0.7)
    return f"did you mean {by_lower[close[0]]}?" if close else ""
