"""What of a caller's shell and client reaches docker and compose."""

from __future__ import annotations

import json

import pytest
from ansible_collections.todo.stack.plugins.module_utils.decide.client_environment import (
    callers_config,
    client_config,
    client_environment,
)

THEIRS = "/home/ann/.docker"
OURS = "/tmp/ours"
SHELL = {"PATH": "/usr/bin", "HOME": "/home/ann"}
SAME = {**SHELL, "LC_ALL": "C.UTF-8", "COMPOSE_DISABLE_ENV_FILE": "1",
        "DOCKER_CLI_HINTS": "false", "DOCKER_CONFIG": OURS}  # fmt: skip


def got(**given: str) -> dict[str, str]:
    return client_environment({**SHELL, **given}, OURS, THEIRS)


@pytest.mark.parametrize(
    "assignment",
    [
        "DOCKER_CONTEXT=other", "DOCKER_API_VERSION=1.23", "DOCKER_DEFAULT_PLATFORM=linux/arm64",
        "DOCKER_BUILDKIT=0", "DOCKER_CONTENT_TRUST=1", "DOCKER_CONFIG=/home/ann/.docker",
        "DOCKER_CUSTOM_HEADERS=a=b", "DOCKER_AUTH_CONFIG={}", "DOCKER_CLI_EXPERIMENTAL=disabled",
        "DOCKER_HIDE_LEGACY_COMMANDS=1", "DOCKER_CLI_PLUGIN_ORIGINAL_CLI_COMMAND=x",
        "COMPOSE_FILE=other.yaml", "COMPOSE_PROJECT_NAME=other", "COMPOSE_PROFILES=*",
        "COMPOSE_ENV_FILES=.env.local", "COMPOSE_PATH_SEPARATOR=;", "COMPOSE_PARALLEL_LIMIT=1",
        "COMPOSE_IGNORE_ORPHANS=1", "COMPOSE_REMOVE_ORPHANS=1", "COMPOSE_BAKE=true",
        "COMPOSE_CONVERT_WINDOWS_PATHS=1", "COMPOSE_STATUS_STDOUT=1", "COMPOSE_ANSI=always",
        "COMPOSE_PROGRESS=json", "COMPOSE_MENU=1", "COMPOSE_EXPERIMENTAL=1",
        "COMPOSE_DISABLE_ENV_FILE=0", "COMPOSE_COMPATIBILITY=1", "COMPOSE_HTTP_TIMEOUT=1",
        "BUILDX_BUILDER=other", "BUILDX_CONFIG=/elsewhere", "BUILDX_NO_DEFAULT_ATTESTATIONS=0",
        "BUILDX_GIT_LABELS=full", "BUILDX_METADATA_PROVENANCE=max", "BUILDX_EXPERIMENTAL=1",
        "BUILDX_BAKE_ENTITLEMENTS_FS=0", "BUILDX_BAKE_FILE=x.hcl", "BUILDKIT_PROGRESS=tty",
        "BUILDKIT_HOST=tcp://x", "BUILDKIT_COLORS=run=red", "BUILDKIT_TTY_LOG_LINES=1",
        "EXPERIMENTAL_BUILDKIT_SOURCE_POLICY=p.json", "SOURCE_DATE_EPOCH=0",
        "OTEL_EXPORTER_OTLP_ENDPOINT=http://x:1", "DEBUG=1", "GODEBUG=x", "GOMAXPROCS=1",
        "LC_ALL=de_DE.UTF-8", "LANG=C", "LC_MESSAGES=de_DE", "LANGUAGE=de", "TZ=Asia/Tokyo",
        "NO_COLOR=1", "CLICOLOR_FORCE=1", "TERM=dumb", "XDG_CONFIG_HOME=/x", "LD_PRELOAD=/x.so",
        # Compose fills these into a definition, bake into its own.
        "POSTGRES_IMAGE=other:1", "TAG=x", "REGISTRY=r.example/", "PORT=1", "DATABASE_URL=x",
    ],
)  # fmt: skip
def test_the_rest_of_a_shell_makes_no_difference(assignment: str) -> None:
    name, _, value = assignment.partition("=")
    assert got(**{name: value}) == SAME


@pytest.mark.parametrize(
    "name",
    ["DOCKER_HOST", "DOCKER_CERT_PATH", "SSH_AUTH_SOCK", "USER", "LOGNAME", "TMPDIR",
     "HTTP_PROXY", "https_proxy", "no_proxy", "ALL_PROXY"],
)  # fmt: skip
def test_the_address_of_the_engine_and_the_ways_to_it_are_honoured(name: str) -> None:
    assert got(**{name: "given"}) == {**SAME, name: "given"}
    assert got(**{name: ""}) == SAME


def test_certificates_are_looked_for_where_the_caller_has_them() -> None:
    assert got(DOCKER_TLS_VERIFY="1")["DOCKER_CERT_PATH"] == THEIRS
    assert got(DOCKER_TLS_VERIFY="1", DOCKER_CERT_PATH="/c")["DOCKER_CERT_PATH"] == "/c"


@pytest.mark.parametrize(
    ("environ", "folder"),
    [({"DOCKER_CONFIG": "/c"}, "/c"), ({"HOME": "/h"}, "/h/.docker"),
     ({"DOCKER_CONFIG": ""}, "/root/.docker"), ({}, "/root/.docker")],
)  # fmt: skip
def test_the_callers_configuration_is_where_its_client_looks(
    environ: dict[str, str], folder: str
) -> None:
    assert callers_config(environ, "/root") == folder


@pytest.mark.parametrize(
    ("config", "kept"),
    [
        ({"auths": {"r.example": {"auth": "YTpi"}}}, ["auths"]),
        ({"credsStore": "pass", "credHelpers": {"r": "ecr-login"}}, ["credsStore", "credHelpers"]),
        ({"cliPluginsExtraDirs": ["/opt/plugins"]}, ["cliPluginsExtraDirs"]),
        ({"proxies": {"default": {"httpProxy": "http://p:1"}}, "auths": {}}, ["auths"]),
        ({"currentContext": "other"}, []),
        ({"HttpHeaders": {"A": "b"}, "detachKeys": "ctrl-e", "psFormat": "table {{.ID}}"}, []),
        ({"imagesFormat": "x", "aliases": {"builder": "x"}, "features": {"buildkit": "0"}}, []),
        ({"plugins": {"-x-cli-hints": {"enabled": "true"}}, "experimental": "enabled"}, []),
        ({"stackOrchestrator": "kubernetes", "pruneFilters": ["until=1h"]}, []),
    ],
)
def test_of_a_configuration_who_one_is_and_where_plugins_lie_is_kept(
    config: dict[str, object], kept: list[str]
) -> None:
    assert client_config(json.dumps(config)) == {name: config[name] for name in kept}


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '"auths"'])
def test_what_is_no_configuration_is_none(text: str) -> None:
    assert client_config(text) == {}
