"""Frozen dataclasses as plain dicts and back: how typed objects cross to a host and return."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError

T = TypeVar("T")


def to_plain(value: Any) -> Any:
    """Return a value with every dataclass in it as a dict, and every tuple as a list."""
    if is_dataclass(value):
        return {one.name: to_plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, Mapping):
        return {key: to_plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_plain(one) for one in value]
    return value


def from_plain(cls: type[T], raw: Mapping[str, Any]) -> T:
    """Return the dataclass that `to_plain` made ``raw`` of; raise StackError for an unknown key."""
    hints: dict[str, Any] = _hints(cls)  # type: ignore[arg-type]  # a class is hashable
    if unknown := sorted(str(key) for key in raw if key not in hints):
        raise StackError(f"the key {unknown[0]!r} is unknown", where=cls.__name__)
    return cls(**{name: _typed(hints[name], one) for name, one in raw.items()})


@cache
def _hints(cls: Any) -> dict[str, Any]:
    return get_type_hints(cls)


def _typed(kind: Any, raw: Any) -> Any:
    origin, inner = get_origin(kind), get_args(kind)
    if origin is Union:  # Optional: None, or the one type
        return None if raw is None else _typed(inner[0], raw)
    if is_dataclass(kind) and isinstance(kind, type):
        return from_plain(kind, raw)
    if origin is tuple:
        return tuple(_typed(inner[0], one) for one in raw)
    if origin is not None and issubclass(origin, Mapping):
        return {key: _typed(inner[1], one) for key, one in raw.items()}
    return raw
