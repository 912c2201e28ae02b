"""Backups on a host: whole while it is written to, proven, found when corrupted, and restored."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from ansible_collections.todo.stack.molecule.eyes import STATE_DIR, Eyes
from ansible_collections.todo.stack.molecule.plays import Run

SCENARIO = os.environ.get("MOLECULE_SCENARIO_NAME", "operations")
HOST = f"todo-{SCENARIO}"
BACKUPS = f"{STATE_DIR}/backups"
OVER = {"stack_restore_over_data": True}
Play = Callable[..., Run]

ROWS = 100_000
# A table of the test's own: rows of one transaction are whole in a backup, or not in it.
TABLE = "CREATE TABLE IF NOT EXISTS pairs (id bigserial PRIMARY KEY, batch bigint, note text);"
FILL = "INSERT INTO pairs (batch, note) SELECT i / 2, md5(i::text) FROM generate_series(2, {}) i;"
WRITE = (
    'while :; do echo "BEGIN; INSERT INTO pairs (batch) VALUES ($(date +%s%N));'
    ' INSERT INTO pairs (batch) SELECT max(batch) FROM pairs; COMMIT;"; done'
    " | docker exec -i todo-postgres-1 psql -q -U todo todo"
)
ODD = "SELECT count(*) FROM (SELECT FROM pairs GROUP BY batch HAVING count(*) % 2 = 1) AS odd;"


def sql(eyes: Eyes, statement: str, database: str = "todo") -> str:
    """Return what the stack's database answers."""
    return eyes.run("docker", "exec", "todo-postgres-1", "psql", "-qAtU", "todo", "-d", database,
                    "-c", statement).strip()  # fmt: skip


def count(eyes: Eyes) -> int:
    return int(sql(eyes, "SELECT count(*) FROM pairs"))


def backups(eyes: Eyes) -> list[dict[str, Any]]:
    """Return what is told of the backups on the host, the newest first."""
    names = eyes.sh('cd "$0" 2>/dev/null || exit 0; ls -r *.json || :', BACKUPS).split()
    return [json.loads(eyes.run("cat", f"{BACKUPS}/{name}")) for name in names]


def leftovers(eyes: Eyes) -> str:
    """Return what no backup and no restore may leave: databases, containers, half files."""
    found = sql(eyes, "SELECT datname FROM pg_database WHERE datname ~ '_(restoring|before)'")
    half = eyes.sh('find "$0" -name ".*"', BACKUPS)
    return "".join([found, half, *(name for name in eyes.names() if "candidate" in name)])


@pytest.fixture
def filled(eyes: Eyes) -> Iterator[None]:
    """Have rows in the database, and none of them afterwards."""
    sql(eyes, TABLE)
    sql(eyes, FILL.format(ROWS + 1))
    yield
    sql(eyes, "DROP TABLE IF EXISTS pairs")


def made(run_play: Play, **variables: Any) -> Run:
    run = run_play("backup.yml", variables=variables)
    assert run.code == 0, run.told
    return run


@pytest.mark.usefixtures("filled")
def test_a_backup_under_load_is_whole_private_and_proven(eyes: Eyes, run_play: Play) -> None:
    eyes.sh('setsid sh -c "$0" >/dev/null 2>&1 & echo $! > /run/writer.pid', WRITE)
    try:
        made(run_play)
    finally:
        eyes.sh("kill -- -$(cat /run/writer.pid)")
    newest = backups(eyes)[0]
    assert newest["proven"]
    assert newest["holding"]["revision"]
    assert newest["holding"]["tables"]["public.pairs"]["rows"] >= ROWS
    assert eyes.sh('stat -c %a "$0"/*', BACKUPS).split() == ["600"] * 2 * len(backups(eyes))
    assert leftovers(eyes) == ""
    written = count(eyes)
    assert made_whole(eyes, run_play, newest["name"])
    assert count(eyes) <= written


def made_whole(eyes: Eyes, run_play: Play, name: str) -> bool:
    """Restore a backup, and tell whether every transaction is whole in it."""
    run = run_play("restore.yml", variables={"stack_backup": name, **OVER})
    assert run.code == 0, run.told
    return sql(eyes, ODD) == "0"


@pytest.mark.usefixtures("filled")
def test_what_was_destroyed_is_there_again(eyes: Eyes, run_play: Play) -> None:
    made(run_play)
    assert run_play("destroy.yml", variables={"stack_destroy_data": True}).code == 0
    assert run_play("site.yml").code == 0
    run = run_play("restore.yml", variables=OVER)
    assert run.code == 0, run.told
    assert count(eyes) == ROWS
    assert leftovers(eyes) == ""
    assert run_play("site.yml").recap(HOST)["changed"] == 0


@pytest.mark.usefixtures("filled")
def test_data_is_not_replaced_unless_told(eyes: Eyes, run_play: Play) -> None:
    made(run_play)
    sql(eyes, "DELETE FROM pairs WHERE id % 2 = 0")
    refused = run_play("restore.yml")
    assert refused.code != 0
    assert "the database holds other data than the backup" in refused.told
    assert "public.pairs (50000 rows)" in refused.told
    assert count(eyes) == 50_000


@pytest.mark.usefixtures("filled")
def test_a_corrupted_backup_is_found_and_never_restored(eyes: Eyes, run_play: Play) -> None:
    made(run_play)
    made(run_play)
    newest, before = backups(eyes)[:2]
    eyes.sh('printf x | dd of="$0" bs=1 seek=1000 conv=notrunc', f"{BACKUPS}/{newest['file']}")
    for playbook in ("backup.yml", "restore.yml"):
        run = run_play(playbook, variables={"stack_backup": newest["name"], **OVER})
        assert run.code != 0
        assert "it is corrupted" in run.told
    assert backups(eyes)[0]["proven"] == ""
    run = run_play("restore.yml", variables=OVER)
    assert run.code == 0, run.told
    assert before["name"] in run.output


@pytest.mark.usefixtures("filled")
def test_a_full_disk_leaves_the_old_ones(eyes: Eyes, run_play: Play) -> None:
    made(run_play)
    before = eyes.sh('cd "$0" && sha256sum *postgres*', BACKUPS)
    # The folder becomes a disk of its own, with less room than a dump is expected to take.
    eyes.sh('cp -a "$0" /run/kept; mount -t tmpfs -o size=60m,mode=700 none "$0";'
            ' cp -a /run/kept/. "$0"; head -c 12M /dev/zero >"$0/other"', BACKUPS)  # fmt: skip
    try:
        run = run_play("backup.yml")
        assert run.code != 0
        assert "the disk is full" in run.told or "MB are free" in run.told
        assert eyes.sh('cd "$0" && sha256sum *postgres*', BACKUPS) == before
        assert leftovers(eyes) == ""
    finally:
        eyes.sh('umount "$0"; rm -rf /run/kept', BACKUPS)


@pytest.mark.usefixtures("filled")
def test_a_restore_that_does_not_hold_puts_the_data_back(eyes: Eyes, run_play: Play) -> None:
    made(run_play)
    sql(eyes, "UPDATE alembic_version SET version_num = 'x' || version_num")
    made(run_play)
    wrong = backups(eyes)[0]["name"]
    sql(eyes, "UPDATE alembic_version SET version_num = substr(version_num, 2)")
    sql(eyes, "DELETE FROM pairs WHERE id > 10")
    run = run_play("restore.yml", variables={"stack_backup": wrong, **OVER})
    assert run.code != 0
    assert "migrate is not healthy" in run.told
    assert count(eyes) == 10
    assert leftovers(eyes) == ""
    assert run_play("verify.yml").code == 0


@pytest.mark.usefixtures("filled")
def test_a_restore_that_is_killed_converges(
    eyes: Eyes, run_play: Play, start_play: Callable[..., subprocess.Popen[str]],
    within: Callable[[float, Callable[[], bool]], bool],
) -> None:  # fmt: skip
    made(run_play)
    begun = start_play("restore.yml", variables=OVER)

    def filling() -> bool:
        return "todo_restoring" in sql(eyes, "SELECT string_agg(datname, ' ') FROM pg_database")

    assert within(60, filling)
    eyes.sh("systemctl kill --signal=SIGKILL docker; systemctl start docker")
    os.killpg(begun.pid, signal.SIGKILL)
    begun.wait(60)
    assert run_play("site.yml").code == 0
    run = run_play("restore.yml", variables=OVER)
    assert run.code == 0, run.told
    assert count(eyes) == ROWS
    assert leftovers(eyes) == ""


@pytest.mark.usefixtures("filled")
def test_before_a_migration_one_is_made_by_itself(
    eyes: Eyes, run_play: Play, project_copy: Any
) -> None:
    many = len(backups(eyes))
    (project_copy / "backend/app/extra.py").write_text('"""New."""\n')
    variables = {"stack_project_dir": str(project_copy), "stack_backups_keep": many + 1}
    assert run_play("site.yml", variables=variables).code == 0
    newest = backups(eyes)[0]
    assert newest["why"].startswith("before release ")
    assert len(backups(eyes)) == many + 1


@pytest.mark.usefixtures("filled")
def test_old_ones_go_the_proven_one_stays_and_copies_are_private(
    eyes: Eyes, run_play: Play, tmp_path: Any
) -> None:
    made(run_play)
    proven = backups(eyes)[0]["name"]
    for _ in range(2):
        made(run_play, stack_backups_keep=1, stack_backup_drill=False)
    assert [one["name"] for one in backups(eyes)][1:] == [proven]
    made(run_play, stack_backup_fetch=True, stack_backup_fetch_dir=str(tmp_path))
    newest = backups(eyes)[0]
    copy = tmp_path / HOST / newest["file"]
    assert copy.stat().st_mode & 0o777 == 0o600
    assert copy.stat().st_size == newest["bytes"]


@pytest.mark.usefixtures("filled")
def test_what_is_encrypted_is_proven_with_its_key_only(eyes: Eyes, run_play: Play) -> None:
    eyes.sh("apt-get install -y -qq age >/dev/null; umask 077; age-keygen -o /root/age.key")
    public = eyes.sh("age-keygen -y /root/age.key").strip()
    run = made(run_play, stack_backup_recipient=public)
    assert "NOT proven: it is encrypted" in run.output
    newest = backups(eyes)[0]
    assert eyes.sh('head -c 21 "$0"', f"{BACKUPS}/{newest['file']}") == "age-encryption.org/v1"
    made(run_play, stack_backup=newest["name"], stack_backup_identity="/root/age.key")
    assert backups(eyes)[0]["proven"]


def test_a_database_that_is_given_is_refused(run_play: Play) -> None:
    url = "postgresql://todo:Xq7vBnM2kLp9@db.example.org/todo"
    run = run_play("backup.yml", variables={"stack_secrets": {"backend": {"DATABASE_URL": url}}})
    assert run.code != 0
    assert "Neon has branches and a restore to a point in time" in run.told
    assert "Xq7vBnM2kLp9" not in run.output
