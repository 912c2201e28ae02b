"""YAML files read strictly: duplicate keys are errors, and every error names its line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError


class _StrictLoader(yaml.SafeLoader):
    """A SafeLoader that refuses a key given twice instead of taking the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen and key.tag != "tag:yaml.org,2002:merge":
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key.value!r} is given twice", key.start_mark
                )
            if isinstance(key, yaml.ScalarNode):
                seen.add(key.value)
        return super().construct_mapping(node, deep)


def read_yaml(path: Path, shown_as: str) -> Any:
    """Return the document in ``path``; a StackError names ``shown_as``, the line and the reason."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise StackError("the file is missing", where=shown_as) from None
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise StackError(f"the file cannot be read: {reason}", where=shown_as) from None
    except UnicodeDecodeError as error:
        raise StackError(
            f"the file is not UTF-8 (byte {error.start})",
            where=shown_as,
            remedy="save it as UTF-8",
        ) from None
    try:
        return yaml.load(text, Loader=_StrictLoader)  # noqa: S506  a SafeLoader, made stricter
    except yaml.MarkedYAMLError as error:
        raise StackError(error.problem or "bad YAML", where=_place(shown_as, error)) from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        reason = str(getattr(error, "reason", "")) or type(error).__name__
        raise StackError(f"bad YAML: {reason}", where=shown_as) from None


def _place(shown_as: str, error: yaml.MarkedYAMLError) -> str:
    mark = error.problem_mark or error.context_mark
    return f"{shown_as}, line {mark.line + 1}" if mark else shown_as
