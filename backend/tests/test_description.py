"""The API does what its own OpenAPI document says, and refuses what that does not allow.

For a longer search: TEST_EXAMPLES=200 TEST_SEED=7.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from app.accounts import attempts
from app.main import create_app

from .conftest import BACKEND, settings
from .description import document
from .live import live
from .people import signed_up
from .stand_in import standing_in

EXAMPLES = os.environ.get("TEST_EXAMPLES", "15")
SEED = os.environ.get("TEST_SEED", "1")
RULES = Path(__file__).with_name("schemathesis.toml")


def test_the_document_that_clients_are_made_from_is_the_applications_own() -> None:
    kept = json.loads((BACKEND / "openapi.json").read_text())
    assert kept == document(), "`make types` writes it anew, and the frontend's types with it"


async def test_generated_requests_find_no_difference(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for limit in ("FOR_ACCOUNT", "FROM_ADDRESS"):
        monkeypatch.setattr(attempts, limit, 1_000_000)
    with standing_in() as stand_in:
        app = create_app(
            settings(database_url, openai_api_key=SecretStr("x"), openai_base_url=stand_in.base_url)
        )
        document = tmp_path / "openapi.json"
        document.write_text(json.dumps(app.openapi()))
        with live(app) as port:
            base_url = f"http://127.0.0.1:{port}"
            async with httpx.AsyncClient(base_url=base_url) as client:
                token = (await signed_up(client, "ada"))["access_token"]
            found = run_schemathesis(document, base_url, token)
    assert found.returncode == 0, found.stdout + found.stderr


def run_schemathesis(document: Path, base_url: str, token: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", "--config-file", RULES, "run", document),
            *("--url", base_url, "--header", f"Authorization: Bearer {token}"),
            *("--checks", "all", "--max-examples", EXAMPLES, "--seed", SEED),
            *("--generation-database", "none", "--no-color"),
        ],
        # It leaves a cache where it runs.
        cwd=document.parent,
        env={**os.environ, "PYTHONPATH": str(BACKEND)},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
