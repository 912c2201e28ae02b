"""The module's face: documented options are the accepted ones, and no code is left on a host."""

from __future__ import annotations

import yaml
from ansible_collections.todo.stack.plugins.modules import acceptance


def test_the_documented_options_are_the_accepted_ones() -> None:
    documented = yaml.safe_load(acceptance.DOCUMENTATION)["options"]
    assert list(documented) == list(acceptance.ARGUMENT_SPEC)
    for name, option in documented.items():
        spec = acceptance.ARGUMENT_SPEC[name]
        for key in ("type", "elements", "default"):
            assert option.get(key) == spec.get(key), name
        assert option.get("required", False) == spec.get("required", False)


def test_it_documents_and_does_nothing() -> None:
    assert yaml.safe_load(acceptance.RETURN).keys() >= {"passed", "failed_checks", "artifacts"}
    assert not hasattr(acceptance, "main")
