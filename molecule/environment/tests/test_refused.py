"""Wrong values are refused before any change, all of them in one list, and none is shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

# Parts of the secrets given below; whatever is refused, they are shown nowhere.
MARKER = "xkQ7vZ1pW"
SECRET = f"{MARKER}9rT3mB6nC2dF8gH4jL5sA0eU"

Case = tuple[dict[str, Any], list[str]]
CASES: dict[str, Case] = {
    "misspelt, out of range, another scheme, too short, a placeholder": (
        {
            "stack_env": {
                "backend": {"PROT": "8000", "HOST": "no address"},
                "frontend": {"PORT": 70000, "NEXT_PUBLIC_API_URL": "backend"},
            },
            "stack_secrets": {
                "backend": {
                    "DATABASE_URL": f"mysql://u:{SECRET}@db.example/todo",
                    "BETTER_AUTH_SECRET": MARKER,
                    "OPENAI_API_KEY": "changeme",
                }
            },
            "stack_bind_address": "everywhere",
        },
        ["backend.PROT", "PORT", "backend.HOST", "frontend.PORT", "frontend.NEXT_PUBLIC_API_URL",
         "backend.DATABASE_URL", "backend.BETTER_AUTH_SECRET", "backend.OPENAI_API_KEY",
         "stack_bind_address"],
    ),
    "no port, null, localhost, one character, quotes": (
        {
            "stack_env": {"backend": {"PORT": "8000:80"}, "frontend": {"NODE_ENV": None}},
            "stack_secrets": {
                "backend": {
                    "DATABASE_URL": f"postgresql://u:{SECRET}@localhost:5432/todo",
                    "BETTER_AUTH_SECRET": "z" * 40,
                    "OPENAI_API_KEY": f"'{SECRET}'",
                }
            },
        },
        ["backend.PORT", "frontend.NODE_ENV", "backend.DATABASE_URL",
         "backend.BETTER_AUTH_SECRET", "backend.OPENAI_API_KEY"],
    ),
    "blank, bad port, trailing newline, undeclared service": (
        {
            "stack_env": {"frontend": {"PORT": True}, "fronted": {"PORT": 3000}},
            "stack_secrets": {
                "backend": {
                    "DATABASE_URL": f"postgresql://u:{SECRET}@db.example:99999/todo",
                    "BETTER_AUTH_SECRET": "   ",
                    "OPENAI_API_KEY": f"{SECRET}\n",
                }
            },
        },
        ["frontend.PORT", "fronted", "backend.DATABASE_URL", "backend.BETTER_AUTH_SECRET",
         "backend.OPENAI_API_KEY"],
    ),
    "addresses that lead nowhere": (
        {
            "stack_env": {"frontend": {"NEXT_PUBLIC_API_URL": "http://backend:8000/?x=1"}},
            "stack_secrets": {
                "backend": {"DATABASE_URL": f"postgresql://u:{SECRET}@nobody.invalid/todo?schema="}
            },
        },
        ["frontend.NEXT_PUBLIC_API_URL"],
    ),
    "production without what is required": (
        {"stack_production": True},
        ["backend.DATABASE_URL", "backend.BETTER_AUTH_SECRET"],
    ),
    "a service without a contract": (
        {"stack_services": ["backend", "frontend", "worker"]},
        ["worker"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_what_is_wrong_is_told_in_one_list_and_changes_nothing(
    name: str, run_play: Any, unchanged: Callable[[], bool]
) -> None:
    variables, expected = CASES[name]
    run = run_play("site.yml", "--diff", "-vv", variables=variables)
    assert run.code != 0, run.output
    refusal = run.output[run.output.index("fatal:") :]
    assert [one for one in expected if one not in refusal] == [], run.output
    assert run.recap("todo-environment")["changed"] == 0
    assert MARKER not in run.output
    assert unchanged()


def test_a_wrong_contract_is_refused_by_file_and_path(
    run_play: Any, project_copy: Any, unchanged: Callable[[], bool]
) -> None:
    contract = project_copy / "backend/contract.yml"
    contract.write_text(contract.read_text().replace("port: 8000", "port: eight"))
    run = run_play("site.yml", variables={"stack_project_dir": str(project_copy)})
    assert run.code != 0
    assert "backend/contract.yml" in run.output
    assert "run.port" in run.output
    assert unchanged()


def test_a_taken_port_is_refused_by_its_owner(
    eyes: Any, run_play: Any, unchanged: Callable[[], bool]
) -> None:
    eyes.run("systemd-run", "--unit=squatter", "python3", "-m", "http.server", "--bind",
             "127.0.0.2", "8000")  # fmt: skip
    try:
        run = run_play("site.yml", variables={"stack_bind_address": "127.0.0.2"})
        assert run.code != 0
        assert "8000" in run.output
        assert "python3" in run.output
        assert unchanged()
    finally:
        eyes.run("systemctl", "stop", "squatter")
