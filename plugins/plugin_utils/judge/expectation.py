"""Judges a JSON body by a contract's `expect`, a JMESPath expression."""

from __future__ import annotations

from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.plugin_utils.needed import lacking

try:
    import jmespath
    from jmespath.exceptions import JMESPathError
except ImportError as problem:
    raise lacking("jmespath") from problem


def meets(expect: str, body: object) -> bool:
    """Return whether ``expect`` holds for ``body``: only the result ``true`` counts.

    A value that is merely present (a non-empty string, a number) is no verdict: an expression
    that forgot its comparison must not pass by accident. Raises StackError when ``expect`` is
    not a valid expression, or cannot be applied to this body.
    """
    try:
        return jmespath.search(expect, body) is True
    except JMESPathError as problem:
        raise StackError(
            f"the expression {expect!r} cannot be evaluated: {_first_line(problem)}",
            where="run.health.expect",
            remedy="write a JMESPath comparison such as \"status == 'ok'\"",
        ) from problem


def _first_line(problem: Exception) -> str:
    lines = str(problem).splitlines()
    return lines[0] if lines else type(problem).__name__
