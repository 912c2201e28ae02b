"""Base images made on the host: the commands that run, their environment, and how they fail."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.todo.stack.plugins.module_utils.build import bootstrap as module
from ansible_collections.todo.stack.plugins.module_utils.build.apt_sources import Mirror
from ansible_collections.todo.stack.plugins.module_utils.build.base_image import Wanted
from ansible_collections.todo.stack.plugins.module_utils.build.bootstrap import (
    Settings,
    bootstrap_all,
    foresee,
)
from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.module_utils.edge import apt, npm
from ansible_collections.todo.stack.plugins.module_utils.edge.progress import UnderWay

PYTHON = Wanted("python:3.12-slim", "python", "3.12")
NODE = Wanted("node:20-slim", "node", "20")
POSTGRES = Wanted("postgres:17", "postgres", "17")
LINKS = "\tlibssl.so.3 => /usr/lib/libssl.so.3 (0x0)\n"


class Host:
    """A ``run`` for a host with CPython 3.12 and Node.js 20 in ``prefix``."""

    def __init__(self, prefix: Path, steps: Path) -> None:
        self.prefix, self.steps = prefix, steps
        self.argv: list[list[str]] = []
        self.told: set[str] = set()
        self.failing: tuple[str, tuple[int, str, str]] = ("", (0, "", ""))

    def __call__(self, args: Sequence[str], /, **_: Any) -> tuple[int, str, str]:
        self.argv.append(list(args))
        word, answer = self.failing
        if word and word in args:
            return answer
        if args[-1] == "--version":
            return 0, "v20.20.2" if "node" in args[0] else "Python 3.12.1", ""
        if args[0] == "ldd":
            return 0, LINKS, ""
        if args[0] == "dpkg-query":
            return 0, "libssl3:amd64: /usr/lib/x86_64-linux-gnu/libssl.so.3\n", ""
        self.told |= {one["target"] for one in json.loads(self.steps.read_text())}
        return 0, "", ""

    def line(self, word: str) -> str:
        [found] = [" ".join(one) for one in self.argv if word in one]
        return found


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Host:
    """A Debian 12 of amd64."""
    prefix = tmp_path / "prefix"
    for name in ("bin/python3.12", "bin/node", "lib/python3.12/os.py",
                 "lib/node_modules/npm/bin/npm-cli.js"):  # fmt: skip
        (prefix / name).parent.mkdir(parents=True, exist_ok=True)
        (prefix / name).touch()
    mirror = Mirror("http://deb/debian", "http://deb/security")
    monkeypatch.setattr(module, "_SCRATCH", str(tmp_path))
    monkeypatch.setattr(apt, "host_release", lambda: ("debian", "bookworm"))
    monkeypatch.setattr(apt, "host_mirror", lambda _suite: mirror)
    monkeypatch.setattr(apt, "debian_mirror", lambda: replace(mirror, security_uri=""))
    monkeypatch.setattr(apt, "apt_options", lambda _run: ["Acquire::Check-Date no"])
    return Host(prefix, tmp_path / "steps")


def settings(host: Host, **changes: Any) -> Settings:
    given = Settings(
        mirror="", python_prefix=str(host.prefix), node_prefix=str(host.prefix), npm_registry="",
        node_version="20.20.2", npm_version="10.9.9", scripts="/scripts", seconds=77,
    )  # fmt: skip
    return replace(given, **changes)


def make(host: Host, *wanted: Wanted, **changes: Any) -> list[Any]:
    environ = {"http_proxy": "http://proxy", "SECRET": "MaRkEr", "HOME": "/root"}
    return bootstrap_all(wanted, settings(host, **changes), host, environ, UnderWay(host.steps))


def test_all_are_made_and_said_meanwhile(host: Host) -> None:
    recipes = make(host, PYTHON, NODE, POSTGRES)
    assert [one.kind for one in recipes] == ["python", "node", "postgres"]
    assert [one.suite for one in recipes] == ["bookworm", "bookworm", "trixie"]
    names = {words[-1] for words in host.argv if words[:2] == ["docker", "import"]}
    assert names == {f"localhost/todo-stack/{one.reference}" for one in (PYTHON, NODE, POSTGRES)}
    assert host.told == {one.reference for one in (PYTHON, NODE, POSTGRES)}
    assert not host.steps.exists()


def test_a_base_is_made_in_its_time_of_named_variables_alone(host: Host) -> None:
    make(host, PYTHON)
    line = host.line("mmdebstrap")
    assert line.startswith("env --ignore-environment PATH=")
    assert "http_proxy=http://proxy" in line and "HOME=/root" in line
    assert f"BASE_PREFIX={host.prefix}" in line and "BASE_VERSION=3.12" in line
    assert "timeout 77 mmdebstrap" in line
    assert "libssl3" in line and "--customize-hook=/scripts/python.sh" in line
    assert "MaRkEr" not in line
    assert "deb http://deb/debian bookworm main" in line


def test_what_was_put_together_is_imported_and_its_folder_goes(host: Host, tmp_path: Path) -> None:
    make(host, PYTHON)
    tar = host.line("import").split()[-2]
    assert tar.endswith("/base.tar") and tar in host.line("mmdebstrap")
    assert not list(tmp_path.glob("todo-base-*"))


def test_a_mirror_that_is_named_is_the_one_that_is_used(host: Host) -> None:
    make(host, POSTGRES, mirror="http://mine")
    assert "deb http://mine trixie main" in host.line("mmdebstrap")


FAILED = "E: cannot reach http://deb\nE: mmdebstrap failed to run\n"


@pytest.mark.parametrize(
    ("failing", "answer", "told"),
    [
        ("mmdebstrap", (2, "", FAILED), "E: cannot reach http://deb"),
        ("mmdebstrap", (124, "", ""), "base_images_bootstrap_seconds"),
        ("mmdebstrap", (3, "", ""), "exit code 3"),
        ("import", (1, "", "no space left"), "no space left"),
    ],
)
def test_what_fails_is_told_with_its_cause(
    host: Host, failing: str, answer: tuple[int, str, str], told: str, tmp_path: Path
) -> None:
    host.failing = (failing, answer)
    with pytest.raises(StackError) as caught:
        make(host, PYTHON)
    assert told in caught.value.what and failing in caught.value.where
    assert caught.value.details["log_tail"] == answer[2].splitlines()
    assert not list(tmp_path.glob("todo-base-*")) and not host.steps.exists()


@pytest.mark.parametrize(
    ("want", "told"),
    [
        (Wanted("redis:7"), "no recipe for its kind"),
        (Wanted("postgres:16", "postgres", "16"), "no Debian release has PostgreSQL 16"),
        (Wanted("python:3.9", "python", "3.9"), "no CPython 3.9 prefix on this host"),
    ],
)
def test_what_the_host_cannot_make_is_refused_before_anything(
    host: Host, want: Wanted, told: str
) -> None:
    with pytest.raises(StackError, match=told):
        make(host, want)
    assert host.argv == []


def test_a_host_without_a_source_of_the_suite_says_so(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apt, "debian_mirror", Mirror)
    with pytest.raises(StackError, match="no package source of this host supplies trixie main"):
        make(host, POSTGRES)


def test_a_node_that_the_host_lacks_is_fetched(
    host: Host, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    fetched = []

    def fetch(registry: str, name: str, version: str, _folder: Path) -> Path:
        fetched.append((registry, name.partition("-")[0], version))
        return host.prefix

    monkeypatch.setattr(npm, "fetch_package", fetch)
    (host.prefix / "lib/node_modules/npm/bin/npm-cli.js").unlink()
    make(host, NODE, node_prefix=str(tmp_path / "none"), npm_registry="http://npm")
    assert fetched == [("http://npm", "node", "20.20.2"), ("http://npm", "npm", "10.9.9")]


FOUND = Settings("", "", "", "", "20.20.2", "10.9.9", "/scripts")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with a CPython 3.12 of pyenv's."""
    prefix = tmp_path / ".pyenv/versions/3.12.1"
    for file in ("bin/python3.12", "lib/python3.12/os.py"):
        (prefix / file).parent.mkdir(parents=True)
        (prefix / file).touch()
    return tmp_path


@pytest.mark.parametrize(
    ("want", "said"),
    [
        (Wanted("python:3.9-slim", "python", "3.9"), "no CPython 3.9 prefix on this host (looked"),
        (Wanted("python:2-slim", "python", "2"), "or supply the base images by registry"),
        (Wanted("postgres:99", "postgres", "99"), "no Debian release has PostgreSQL 99"),
        (Wanted("redis:7", "", "7"), "redis:7 cannot be made on the host: no recipe for its kind"),
        (Wanted("x", "ruby", "3"), "no recipe for its kind"),
    ],
)
def test_what_cannot_be_made_is_told_with_the_way_out(home: Path, want: Wanted, said: str) -> None:
    with pytest.raises(StackError) as caught:
        foresee([want], FOUND, {"HOME": str(home), "PATH": "/usr/bin"})
    assert said in str(caught.value)
    assert " -> " in str(caught.value)


@pytest.mark.parametrize(
    "want",
    [
        Wanted("python:3.12-slim", "python", "3.12"), Wanted("postgres:17", "postgres", "17"),
        Wanted("node:20-slim", "node", "20"),
    ],
)  # fmt: skip
def test_what_can_be_made_is_no_matter(home: Path, want: Wanted) -> None:
    foresee([want], FOUND, {"HOME": str(home), "PATH": ""})


def test_all_that_cannot_be_made_is_told_at_once(home: Path) -> None:
    wanted = [Wanted("redis:7"), Wanted("python:3.9-slim", "python", "3.9"), PYTHON]
    with pytest.raises(StackError) as caught:
        foresee(wanted, FOUND, {"HOME": str(home), "PATH": "/usr/bin"})
    assert "redis:7" in caught.value.what and "no CPython 3.9" in caught.value.what
