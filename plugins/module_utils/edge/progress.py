"""What is under way, told in a file to whoever watches: the controller reads it while we run."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any


def tell(file: Path | None, steps: Sequence[Mapping[str, Any]]) -> None:
    """Write the steps: each ``target``, ``step``, and when it ``started``, in seconds of the epoch.

    The reader may be another user, and must never find half of them.
    """
    if file is None:
        return
    with suppress(OSError):  # nothing fails for want of onlookers
        fresh = file.with_suffix(".new")
        fresh.write_text(json.dumps(list(steps)))
        fresh.chmod(0o644)
        fresh.replace(file)


def silence(file: Path | None) -> None:
    """Say that nothing is under way any more."""
    if file is not None:
        with suppress(OSError):
            file.unlink(missing_ok=True)
