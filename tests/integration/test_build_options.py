"""The options of image_build on a real engine, and what of them is left behind."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.todo.stack.tests.integration.conftest import Bench, docker

pytestmark = pytest.mark.engine
MOUNTS = "--mount=type=secret,id=file --mount=type=secret,id=value --mount=type=secret,id=ca"


def test_secrets_contexts_and_labels_reach_the_build_and_values_stay_nowhere(
    bench: Bench, tmp_path: Path
) -> None:
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared/lib.txt").write_text("shared")
    (tmp_path / "secret").write_text("marker-file")
    (tmp_path / "ca.crt").write_text("marker-ca")
    # What the step runs is in the history: it may count the secrets and not name them.
    check = (
        'cd /run/secrets && test "$(cat file value ca | wc -c)" = 32 && test ${#HTTP_PROXY} = 33'
    )
    bench.dockerfile("COPY --from=lib lib.txt /lib.txt", f"RUN {MOUNTS} {check}")
    image: dict[str, Any] = {
        "contexts": {"lib": str(tmp_path / "shared")},
        "secrets": [
            {"id": "file", "file": str(tmp_path / "secret")},
            {"id": "value", "value": "marker-value"},
        ],
        "labels": {"vendor": "example"},
    }
    options = {
        "ca_bundle": str(tmp_path / "ca.crt"),
        "proxies": {"HTTP_PROXY": "http://u:marker-proxy@127.0.0.1:9"},
    }
    built = bench.build("-vvv", image=image, **options)
    assert built.get("changed") is True, built
    reference = f"{bench.image}:latest"
    kept = docker("image", "inspect", reference) + docker("history", "--no-trunc", reference)
    records = (bench.folder / "state/builds.json").read_text()
    assert "marker" not in kept + records + json.dumps({**built, "invocation": ""})
    assert "marker-value" not in json.dumps(built)
    assert json.loads(docker("image", "inspect", reference))[0]["Config"]["Labels"]["vendor"]
    assert bench.build(image=image, **options)["changed"] is False

    (tmp_path / "secret").write_text("marker-other")
    (tmp_path / "shared/lib.txt").write_text("other")
    preview = bench.build("--check", image=image, **options)
    assert preview["reason"] == "one: [lib] lib.txt changed, secret file changed"


def test_a_failing_step_that_prints_its_secret_shows_none(bench: Bench) -> None:
    bench.dockerfile("RUN --mount=type=secret,id=a cat /run/secrets/a && exit 3")
    failed = bench.build("-vvv", image={"secrets": [{"id": "a", "value": "marker-value"}]})
    assert failed["failed"] is True
    assert "exit code: 3" in failed["msg"]
    assert "marker-value" not in json.dumps(failed)


def test_a_platform_that_is_none_is_refused_and_the_own_one_built(bench: Bench) -> None:
    refused = bench.build(image={"platforms": ["linux/amd65"]})
    assert "'linux/amd65' is no platform -> did you mean linux/amd64?" in refused["msg"]
    own = docker("version", "--format", "{{.Server.Os}}/{{.Server.Arch}}").strip()
    assert bench.build(image={"platforms": [own], "cache_to": ["type=inline"]})["changed"] is True


def test_without_the_cache_every_step_works_again(bench: Bench) -> None:
    bench.dockerfile(f"RUN echo {bench.image}")
    assert bench.build()["cold"] is True
    again = bench.build(no_cache=True)
    assert (again["changed"], again["cold"], again["cached_steps"]) == (True, True, 0)
    assert again["reason"] == "one: a build without the cache was asked for"
    assert again["growth_bytes"] == 0
