"""YAML files read strictly: duplicate keys are errors, and every error names its line."""

from __future__ import annotations

import re
from collections.abc import Hashable
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError

_YAML = "tag:yaml.org,2002:"
_PLAIN = frozenset(
    f"{_YAML}{kind}" for kind in ("map", "seq", "str", "int", "float", "bool", "null")
)
_NUMBERS = frozenset([f"{_YAML}int", f"{_YAML}float"])
_GUESSED = frozenset([f"{_YAML}timestamp", f"{_YAML}value"])
_TEMPLATE = re.compile(r"[^'\"#]*\{[{%]")
_UNKNOWN_TAG = "could not determine a constructor for the tag"
_QUOTE = "put it in quotes"
_RESET = "!reset"
# What the parser says -> what is meant, where its words do not tell, and what to do.
_REMEDIES = (
    (r"character '\t'", "a line is indented with a tab", "use blanks"),
    ("cannot start any token", "", _QUOTE),
    ("a key must be", "", _QUOTE),
    ("unexpected end of stream", "a quote is not closed", "close it"),
    ("another document", "it holds a second document", "keep one"),
    ("undefined alias", "", f"define it above with &, or {_QUOTE} if it is none"),
    (
        "expected ',' or",
        "a { or [ is not closed, or a value in it holds a colon",
        "close it, or put the value in quotes",
    ),
    ("mapping values are not allowed", "a value holds a colon and a blank", _QUOTE),
    ("unconstructable recursive", "a value contains itself by an alias", "write it out"),
    ("is not known here", "", "leave the tag out: the values of this file are plain"),
    ("this is no", "", "leave the tag out"),
)


class _StrictLoader(yaml.SafeLoader):
    """Refuses a key given twice and what is no plain value. A key is a text, as it is written."""

    def resolve(self, kind: type[yaml.Node], value: Any, implicit: Any) -> str:
        """Return the tag of a value without one: dates and 22:22 are texts."""
        tag: str = super().resolve(kind, value, implicit)  # type: ignore[no-untyped-call]
        text = tag in _GUESSED or (tag in _NUMBERS and ":" in value)
        return f"{_YAML}str" if text else tag

    def compose_mapping_node(self, anchor: dict[Any, Any]) -> yaml.MappingNode:
        """Judge the keys where they are read: later, merged ones stand among them."""
        node = super().compose_mapping_node(anchor)
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise _error(f"a key must be a text, this one is a {key.id}", key)
            if key.value in seen:
                raise _error(f"the key {key.value!r} is given twice", key)
            seen.add(key.value)
        return node

    def construct_document(self, node: yaml.Node) -> Any:
        """Construct in the order of the file: what is merged is complete, none contains itself."""
        return self.construct_object(node, deep=True)

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        """Construct a value; a text that is none of its kind is an error with its line."""
        if node.tag.startswith(_YAML) and node.tag not in _PLAIN:
            raise _error(f"{_UNKNOWN_TAG} {node.tag!r}", node)
        try:
            return super().construct_object(node, deep)
        except (ValueError, LookupError) as error:
            raise _error(f"this is no {node.tag.removeprefix(_YAML)}", node) from error

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """Return the mapping with what it merges."""
        self.flatten_mapping(node)
        return {key.value: self.construct_object(value, deep) for key, value in node.value}


class _ComposeLoader(_StrictLoader):
    """Takes the tags of compose: !reset takes a value away, !override and others change nothing."""

    def resolve(self, kind: type[yaml.Node], value: Any, implicit: Any) -> str:
        """Return the tag of a value without one: yes and no are texts."""
        tag = super().resolve(kind, value, implicit)
        text = tag == f"{_YAML}bool" and value.lower() not in {"true", "false"}
        return f"{_YAML}str" if text else tag

    def compose_mapping_node(self, anchor: dict[Any, Any]) -> yaml.MappingNode:
        """Leave out what is reset."""
        node = super().compose_mapping_node(anchor)
        node.value = [pair for pair in node.value if pair[1].tag != _RESET]
        return node

    def compose_sequence_node(self, anchor: dict[Any, Any]) -> yaml.SequenceNode:
        """Leave out what is reset."""
        node = super().compose_sequence_node(anchor)
        node.value = [one for one in node.value if one.tag != _RESET]
        return node


def _untagged(loader: _ComposeLoader, _name: str, node: Any) -> Any:
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_scalar(node)


_ComposeLoader.add_multi_constructor("!", _untagged)


def read_text(path: Path, shown_as: str) -> str:
    """Return the text of ``path`` with the line ends of Unix; a StackError names ``shown_as``."""
    try:
        return path.read_text(encoding="utf-8-sig")
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


def read_yaml(path: Path, shown_as: str, *, compose: bool = False) -> Any:
    """Return the document in ``path``; a StackError names ``shown_as``, the line and the reason.

    ``compose``: with the tags of a compose file.
    """
    text = read_text(path, shown_as)
    try:
        return _parsed(text, compose)
    except yaml.MarkedYAMLError as error:
        raise _explained(error, text, shown_as) from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        reason = str(getattr(error, "reason", "")) or type(error).__name__
        raise StackError(f"bad YAML: {reason}", where=shown_as) from None


@cache
def _parsed(text: str, compose: bool) -> Any:
    """Parse a text once: a compose file is read for its name, services and references."""
    return yaml.load(text, Loader=_ComposeLoader if compose else _StrictLoader)  # noqa: S506


def _error(problem: str, node: yaml.Node) -> yaml.constructor.ConstructorError:
    return yaml.constructor.ConstructorError(None, None, problem, node.start_mark)


def _explained(error: yaml.MarkedYAMLError, text: str, shown_as: str) -> StackError:
    mark = error.problem_mark or error.context_mark
    where = f"{shown_as}, line {mark.line + 1}" if mark else shown_as
    lines = text.splitlines()
    said = error.problem or "bad YAML"
    if mark and mark.line < len(lines) and _TEMPLATE.match(lines[mark.line]):
        what = "an unquoted {{ }} or {% %} is no text in YAML"
        remedy = "put it in quotes; this file is no template, so it stands for itself then"
        return StackError(what, where=where, remedy=remedy)
    said = re.sub(rf"{_UNKNOWN_TAG} '(.*)'", r"the tag \1 is not known here", said).replace(
        _YAML, "!!"
    )
    for needle, what, remedy in _REMEDIES:
        if needle in said:
            return StackError(what or said, where=where, remedy=remedy)
    return StackError(said, where=where)
