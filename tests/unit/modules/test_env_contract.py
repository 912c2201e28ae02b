"""The module env_contract as it is run: its result, its one failure, and nothing shown."""

from __future__ import annotations

import base64
import json
import urllib.parse
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.module_utils.testing import patch_module_args
from ansible_collections.todo.stack.plugins.module_utils.contract.model import Contract
from ansible_collections.todo.stack.plugins.module_utils.release import rendering
from ansible_collections.todo.stack.plugins.modules import env_contract

MARKER = "MaRk/eR+77&x=Qz9$kW#vB%tY"
PASSWORD = urllib.parse.quote(MARKER, safe="")
URL = f"postgresql://todo:{PASSWORD}@db.example.net/todo"
SECRETS = {
    "backend": {
        "DATABASE_URL": URL,
        "BETTER_AUTH_SECRET": f"{MARKER}-{MARKER}",
        "OPENAI_API_KEY": f"first line {MARKER}\nsecond line {MARKER}",
    }
}
RunModule = Callable[..., tuple[dict[str, Any], str]]


@pytest.fixture
def run_module(
    contracts: list[Contract], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> RunModule:
    """Runs the module in this process; returns its result and everything it printed."""

    def run(check_mode: bool = False, **params: Any) -> tuple[dict[str, Any], str]:
        args = {
            "contracts": [contract.as_result() for contract in contracts],
            "state_dir": str(tmp_path / "state"),
            "_ansible_check_mode": check_mode,
            **params,
        }
        with patch_module_args(args), pytest.raises(SystemExit):
            env_contract.main()
        out, err = capsys.readouterr()
        return json.loads(out), out + err

    return run


def forms(value: str) -> list[str]:
    raw = value.encode()
    return [
        value,
        base64.b64encode(raw).decode().rstrip("="),
        base64.urlsafe_b64encode(raw).decode().rstrip("="),
        raw.hex(),
        urllib.parse.quote(value, safe=""),
        urllib.parse.quote_plus(value),
        json.dumps(value)[1:-1],
        repr(value)[1:-1],
    ]


def shown(output: str) -> list[str]:
    return [form for form in forms(MARKER) if form in output]


def test_a_run_returns_names_and_no_value(run_module: RunModule) -> None:
    result, output = run_module(secrets=SECRETS)
    assert result["changed"]
    assert result["services"]["backend"]["added"] == [
        "BETTER_AUTH_SECRET", "DATABASE_URL", "HOST", "OPENAI_API_KEY", "PORT",
    ]  # fmt: skip
    assert result["unset"] == [
        "backend.OPENAI_BASE_URL",
        "backend.OPENAI_MODEL",
        "backend.FORWARDED_ALLOW_IPS",
        "backend.METRICS_TOKEN",
        "frontend.FORWARDED_ALLOW_IPS",
    ]
    assert result["generated"] == result["embedded"] == []
    assert "backend: added DATABASE_URL" in result["diff"]["prepared"]
    assert shown(output) == []


def test_bad_input_fails_with_one_list_and_no_value(run_module: RunModule, tmp_path: Path) -> None:
    secrets = {"backend": {"DATABASE_URL": URL + "\n", "BETTER_AUTH_SECRET": f"'{MARKER}'"}}
    result, output = run_module(secrets=secrets, env={"backend": {"OPENAI_KEY": MARKER}})
    assert result["failed"]
    assert result["msg"].startswith("3 problems found, nothing was changed:")
    assert shown(output) == []
    assert not (tmp_path / "state").exists()


@pytest.mark.parametrize("form", forms(MARKER) + forms(URL) + [MARKER + MARKER, URL[::-1]])
def test_a_crash_with_a_secret_in_its_text_shows_its_type_only(
    run_module: RunModule, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    def crash(*_args: object) -> None:
        raise RuntimeError(f"unexpected: {form}")

    monkeypatch.setattr(rendering, "ensure_environment", crash)
    result, output = run_module(secrets=SECRETS)
    assert result["msg"] == "unexpected RuntimeError while rendering the environment"
    assert shown(output) == []
    assert form not in output


def test_contracts_of_another_form_fail_without_a_traceback(run_module: RunModule) -> None:
    result, output = run_module(contracts=[{"service": MARKER}], secrets=SECRETS)
    assert result["msg"] == "unexpected KeyError while rendering the environment"
    assert "Traceback" not in output


def test_check_mode_predicts_and_writes_nothing(run_module: RunModule, tmp_path: Path) -> None:
    predicted, _ = run_module(check_mode=True, secrets=SECRETS)
    assert not (tmp_path / "state").exists()
    done, _ = run_module(secrets=SECRETS)
    for result in (predicted, done):
        result.pop("invocation")
    assert predicted.pop("preview")["names"]["migrate"]
    assert predicted == done


def test_the_documentation_has_the_options_and_results_that_there_are(
    run_module: RunModule,
) -> None:
    options = yaml.safe_load(env_contract.DOCUMENTATION)["options"]
    assert set(options) == set(env_contract.ARGUMENT_SPEC)
    for name, spec in env_contract.ARGUMENT_SPEC.items():
        assert options[name]["type"] == spec["type"]
        assert options[name].get("default") == spec.get("default")
    result, _ = run_module(secrets=SECRETS)
    common = {"changed", "diff", "invocation"}
    documented = yaml.safe_load(env_contract.RETURN)
    always = {name for name in documented if documented[name]["returned"] == "success"}
    assert set(result) - common == always
