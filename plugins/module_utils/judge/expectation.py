"""Judges a JSON body by a contract's `expect`, with the JMESPath library that is handed in."""

from __future__ import annotations

from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.module_utils.judge.fault import Expect


def expectation(jmespath: Any) -> Expect:
    """Return the judgement that an expression is true of a body: only the result ``true`` counts.

    A value that is merely present (a non-empty string, a number) is no verdict: an expression
    that forgot its comparison must not pass by accident.
    """

    def meets(expression: str, body: object) -> bool:
        try:
            return jmespath.search(expression, body) is True
        except jmespath.exceptions.JMESPathError as problem:
            lines = str(problem).splitlines()
            raise StackError(
                f"the expression {expression!r} cannot be evaluated: "
                f"{lines[0] if lines else type(problem).__name__}",
                where="expect",
                remedy="write a JMESPath comparison such as \"status == 'ok'\"",
            ) from problem

    return meets
