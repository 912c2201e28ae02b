"""One row of the acceptance table: a criterion, what was measured and what is allowed."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Union

Value = Union[int, float, str, None]

BUILD_REMEDY = "run playbooks/local.yml, which builds and starts the stack"


@dataclass(frozen=True)
class Finding:
    """What a criterion found: ``fault`` fails it, ``note`` is said in any case.

    ``measured`` and ``limit`` are both in ``unit``, or plain text. ``relaxed``: how many of its
    demands were not made, on purpose.
    """

    measured: Value
    limit: Value
    fault: str = ""
    note: str = ""
    unit: str = ""
    relaxed: int = 0


@dataclass(frozen=True)
class Check:
    """A criterion of a service: ``measured`` beside ``limit``, both in ``unit`` (or plain text)."""

    service: str
    criterion: str
    passed: bool
    measured: Value
    limit: Value
    unit: str = ""
    message: str = ""
    relaxed: int = 0

    @property
    def id(self) -> str:
        """Return the name a user knows the check by, such as ``backend.health``."""
        return f"{self.service}.{self.criterion}"

    def as_result(self) -> dict[str, Any]:
        """Return the check as a module result's row."""
        return {"id": self.id, **asdict(self)}


def made(service: str, criterion: str, finding: Finding) -> Check:
    """Return the row that tells a finding."""
    message = "; ".join(text for text in (finding.fault, finding.note) if text)
    return Check(
        service,
        criterion,
        not finding.fault,
        finding.measured,
        finding.limit,
        finding.unit,
        message,
        finding.relaxed,
    )
