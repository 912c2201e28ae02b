"""What the action plugins share: options refused by name, values judged, refusals without them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.contract.errors import Problem, ProblemList
from ansible_collections.todo.stack.plugins.module_utils.contract.suggest import did_you_mean


def option_problems(
    args: Mapping[str, Any], known: Iterable[str], required: Iterable[str] = ()
) -> list[Problem]:
    """Return the options of a task that are unknown or missing; never what they hold."""
    names = list(known)
    unknown = [
        Problem("there is no such option", str(name), did_you_mean(name, names))
        for name in args
        if name not in names
    ]
    missing = [Problem("is required", name) for name in required if args.get(name) is None]
    return unknown + missing


def judged(judge: Callable[[], list[Problem]]) -> list[Problem]:
    """Return what ``judge`` finds or raises; of an unforeseen exception only the type is told."""
    try:
        return judge()
    except ProblemList as found:
        return found.problems
    except Exception as error:
        what = f"unexpected {type(error).__name__} while judging the input"
        return [Problem(what, "controller", "check that the options have the documented form")]


def refusal(problems: list[Problem]) -> dict[str, Any]:
    """Return the result of a task that is refused."""
    return {"failed": True, "changed": False, "msg": str(ProblemList(problems))}
