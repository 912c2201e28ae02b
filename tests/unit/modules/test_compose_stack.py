"""compose_stack with an environment to render first: one result, and no value in it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ansible.module_utils.testing import patch_module_args
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.module_utils.contract.model import Contract
from ansible_collections.todo.stack.plugins.modules import compose_stack

MARKER = "MaRk77eRxQz9kWvBtY3dLpGhNsJc5RfT"
SECRETS = {"backend": {"DATABASE_URL": f"postgresql://todo:{MARKER}@db.example.net/todo",
                       "BETTER_AUTH_SECRET": f"{MARKER}x"}}  # fmt: skip
QUIET: dict[str, Any] = {"changed": False, "actions": [], "services": {}, "bodies": {}, "diff": {}}


class FakeStack:
    """Notes what it is to bring up, and says that nothing has changed, or fails."""

    told: dict[str, Any]
    failure: StackError | None = None

    @classmethod
    def read(cls, params: dict[str, Any], _docker: object) -> type[FakeStack]:
        cls.told = params
        return cls

    @classmethod
    def ensure(cls, *, check_mode: bool) -> dict[str, Any]:
        del check_mode
        if cls.failure:
            raise cls.failure
        return dict(QUIET)


@pytest.fixture
def run(
    contracts: list[Contract],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Any:
    """Runs the module on a stack that needs nothing; returns its result and all it printed."""
    monkeypatch.setattr(compose_stack, "Stack", FakeStack)
    monkeypatch.setattr(FakeStack, "failure", None)

    def run_module(check_mode: bool = False, **params: Any) -> tuple[dict[str, Any], str]:
        args = {
            "definition": "services: {}",
            "contracts": [contract.as_result() for contract in contracts],
            "state_dir": str(tmp_path / "state"),
            "environment": {"secrets": SECRETS},
            "_ansible_check_mode": check_mode,
            **params,
        }
        with patch_module_args(args), pytest.raises(SystemExit):
            compose_stack.main()
        out, err = capsys.readouterr()
        return json.loads(out), out + err

    return run_module


def test_a_new_environment_is_a_change_and_the_reason_that_is_told(run: Any) -> None:
    result, printed = run()
    assert (result["changed"], result["environment"]["changed"]) == (True, True)
    assert "backend" in FakeStack.told["new_environment"]
    [diff] = result["diff"]
    assert "backend: added BETTER_AUTH_SECRET\n" in diff["prepared"]
    assert MARKER not in printed


def test_the_same_environment_is_no_change(run: Any, tmp_path: Path) -> None:
    run()
    before = (tmp_path / "state/environment.json").read_bytes()
    result, _ = run()
    assert (result["changed"], result["diff"], FakeStack.told["new_environment"]) == (False, [], [])
    assert (tmp_path / "state/environment.json").read_bytes() == before


def test_a_preview_is_told_the_names_and_writes_nothing(run: Any, tmp_path: Path) -> None:
    result, printed = run(check_mode=True)
    assert result["changed"] is True
    assert "BETTER_AUTH_SECRET" in FakeStack.told["preview"]["names"]["backend"]
    assert not (tmp_path / "state").exists()
    assert MARKER not in printed


def test_a_stack_that_fails_after_a_new_environment_has_changed_the_host(
    run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FakeStack, "failure", StackError(f"said {MARKER}"))
    result, printed = run()
    assert (result["failed"], result["changed"]) == (True, True)
    assert MARKER not in printed


def test_without_an_environment_the_files_are_left_alone(run: Any, tmp_path: Path) -> None:
    result, _ = run(environment=None, new_environment=["backend"])
    assert ("environment" in result, FakeStack.told["new_environment"]) == (False, ["backend"])
    assert not (tmp_path / "state").exists()


def test_wrong_values_are_refused_in_one_list(run: Any, tmp_path: Path) -> None:
    result, printed = run(environment={"secrets": {"backend": {"DATABASE_URL": f"x{MARKER}"}}})
    assert "1 problem found, nothing was changed" in result["msg"]
    assert MARKER not in printed
    assert not (tmp_path / "state").exists()
