"""What is wrong with a YAML file is told with its line and what to do, and is never a crash."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.plugin_utils.contract.strict_yaml import read_yaml

TEMPLATE = "an unquoted {{ }} or {% %} is no text in YAML -> put it in quotes"
TAG = "is not known here -> leave the tag out"


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("service: {{ x }}\n", 1, TEMPLATE),
        ("a: b\nservice: {{x}}-y\n", 2, TEMPLATE),
        ("a: {{ x }}/b\n", 1, TEMPLATE),
        ("{{ x }}: y\n", 1, TEMPLATE),
        ("a: [ {{ x }} ]\n", 1, TEMPLATE),
        ("a: {b: {{ x }}}\n", 1, TEMPLATE),
        ("- {{ x }}\n", 1, TEMPLATE),
        ("a:\n  b: {{ x | default('y') }}\n", 2, TEMPLATE),
        ("a: &b {{ x }}  # why\n", 1, TEMPLATE),
        ("a: {% if x %}\n", 1, TEMPLATE),
        ("env:\n  {{ name }}: {purpose: x}\n", 2, TEMPLATE),
        ("a: b\n? [a, b]\n: c\n", 2, "a key must be a text, this one is a sequence -> put it"),
        ("[a]: b\n", 1, "a key must be a text, this one is a sequence"),
        ("{a: b}: c\n", 1, "a key must be a text, this one is a mapping"),
        ("a: {[b]: c}\n", 1, "a key must be a text"),
        ("a:\n  {b: c}: d\n", 2, "a key must be a text"),
        ("a: 1\n1: 2\n1: 3\n", 3, "the key '1' is given twice"),
        ("a: 1\n'a': 3\n", 2, "the key 'a' is given twice"),
        ("&a a: b\n*a : c\n", 1, "the key 'a' is given twice"),
        ("a: &a {b: c}\nd:\n  <<: *a\n  <<: *a\n", 4, "the key '<<' is given twice"),
        ("a: !vault |\n  $ANSIBLE_VAULT\n", 1, f"the tag !vault {TAG}"),
        ("a: b\nc: !unsafe d\n", 2, f"the tag !unsafe {TAG}"),
        ("a: !override b\n", 1, f"the tag !override {TAG}"),
        ("a: !!python/object:os.system x\n", 1, f"the tag !!python/object:os.system {TAG}"),
        ("a: !!set {b}\n", 1, f"the tag !!set {TAG}"),
        ("a: !!omap [b: c]\n", 1, f"the tag !!omap {TAG}"),
        ("a: !!binary '*'\n", 1, f"the tag !!binary {TAG}"),
        ("a: !!timestamp x\n", 1, f"the tag !!timestamp {TAG}"),
        ("a: !!int x\n", 1, "this is no int -> leave the tag out"),
        ("a: !!float x\n", 1, "this is no float"),
        ("a: b\nc: !!bool x\n", 2, "this is no bool"),
        ("a: !!map x\n", 1, "this is no map"),
        ("a: !!seq x\n", 1, "expected a sequence node"),
        ("a: !!str [x]\n", 1, "expected a scalar node"),
        ("a: {b: c: d}\n", 1, "a { or [ is not closed, or a value in it holds a colon -> close it"),
        ("a: [b, c\nd: e\n", 2, "a { or [ is not closed"),
        ("a: *nope\n", 1, "found undefined alias 'nope' -> define it above with &"),
        ("a: &x\n  b: *x\n", 1, "a value contains itself by an alias"),
        ("a: &x [*x]\n", 1, "a value contains itself by an alias"),
        ("a: {<<: b}\n", 1, "expected a mapping or list of mappings for merging"),
        ("--- a\n--- b\n", 2, "it holds a second document -> keep one"),
        ("a: b\nc: 'x\n", 3, "a quote is not closed -> close it"),
        ("a:\n\t- b\n", 2, "a line is indented with a tab -> use blanks"),
        ("a: @x\n", 1, "found character '@' that cannot start any token -> put it in quotes"),
        ("a: `x`\n", 1, "cannot start any token -> put it in quotes"),
        ("a: %x\n", 1, "cannot start any token -> put it in quotes"),
        ("a: b: c\n", 1, "a value holds a colon and a blank -> put it in quotes"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(
    tmp_path: Path, text: str, line: int, said: str
) -> None:
    (tmp_path / "f").write_text(text)
    with pytest.raises(StackError) as refused:
        read_yaml(tmp_path / "f", "backend/contract.yml")
    assert str(refused.value).startswith(f"backend/contract.yml, line {line}: ")
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a: '{{ x }}'\n", {"a": "{{ x }}"}),
        ("a: x {{ y }}\n", {"a": "x {{ y }}"}),
        ("# {{ x }}\na: b\n", {"a": "b"}),
        ("yes: 1\n1: b\n~: c\n0x1: d\n", {"yes": 1, "1": "b", "~": "c", "0x1": "d"}),
        ("a: 2026-01-01\nb: 2026-13-45\n", {"a": "2026-01-01", "b": "2026-13-45"}),
        ("a: 22:22\nb: =\n", {"a": "22:22", "b": "="}),
        ("a: 12\nb: 1.5\nc: yes\nd: [~, x]\n", {"a": 12, "b": 1.5, "c": True, "d": [None, "x"]}),
    ],
)
def test_plain_values_are_what_they_look_like(
    tmp_path: Path, text: str, found: dict[str, Any]
) -> None:
    (tmp_path / "f").write_text(text)
    assert read_yaml(tmp_path / "f", "f") == found


def test_a_merged_mapping_may_merge_and_override_itself_at_any_depth(tmp_path: Path) -> None:
    text = "x: {y: {z: &h {<<: &g {a: 1, b: 2}, b: 3}}}\nlow: {<<: *h, c: 4}\ntwo: {<<: [*g, *h]}\n"
    (tmp_path / "f").write_text(text)
    found = read_yaml(tmp_path / "f", "f")
    assert (found["low"], found["two"]) == ({"a": 1, "b": 3, "c": 4}, {"a": 1, "b": 2})


def test_what_did_not_change_is_parsed_once(tmp_path: Path) -> None:
    file = tmp_path / "a.yml"
    file.write_text("a: 1")
    assert read_yaml(file, "a.yml") is read_yaml(file, "a.yml")
    file.write_text("a: 2")
    assert read_yaml(file, "a.yml") == {"a": 2}
