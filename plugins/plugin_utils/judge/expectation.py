"""Judges a JSON body by a contract's `expect`, with the controller's JMESPath."""

from __future__ import annotations

import jmespath
import jmespath.exceptions
from ansible_collections.todo.stack.plugins.module_utils.judge.expectation import expectation

meets = expectation(jmespath)
