"""Why a build failed, from what BuildKit and its client told."""

from __future__ import annotations

from collections.abc import Sequence

from ansible_collections.todo.stack.plugins.module_utils.build.progress import BuildProgress
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError

_LOST = ("error reading from server", "Cannot connect to the Docker daemon", "transport is closing")
_FULL = ("no space left on device", "disk quota exceeded")
_SILENT = "the build failed without a word"


def build_failure(progress: BuildProgress) -> StackError:
    """Return the error of a build that BuildKit gave up, with the step's last lines."""
    told = _verdict(progress.messages)
    failed = progress.failed_step()
    step, log = failed if failed else (None, [])
    where = step.name if step else "docker buildx bake"
    heard = " ".join([told, step.error if step else "", *log]).lower()
    if any(sign in heard for sign in _FULL):
        return StackError(
            "disk full during the build", where=where, remedy="free space, then run again", log=log
        )
    if step is None and (any(sign in told for sign in _LOST) or told.endswith("EOF")):
        return StackError(
            f"the engine was lost during the build: {told}",
            where=where,
            remedy="start the engine and run again; the old tags are untouched",
        )
    if step is None:
        marked = " ".join(line for line in progress.messages if ">>>" in line)
        return StackError(
            " ".join([told or _SILENT, *([f"({marked})"] if marked else [])]), where=where
        )
    return StackError(step.error, where=where, remedy="the step's last lines are in `log`", log=log)


def too_slow(progress: BuildProgress, service: str, limit: float) -> StackError:
    """Return the error of an image that was not built within its budget of seconds."""
    running = ", ".join(step.name for target, step in progress.under_way() if target == service)
    return StackError(
        f"{service}: the build was stopped at its time budget of {limit:g} s, no tag was moved",
        where=running or "docker buildx bake",
        remedy="make the build shorter or raise build.budget.seconds",
    )


def _verdict(messages: Sequence[str]) -> str:
    """Return the CLI's own last word, which it marks with ERROR, or the last it said."""
    errors = [line for line in messages if line.startswith("ERROR:")]
    return (errors or list(messages[-3:]) or [""])[-1].removeprefix("ERROR:").strip()
