"""Another shell, another client's settings and another folder: the same stack, and no change."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .conftest import Run, docker, play

SHELL = {
    "DOCKER_CONTEXT": "elsewhere", "DOCKER_API_VERSION": "1.23",
    "DOCKER_DEFAULT_PLATFORM": "linux/s390x", "DOCKER_CONTENT_TRUST": "1",
    "COMPOSE_PROFILES": "*", "COMPOSE_FILE": "none.yaml", "COMPOSE_PROJECT_NAME": "other",
    "COMPOSE_ENV_FILES": "none.env", "BUILDX_BUILDER": "elsewhere", "TZ": "Asia/Tokyo",
    "POSTGRES_IMAGE": "other:1", "SOURCE_DATE_EPOCH": "1",
}  # fmt: skip
CLIENT = {
    "currentContext": "elsewhere",
    "proxies": {"default": {"httpProxy": "http://p.invalid:1"}},
}


def test_a_run_from_a_foreign_shell_changes_nothing(
    stack: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listing = ("ps", "--no-trunc", "--format", "{{.ID}} {{.Names}}")
    before = docker(*listing)
    (tmp_path / "config.json").write_text(json.dumps(CLIENT))
    with monkeypatch.context() as patched:
        for name, value in {**SHELL, "DOCKER_CONFIG": str(tmp_path)}.items():
            patched.setenv(name, value)
        run = play("local.yml")
        assert (run.code, run.changed) == (0, 0), run.output
        assert play("verify.yml").code == 0
    assert docker(*listing) == before
