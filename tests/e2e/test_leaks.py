"""A marker in every secret, looked for in every form wherever a secret has no business."""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import subprocess
import tarfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from .conftest import FRONTEND, PROJECT, docker, play

STATE = Path("/var/lib/todo-stack/todo")
# Letters and digits only: URL, JSON, repr and shell forms hold it as it is.
CORE = "Q7zMarkerW4kX9vTnB2yHcR"
ODD = "\u00e9\"'\\$ %/+"
TOKEN, KEY, PASSWORD = f"{CORE}{ODD}token", f"sk-live{ODD}{CORE}key-of-some-length", f"{CORE}pass"
SECRETS = {"backend": {"BETTER_AUTH_SECRET": TOKEN, "OPENAI_API_KEY": KEY}}
ELSEWHERE = {
    "DATABASE_URL": f"postgresql://todo:{PASSWORD}@203.0.113.9:5432/todo?connect_timeout=2"
}
CHUNK = 1 << 24


def forms() -> list[bytes]:
    """Return the marker's forms; of base64 the part that does not depend on what is around it."""
    raw = CORE.encode()
    found = [raw, raw.hex().encode(), raw.hex().upper().encode(), raw[::-1]]
    for shift in range(3):
        encoded = base64.b64encode(b"\0" * shift + raw)
        found.append(encoded[4 if shift else 0 : len(encoded) - 4])
    return found


FORMS = forms()


def holds_marker(data: bytes) -> bool:
    return any(form in data for form in FORMS)


def leaks_in_file(path: Path) -> bool:
    """Tell whether a file holds a form; what is cut by a chunk's end is seen in the next one."""
    tail = b""
    try:
        with path.open("rb") as stream:
            while chunk := stream.read(CHUNK):
                if holds_marker(tail + chunk):
                    return True
                tail = chunk[-200:]
    except OSError:
        return False  # gone in the meantime, or no file of the usual kind
    return False


@dataclass
class Search:
    """What was looked through, and where the marker was."""

    looked_at: dict[str, int] = field(default_factory=dict)
    found: list[str] = field(default_factory=list)

    def text(self, place: str, data: str | bytes) -> None:
        self.looked_at[place] = self.looked_at.get(place, 0) + 1
        raw = data.encode("utf-8", "surrogateescape") if isinstance(data, str) else data
        if holds_marker(raw):
            self.found.append(place)

    def files(self, place: str, *roots: Path) -> None:
        self.looked_at.setdefault(place, 0)
        for root in roots:
            for path in [root] if root.is_file() else root.rglob("*") if root.is_dir() else []:
                if path.is_file() and not path.is_symlink():
                    self.looked_at[place] += 1
                    if leaks_in_file(path):
                        self.found.append(f"{place}: {path}")


def own_processes() -> Iterator[Path]:
    """Yield the processes outside of containers: those have the values by contract."""
    mine = Path("/proc/self/ns/pid").readlink()
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and (entry / "ns/pid").readlink() == mine:
                yield entry
        except OSError:
            continue


def sample(stop: threading.Event, seen: list[str]) -> None:
    """Look at the arguments and environments of all processes until told to stop."""
    while not stop.wait(0.05):
        for entry in own_processes():
            for name in ("cmdline", "environ"):
                try:
                    if holds_marker((entry / name).read_bytes()):
                        seen.append(f"{name} of {(entry / 'comm').read_text().strip()}")
                except OSError:
                    continue


@pytest.fixture
def watched() -> Iterator[list[str]]:
    """The processes that held the marker while the test ran."""
    seen: list[str] = []
    stop = threading.Event()
    thread = threading.Thread(target=sample, args=(stop, seen), daemon=True)
    thread.start()
    yield seen
    stop.set()
    thread.join()


@pytest.fixture
def runner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[int, str]]:
    """Runs a playbook with secrets from a file, a log, kept facts; returns code and output."""
    monkeypatch.setenv("ANSIBLE_LOG_PATH", str(tmp_path / "ansible.log"))
    monkeypatch.setenv("ANSIBLE_CACHE_PLUGIN", "jsonfile")
    monkeypatch.setenv("ANSIBLE_CACHE_PLUGIN_CONNECTION", str(tmp_path / "facts"))
    file = tmp_path / "given" / "secrets.json"
    file.parent.mkdir()

    def run(playbook: str, *options: str, secrets: Any = SECRETS, **more: Any) -> tuple[int, str]:
        file.write_text(json.dumps({"stack_secrets": secrets, **more}))
        done = play(playbook, f"--extra-vars=@{file}", *options)
        return done.code, done.output

    return run


@pytest.fixture
def broken(tmp_path: Path) -> Callable[[str, str, str], str]:
    """Makes a copy of the project with one file changed."""
    ignored = shutil.ignore_patterns("node_modules", ".next", "__pycache__", ".env")
    for name in ("backend", "frontend"):
        shutil.copytree(PROJECT / name, tmp_path / "project" / name, ignore=ignored)
    shutil.copy(PROJECT / "compose.yaml", tmp_path / "project")

    def change(path: str, old: str, new: str) -> str:
        for name in ("backend", "frontend"):
            shutil.rmtree(tmp_path / "project" / name)
            shutil.copytree(PROJECT / name, tmp_path / "project" / name, ignore=ignored)
        file = tmp_path / "project" / path
        assert old in file.read_text()
        file.write_text(file.read_text().replace(old, new, 1))
        return str(tmp_path / "project")

    return change


LOUD = ("-vvvvv", "--diff")


def fail_at_each_stage(
    search: Search, run: Callable[..., tuple[int, str]], broken: Callable[[str, str, str], str]
) -> None:
    """Have every stage fail, as loud as can be, and look at the output."""
    short = {"backend": {**SECRETS["backend"], "BETTER_AUTH_SECRET": CORE}}
    wrong_names = {
        "backend": {**SECRETS["backend"], "BETTER_AUTH_SECRETS": TOKEN},
        CORE: {"A": TOKEN},
    }
    at_start = {"backend": {**SECRETS["backend"], **ELSEWHERE}}
    kept = STATE / "environment.json"
    never = broken("backend/contract.yml", "status == 'ok'", "status == 'never'")
    text = Path(never, "backend/contract.yml").read_text()
    Path(never, "backend/contract.yml").write_text(
        text.replace("within_seconds: 60", "within_seconds: 2")
    )
    # Something must be due, or nothing is started that could be gated.
    due = {"backend": {"LOG_NOTE": TOKEN}}
    code, output = run(
        "local.yml", *LOUD, "--tags", "stack", stack_project_dir=never, stack_extra_env=due
    )
    search.text("output, failed at gate", output)
    assert (code, "does not meet" in output) == (2, True), output[-3000:]
    for stage, said, secrets in (
        ("look", "is shorter than 32", short),
        ("look, names", "no contract declares", wrong_names),
        ("migration", "migrate is not healthy", at_start),
    ):
        code, output = run("local.yml", *LOUD, "--tags", "stack", secrets=secrets)
        search.text(f"output, failed at {stage}", output)
        assert (code, said in output) == (2, True), output[-3000:]
    kept.unlink()
    kept.mkdir()
    code, output = run("local.yml", *LOUD, "--tags", "stack")
    search.text("output, failed at environment", output)
    kept.rmdir()
    assert code == 2
    dockerfile = broken("backend/Dockerfile", "FROM ${PYTHON_IMAGE} AS runtime\n",
                        "FROM ${PYTHON_IMAGE} AS runtime\nRUN echo no; exit 7\n")  # fmt: skip
    code, output = run("local.yml", *LOUD, "--tags", "images", stack_project_dir=dockerfile)
    search.text("output, failed at build", output)
    assert (code, "RUN echo no; exit 7: " in output) == (2, True), output[-3000:]
    code, output = run("verify.yml", *LOUD, secrets=at_start)
    search.text("output, failed at acceptance", output)
    assert (code, "checks failed" in output) == (2, True), output[-3000:]


def look_everywhere(search: Search, tmp_path: Path, *, layers: bool = True) -> None:
    """Look through everything a play leaves, on the controller and on the host."""
    home = Path.home()
    search.files("ansible's log", tmp_path / "ansible.log")
    search.files("facts", tmp_path / "facts")
    search.files("temp files of the controller", PROJECT / ".ansible")
    search.files("temp files of the host", home / ".ansible")
    search.files("async files", home / ".ansible_async")
    search.files("shell history", *home.glob(".*history"))
    search.files("logs of the machine", Path("/var/log"))
    search.files("reports", PROJECT / "artifacts")
    for name in ("compose.yaml", "builds.json", "contents.json", "audit.jsonl"):
        search.files(f"state: {name}", STATE / name)
    ids = docker("ps", "-aq", "--filter", "label=com.docker.compose.project=todo").split()
    for one in ids:
        logs = subprocess.run(["docker", "logs", one], capture_output=True, check=True)
        search.text("container logs", logs.stdout + logs.stderr)
        search.text(
            "container labels", docker("inspect", "--format", "{{json .Config.Labels}}", one)
        )
        search.text("healthchecks", docker("inspect", "--format", "{{json .State}}", one))
    for image in ("todo-backend:latest", "todo-frontend:latest"):
        search.text("image history", docker("history", "--no-trunc", image))
        search.text("image configuration", docker("image", "inspect", image))
        if not layers:
            continue
        archive = tmp_path / "image.tar"
        docker("save", "--output", str(archive), image)
        with tarfile.open(archive) as tar:
            assert len(tar.getnames()) > 3
        search.files("image layers", archive)
        archive.unlink()
    search.text(
        "engine events",
        docker("events", "--since", "10m", "--until", "0s", "--format", "{{json .}}"),
    )
    look_at_the_frontend(search)


def look_at_the_frontend(search: Search) -> None:
    with urllib.request.urlopen(FRONTEND, timeout=5) as answer:  # noqa: S310 - this machine
        page = answer.read().decode()
    search.text("page", page)
    for path in set(re.findall(r"/_next/[^\"'\\ ]+\.js", page)):
        with urllib.request.urlopen(FRONTEND + path, timeout=5) as answer:  # noqa: S310 - this machine
            search.text("frontend bundle", answer.read())


@pytest.mark.usefixtures("stack")
def test_the_search_finds_a_marker_in_any_form(tmp_path: Path) -> None:
    for text in (
        TOKEN,
        json.dumps(TOKEN),
        repr(TOKEN),
        quote(KEY),
        KEY.encode().hex(),
    ):
        assert holds_marker(text.encode())
    for cut in range(6):
        assert holds_marker(base64.b64encode(b"x" * cut + TOKEN.encode()))
    (tmp_path / "big").write_bytes(b"0" * (CHUNK - 5) + TOKEN.encode())
    assert leaks_in_file(tmp_path / "big")
    seen: list[str] = []
    stop = threading.Event()
    thread = threading.Thread(target=sample, args=(stop, seen))
    thread.start()
    with subprocess.Popen(["/bin/sleep", "30"], env={**os.environ, "X": TOKEN}) as process:
        time.sleep(1)
        process.kill()
    stop.set()
    thread.join()
    assert "environ of sleep" in seen


@pytest.mark.usefixtures("stack")
def test_no_secret_is_found_where_it_has_no_business(
    tmp_path: Path,
    runner: Callable[..., tuple[int, str]],
    broken: Callable[[str, str, str], str],
    watched: list[str],
) -> None:
    search = Search()
    try:
        for level in range(6):
            loud = [f"-{'v' * level}"] if level else []
            code, output = runner("local.yml", "--check", "--diff", "--tags", "stack", *loud)
            search.text(f"output of a preview, level {level}", output)
            assert code == 0, output[-3000:]
        code, output = runner("local.yml", *LOUD, "--tags", "stack,acceptance")
        search.text("output of a run", output)
        assert code == 0, output[-3000:]
        code, output = runner("verify.yml", *LOUD)
        search.text("output of verify", output)
        assert code == 0, output[-3000:]
        look_everywhere(search, tmp_path, layers=False)
        fail_at_each_stage(search, runner, broken)
        look_everywhere(search, tmp_path)
    finally:
        healed = play("local.yml", variables={"stack_rotate": ["backend.BETTER_AUTH_SECRET"]})
    assert search.found == []
    assert watched == []
    assert len(search.looked_at) >= 20
    assert holds_marker((STATE / "secrets.json").read_bytes()) is False
    assert healed.code == 0, healed.output
