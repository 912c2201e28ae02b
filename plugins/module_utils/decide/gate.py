"""Whether a started service may be called healthy, must be waited for, or has failed."""

from __future__ import annotations

from dataclasses import dataclass

from ansible_collections.todo.stack.plugins.module_utils.decide.plan import Actual
from ansible_collections.todo.stack.plugins.module_utils.look.observation import ProbeResult

# The engine backs off between restarts: three come within two seconds of a start.
CRASHES = 3
OK = 200


@dataclass(frozen=True)
class Verdict:
    """``passed``, ``failed`` for good, or neither: ``why`` it is waited for."""

    passed: bool
    failed: bool
    why: str


UNSEEN = Verdict(passed=False, failed=False, why="not looked at yet")


def judge(
    container: Actual | None, restarts_before: int, answers: dict[str, ProbeResult]
) -> Verdict:
    """Return the verdict on a service: its container, and what its addresses answered.

    ``restarts_before``: the count when the wait began. ``answers``: path -> answer.
    """
    if container is None:
        return _failed("there is no container")
    crashes = container.restarts - restarts_before
    if crashes >= CRASHES:
        return _failed(f"crash loop: {crashes} restarts, last exit code {container.exit_code}")
    if container.state in {"exited", "dead"}:
        return _failed(f"it ended with code {container.exit_code}")
    if container.state != "running":
        return _waiting(f"its container is {container.state}")
    if container.health != "healthy":
        return _waiting(f"its health is {container.health}")
    for path, answer in answers.items():
        if answer.error:
            return _waiting(f"{path}: {answer.error}")
        if answer.status != OK:
            return _waiting(f"{path} answered {answer.status}")
    return Verdict(passed=True, failed=False, why="")


def _failed(why: str) -> Verdict:
    return Verdict(passed=False, failed=True, why=why)


def _waiting(why: str) -> Verdict:
    return Verdict(passed=False, failed=False, why=why)
