"""A bad release of whatever kind: the old version serves every request, and the run says why."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.todo.stack.molecule.eyes import Eyes
from ansible_collections.todo.stack.molecule.projects import (
    SOON_SECONDS,
    append,
    edit_compose,
    edit_contract,
    give_up_soon,
    runs,
    serve,
    show,
)

SCENARIO = os.environ.get("MOLECULE_SCENARIO_NAME", "update")
HOST = f"todo-{SCENARIO}"
TOLD_SECONDS = 20
# Releases whose files are kept, builds that were never released, and `latest`.
TAGS = 5 + 2 + 1

OK = '{"status": "ok"}'
LISTEN = "import socket, time; s = socket.create_server(('0.0.0.0', 8000)); time.sleep(999)"
LIE = "HEALTHCHECK --interval=1s CMD true"
EAT = "x = []\nwhile True: x.append(b'x' * 10**8)"
# The healthcheck is answered; whoever asks next finds nobody.
ONCE = (
    "import socket; s = socket.create_server(('0.0.0.0', 8000)); c = s.accept()[0]; c.recv(9999);"
    "c.sendall(b'HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok'); c.close();"
    "raise SystemExit('that was all')"
)
UNWELL = {"/health": (200, OK), "/ready": (503, '{"status": "unavailable"}')}
MIGRATION = '''"""No good."""

revision = "9999"
down_revision = "{head}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Fail."""
    raise RuntimeError("this schema cannot be")
'''


@dataclass(frozen=True)
class Bad:
    """A release that must fail: what is changed, and what the failure must tell.

    ``hangs``: it is known to be bad only once its time is over. ``refused``: before anything at
    all has changed. ``quick``: also in the scenario `update`.
    """

    change: Callable[[Path], object]
    told: list[str]
    variables: dict[str, Any] | None = None
    hangs: bool = False
    refused: bool = False
    quick: bool = False


def runs_python(program: str) -> Callable[[Path], object]:
    """Return a change by which the backend is another program."""
    return lambda project: runs(project, "backend", "python", "-c", program)


def runs_node(program: str) -> Callable[[Path], object]:
    """Return a change by which the frontend is another program."""
    return lambda project: runs(project, "frontend", "node", "-e", program)


def breaks_a_migration(project: Path) -> None:
    """Add a migration that fails."""
    folder = project / "backend/migrations/versions"
    head = sorted(path.name for path in folder.glob("*.py"))[-1].partition("_")[0]
    (folder / "9999_no_good.py").write_text(MIGRATION.format(head=head))


def migrates_by(*command: str) -> Callable[[Path], object]:
    """Return a change by which the one-shot runs another command."""

    def change(project: Path) -> None:
        give_up_soon(project, "backend")
        edit_compose(project, lambda c: c["services"]["migrate"].update(command=list(command)))

    return change


def has_budget(**budget: int) -> Callable[[Path], object]:
    """Return a change by which the backend's image is to be smaller, or built sooner."""

    def change(project: Path) -> None:
        # Of its own: a layer from the cache takes no time.
        append(project, "backend", f"RUN sleep 2 # {budget}")
        edit_contract(project, "backend", lambda c: c["build"]["budget"].update(budget))

    return change


def adds(*instructions: str) -> Callable[[Path], object]:
    """Return a change by which the backend's Dockerfile ends in other words."""
    return lambda project: append(project, "backend", *instructions)


def nothing(_project: Path) -> None:
    """Change no file: the variables are what is wrong."""


def wrong(kind: str, service: str, name: str, value: str) -> dict[str, Any]:
    """Return variables that give a service one value."""
    return {kind: {service: {name: value}}}


ELSEWHERE = "postgresql://todo:kf83hsDw9xQ2@nobody.invalid:5432/todo"
BAD: dict[str, Bad] = {
    "exits at once": Bad(
        runs_python("raise SystemExit('bye from the backend')"),
        ["backend is not healthy", "bye from the backend"], quick=True),
    "answers once and ends": Bad(runs_python(ONCE), ["backend is not healthy"]),
    "listens and never answers": Bad(
        runs_python(LISTEN), ["backend is not healthy"], hangs=True, quick=True),
    "never listens": Bad(
        runs_python("import time; time.sleep(999)"), ["backend is not healthy"], hangs=True),
    "never answers, and its healthcheck lies": Bad(
        lambda project: (runs_python(LISTEN)(project), adds(LIE)(project)),
        ["backend is not healthy", "/health"], hangs=True),
    "another body of /health": Bad(
        runs_python(serve({"/health": (200, '{"status": "fine"}')})),
        ["backend is not healthy", "/health", "does not meet"], hangs=True),
    "500 at /health": Bad(
        runs_python(serve({"/health": (500, "{}")})), ["backend is not healthy"], hangs=True),
    "/ready is never ok": Bad(
        runs_python(serve(UNWELL)), ["backend is not healthy", "/ready", "503"], hangs=True,
        quick=True),
    "killed by its memory limit": Bad(
        runs_python(EAT), ["backend is not healthy", "memory limit"]),
    "a migration fails": Bad(breaks_a_migration, ["migrate", "this schema cannot be"], quick=True),
    "the migration ends badly": Bad(
        migrates_by("python", "-c", "raise SystemExit('no such revision')"),
        ["migrate", "no such revision"]),
    "the migration hangs": Bad(
        migrates_by("sleep", "999"), ["migrate", "it is still running"], hangs=True),
    "over its budget of bytes": Bad(
        has_budget(bytes=1_000_000), ["over its budget", "no tag was moved"]),
    "over its budget of seconds": Bad(
        has_budget(seconds=1), ["over its budget", "no tag was moved"]),
    "a step of its build fails": Bad(
        adds("RUN echo no more of this >&2; exit 7"), ["no more of this", "7"]),
    "a file that is copied is missing": Bad(adds("COPY alembic.in ./"), ["alembic.in"]),
    "runs as root": Bad(
        adds("USER 0:00"), ["'0:00'", "root", "nothing was changed"], quick=True, refused=True),
    "nothing asks for its health": Bad(adds("HEALTHCHECK NONE"), ["HEALTHCHECK"], refused=True),
    "a misspelt variable": Bad(
        nothing, ["backend.PROT", "did you mean"], wrong("stack_env", "backend", "PROT", "8000"),
        refused=True),
    "a database nobody has": Bad(
        nothing, ["migrate", "nobody knows the name of its host", "DATABASE_URL"],
        wrong("stack_secrets", "backend", "DATABASE_URL", ELSEWHERE)),
    "an address of the API with a query": Bad(
        nothing, ["frontend.NEXT_PUBLIC_API_URL"],
        wrong("stack_env", "frontend", "NEXT_PUBLIC_API_URL", "http://backend:8000/?x=1"),
        refused=True),
    "an address of the API that is nobody's": Bad(
        lambda project: give_up_soon(project, "frontend"), ["frontend is not healthy", "/api/"],
        wrong("stack_env", "frontend", "NEXT_PUBLIC_API_URL", "http://nobody:8000"), hangs=True),
    "the page exits at once": Bad(
        runs_node("throw new Error('no page today')"),
        ["frontend is not healthy", "no page today"]),
    "the page answers 500": Bad(
        runs_node(show(500, "Todo")), ["frontend is not healthy"], hangs=True),
    "the page has another text": Bad(
        runs_node(show(200, "Nothing")), ["frontend is not healthy", "Todo"], hangs=True,
        quick=True),
}  # fmt: skip
CHOSEN = [name for name, bad in BAD.items() if bad.quick or SCENARIO == "releases"]


@pytest.mark.parametrize("name", CHOSEN)
def test_a_bad_release_costs_no_request_and_leaves_nothing(
    name: str, eyes: Eyes, run_play: Any, project_copy: Path, polling: Any
) -> None:
    bad = BAD[name]
    bad.change(project_copy)
    variables = {"stack_project_dir": str(project_copy), **(bad.variables or {})}
    everything, standing = eyes.everything(), eyes.standing()
    with polling() as polls:
        run = run_play("site.yml", variables=variables)
    assert run.code != 0, run.output
    assert [one for one in bad.told if one not in run.told] == [], run.output
    # The application's own may be part of the evidence.
    assert "Traceback" not in run.told.replace("Traceback (most recent call last)", "", 1)
    assert polls.failed() == {}, run.output
    assert min(row.asked for row in polls.rows.values()) > 10
    assert eyes.standing() == standing
    assert not [one for one in eyes.names() if "candidate" in one]
    if bad.refused:
        assert eyes.everything() == everything
        assert run.recap(HOST)["changed"] == 0
    elif run.failing_task().startswith("todo.stack.stack"):
        assert run.failing_seconds() < TOLD_SECONDS + SOON_SECONDS * bad.hangs
    verify = run_play("verify.yml")
    assert verify.code == 0, verify.output


WAITER = (
    "until docker ps --format '{{.Names}}' | grep -q todo-backend-candidate; do sleep 0.05; done;"
    " exec python3 -m http.server --bind 127.0.0.2 8000"
)


def test_a_port_taken_between_trial_and_swap_costs_no_request(
    eyes: Eyes, run_play: Any, project_copy: Path, polling: Any
) -> None:
    runs(project_copy, "backend", "sh", "-c", "sleep 3; exec python -m app.server")
    give_up_soon(project_copy, "backend", 60)
    standing = eyes.standing()
    given = {"stack_project_dir": str(project_copy), "stack_bind_address": "127.0.0.2"}
    eyes.run("systemd-run", "--quiet", "--collect", "--unit=squatter", "sh", "-c", WAITER)
    try:
        with polling() as polls:
            run = run_play("site.yml", variables=given)
    finally:
        eyes.run("systemctl", "stop", "squatter")
    assert run.code != 0, run.output
    assert "port 8000 of backend is taken by python3" in run.told, run.output
    assert polls.failed() == {}, run.output
    assert eyes.standing() == standing


def test_after_them_all_few_images_are_kept_and_a_plain_run_is_content(
    eyes: Eyes, run_play: Any
) -> None:
    for repository in ("todo-backend", "todo-frontend"):
        found = eyes.images(repository)
        assert len(found) <= TAGS, found
    run = run_play("site.yml")
    assert run.code == 0, run.output
    again = run_play("site.yml")
    assert (again.code, again.recap(HOST)["changed"]) == (0, 0), again.output
