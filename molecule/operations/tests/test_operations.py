"""Three releases, two of which migrate; back twice; ways back that break; status and logs.

The tests build on each other, in their order.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.todo.stack.molecule.eyes import STATE_DIR, Eyes
from ansible_collections.todo.stack.molecule.plays import Run
from ansible_collections.todo.stack.molecule.projects import append, copy_project

HOST = "todo-operations"
BACKEND = "http://127.0.0.1:8000"
ROLLBACK_SECONDS = 20
# How long the release that will not come back runs well.
SOUND_SECONDS = 120
MIGRATION = '''"""A table of its own."""

import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = "{before}"
branch_labels = None
depends_on = None
backward_compatible = {compatible}


def upgrade() -> None:
    """Make it."""
    op.create_table("of_{revision}", sa.Column("id", sa.BigInteger(), primary_key=True))


def downgrade() -> None:
    """Drop it."""
    op.drop_table("of_{revision}")
'''


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return one copy of the project that goes on from release to release."""
    return copy_project(tmp_path_factory.mktemp("project"))


def migrate(project: Path, *, compatible: bool) -> str:
    """Add a migration; return its revision."""
    folder = project / "backend/migrations/versions"
    before = max(path.name.partition("_")[0] for path in folder.glob("*.py"))
    revision = f"{int(before) + 1:04}"
    text = MIGRATION.format(revision=revision, before=before, compatible=compatible)
    (folder / f"{revision}_more.py").write_text(text)
    return revision


def deployed(run_play: Any, project: Path) -> Run:
    run: Run = run_play("site.yml", variables={"stack_project_dir": str(project)})
    assert run.code == 0, run.output
    return run


def releases(eyes: Eyes) -> list[int]:
    found = eyes.sh("ls $0/releases", STATE_DIR).split()
    return sorted(int(name[:-5]) for name in found if name.endswith(".json"))


def record(eyes: Eyes, number: int) -> Any:
    return eyes.state(f"releases/{number}.json")


def schema(eyes: Eyes) -> str:
    status, _, body = eyes.fetch(f"{BACKEND}/ready")
    assert status == 200, body
    return str(json.loads(body)["schema"])


def label(eyes: Eyes) -> str:
    return str(eyes.container("backend").inspect["Config"]["Labels"].get("made.for", ""))


def status_of(run_play: Any) -> Any:
    run = run_play("status.yml", variables={"stack_output": "json"})
    assert run.code == 0, run.output
    assert run.recap(HOST)["changed"] == 0
    [line] = [one for one in run.output.splitlines() if one.startswith("{")]
    return json.loads(line)


def test_three_releases_two_of_which_migrate(eyes: Eyes, run_play: Any, project: Path) -> None:
    first = releases(eyes)[-1]
    before = schema(eyes)
    for version in ("2", "3"):
        append(project, "backend", f'LABEL made.for="{version}"')
        revision = migrate(project, compatible=True)
        deployed(run_play, project)
        assert (label(eyes), schema(eyes)) == (version, revision)
    assert releases(eyes)[-3:] == [first, first + 1, first + 2]
    told = record(eyes, first + 2)
    assert told["schema"] == f"{int(before) + 2:04}"
    assert told["migrations"][0] == {"revision": told["schema"], "backward_compatible": True}
    for number in (first, first + 1, first + 2):
        modes = eyes.sh("stat -c %a $0/releases/$1 $0/releases/$1/*", STATE_DIR, str(number))
        assert modes.split() == ["700", "600", "600", "600"]


def test_a_preview_tells_all_and_changes_nothing(eyes: Eyes, run_play: Any) -> None:
    everything, number = eyes.everything(), releases(eyes)[-1]
    run = run_play("rollback.yml", "--check")
    assert run.code == 0, run.output
    for told in (f"from release {number} to release {number - 1}", "the schema stays at",
                 "backend: recreate", "that of release"):  # fmt: skip
        assert told in run.output
    assert eyes.everything() == everything


def test_two_releases_are_gone_back_and_nobody_notices(
    eyes: Eyes, run_play: Any, polling: Any, capsys: Any
) -> None:
    newest, kept = schema(eyes), eyes.state("secrets.json")
    number = releases(eyes)[-1]
    with polling() as polls:
        runs = [run_play("rollback.yml") for _ in range(2)]
    with capsys.disabled():
        seconds = ", ".join(f"{run.seconds:.1f} s" for run in runs)
        print(f"\ngoing back: {seconds}; {polls}")
    assert [run.code for run in runs] == [0, 0], runs[-1].output
    assert max(run.seconds for run in runs) < ROLLBACK_SECONDS
    assert label(eyes) == ""
    assert schema(eyes) == newest, "data and schema stay"
    assert [record(eyes, number + n)["back_to"] for n in (1, 2)] == [number - 1, number - 2]
    assert eyes.state("secrets.json") == kept
    assert eyes.images("todo-backend")["latest"] == eyes.container("backend").inspect["Image"]
    verify = run_play("verify.yml")
    assert verify.code == 0, verify.output


def test_what_was_rotated_since_stays(eyes: Eyes, run_play: Any) -> None:
    rotated = {"stack_rotate": ["backend.DATABASE_URL", "backend.BETTER_AUTH_SECRET"]}
    run = run_play("rotate_secrets.yml", variables=rotated)
    assert run.code == 0, run.output
    kept, number = eyes.state("secrets.json"), releases(eyes)[-1]
    run = run_play("rollback.yml", variables={"stack_release": str(number - 2)})
    assert run.code == 0, run.output
    assert "changed since, and stay as they are" in run.output
    assert eyes.state("secrets.json") == kept
    values = eyes.container("backend").environ()
    assert values["BETTER_AUTH_SECRET"] == kept["backend"]["BETTER_AUTH_SECRET"]
    assert schema(eyes), "the database takes the password of now"


@pytest.fixture
def lost_image(eyes: Eyes) -> Iterator[int]:
    """Take the image of an earlier release away for a test; return the release's number."""
    current = eyes.container("backend").inspect["Image"]
    for number in reversed(releases(eyes)[:-1]):
        image = record(eyes, number)["images"]["backend"]
        if image["image_id"] != current:
            eyes.run("docker", "tag", image["image_id"], "kept-aside:1")
            eyes.run("docker", "image", "rm", image["reference"])
            yield number
            eyes.run("docker", "tag", "kept-aside:1", image["reference"])
            eyes.run("docker", "image", "rm", "kept-aside:1")
            return
    pytest.fail("no release has another image")


def refused(run: Run, eyes: Eyes, everything: str, *told: str) -> None:
    assert run.code != 0, run.output
    assert "nothing was changed" in run.told
    assert [one for one in told if one not in run.told] == [], run.output
    assert run.recap(HOST)["changed"] == 0
    assert eyes.everything() == everything


def test_an_image_that_was_pruned_is_told_at_once(
    eyes: Eyes, run_play: Any, lost_image: int
) -> None:
    everything = eyes.everything()
    run = run_play("rollback.yml", variables={"stack_release": str(lost_image)})
    refused(run, eyes, everything, f"release {lost_image}: there is no image todo-backend:")
    [row] = [r for r in status_of(run_play)["back_to"] if r["number"] == lost_image]
    assert not row["possible"] and "there is no image" in row["why_not"][0]


@pytest.mark.parametrize("file", ["compose.yaml", "environment.json", "stack.json"])
def test_a_release_whose_files_were_changed_is_told_at_once(
    eyes: Eyes, run_play: Any, file: str
) -> None:
    number = releases(eyes)[-2]
    path = f"{STATE_DIR}/releases/{number}/{file}"
    eyes.sh('cp -p "$0" /run/aside; printf x >>"$0"', path)
    try:
        everything = eyes.everything()
        run = run_play("rollback.yml", variables={"stack_release": str(number)})
        refused(run, eyes, everything, f"release {number} cannot be gone back to")
    finally:
        eyes.sh('cp -p /run/aside "$0"; rm /run/aside', path)


def test_a_way_back_that_fails_leaves_what_runs(
    eyes: Eyes, run_play: Any, project: Path, polling: Any
) -> None:
    until = int(time.time()) + SOUND_SECONDS
    ends = f"test $(date +%s) -lt {until} || exit 9; exec python -m app.server"
    append(project, "backend", f"CMD {json.dumps(['sh', '-c', ends])}")
    deployed(run_play, project)
    number = releases(eyes)[-1]
    append(project, "backend", 'CMD ["python", "-m", "app.server"]')
    deployed(run_play, project)
    time.sleep(max(0, until + 1 - time.time()))
    standing, known = eyes.standing(), releases(eyes)
    with polling() as polls:
        run = run_play("rollback.yml", variables={"stack_release": str(number)})
    assert run.code != 0, run.output
    for told in ("backend is not healthy", "code 9", "the version before serves on"):
        assert told in run.told, run.output
    assert polls.failed() == {}, run.output
    assert (eyes.standing(), releases(eyes)) == (standing, known)
    assert not [one for one in eyes.names() if "candidate" in one]


def test_older_code_goes_nowhere_where_it_does_not_run(
    eyes: Eyes, run_play: Any, project: Path
) -> None:
    older = releases(eyes)[-1]
    was = schema(eyes)
    revision = migrate(project, compatible=False)
    append(project, "backend", 'LABEL made.for="5"')
    deployed(run_play, project)
    everything = eyes.everything()
    run = run_play("rollback.yml", variables={"stack_release": str(older)})
    refused(run, eyes, everything, f"does not run on {revision}", "take the schema back to")
    assert schema(eyes) == revision
    # The way that is told: the newer release takes the schema back, then it is gone back.
    eyes.run("docker", "exec", "todo-backend-1", "alembic", "downgrade", was)
    run = run_play("rollback.yml", variables={"stack_release": str(older)})
    assert run.code == 0, run.output
    assert schema(eyes) == was


def test_status_tells_what_is_and_what_differs(eyes: Eyes, run_play: Any) -> None:
    everything = eyes.everything()
    told = status_of(run_play)
    assert eyes.everything() == everything
    assert told["reached"] and told["problem"] == ""
    assert told["release"]["number"] == releases(eyes)[-1]
    states = {one["service"]: (one["state"], one["health"]) for one in told["services"]}
    assert states["backend"] == states["postgres"] == ("running", "healthy")
    assert all(one["memory_bytes"] for one in told["services"] if one["state"] == "running")
    assert told["drift"] == []
    eyes.run("docker", "stop", "todo-frontend-1")
    try:
        [row] = status_of(run_play)["drift"]
        assert (row["service"], row["action"]) == ("frontend", "start")
    finally:
        eyes.run("docker", "start", "todo-frontend-1")
    screen = run_play("status.yml")
    assert screen.seconds < ROLLBACK_SECONDS
    assert f"{HOST}  todo" in screen.output and "  backup    " in screen.output


def test_who_did_what_is_kept_on_the_host_and_told(eyes: Eyes, run_play: Any) -> None:
    text = eyes.sh('cat "$0"/audit.jsonl', STATE_DIR)
    assert eyes.sh('stat -c %a "$0"/audit.jsonl', STATE_DIR).strip() == "600"
    entries = [json.loads(line) for line in text.splitlines()]
    ended = [(one["what"], one["outcome"]) for one in entries]
    for told in (("release", "done"), ("rollback", "done"), ("rollback", "failed"),
                 ("rotation", "done")):  # fmt: skip
        assert told in ended
    assert ended.count(("rollback", "began")) == sum(
        what == "rollback" and outcome in {"done", "failed"} for what, outcome in ended
    )
    number = releases(eyes)[-1]
    assert (entries[-1]["release"], entries[-1]["outcome"]) == (number, "done")
    assert status_of(run_play)["audit"][0] == entries[-1]
    assert entries[-1]["by"] == record(eyes, number)["by"]
    secrets = [v for names in eyes.state("secrets.json").values() for v in names.values()]
    assert not [one for one in secrets if one in text]


def test_what_was_measured_of_each_release_is_recorded(eyes: Eyes) -> None:
    told = record(eyes, releases(eyes)[-1])
    assert told["rollout_seconds"] > 0
    assert told["measured"]["backend"]["size_bytes"] > 0
    known = eyes.state("secrets_since.json")
    assert {"backend.DATABASE_URL", "backend.BETTER_AUTH_SECRET"} <= set(known)


def test_logs_are_side_by_side_and_show_no_secret(eyes: Eyes, run_play: Any) -> None:
    secrets = [v for names in eyes.state("secrets.json").values() for v in names.values()]
    told = "; ".join(f"echo 'it is {one} 1>&2'" for one in secrets)
    eyes.run("docker", "exec", "todo-frontend-1", "sh", "-c", f"({told}) >/proc/1/fd/1")
    run = run_play("logs.yml", variables={"stack_since": "10m", "stack_lines": 500})
    assert run.code == 0, run.output
    assert "it is ********" in run.output
    assert not [one for one in secrets if one in run.output]
    rows = [one.split("  ") for one in run.output.splitlines() if f"  {HOST}  " in one]
    assert {row[2] for row in rows} >= {"backend", "frontend"}
    assert [row[0] for row in rows] == sorted(row[0] for row in rows)
    one = run_play("logs.yml", variables={"stack_service": "backnd"})
    assert one.code != 0 and "did you mean backend" in one.output


def test_after_all_that_a_plain_run_is_content(run_play: Any, project: Path) -> None:
    variables = {"stack_project_dir": str(project)}
    assert run_play("site.yml", variables=variables).code == 0
    again = run_play("site.yml", variables=variables)
    assert (again.code, again.recap(HOST)["changed"]) == (0, 0), again.output
    plain = run_play("site.yml")
    assert plain.code == 0, plain.output
