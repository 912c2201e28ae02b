"""`make clean` ends what Molecule's runs of this project left, and nothing else."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

PROGRAM = Path(__file__).parents[2] / "molecule/resources/clean.py"
Left = subprocess.Popen[bytes]


@pytest.fixture
def clean(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    spec = importlib.util.spec_from_file_location("clean", PROGRAM)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "GRACE_SECONDS", 0.2)
    return module


@pytest.fixture
def ours_and_theirs(tmp_path: Path) -> Iterator[tuple[Left, Left]]:
    """Two processes: one of a run of the project in ``tmp_path``, one of a neighbour's."""
    both = [
        subprocess.Popen(["/bin/sleep", "60"], env={"MOLECULE_PROJECT_DIRECTORY": str(folder)})
        for folder in (tmp_path, tmp_path.with_name(f"{tmp_path.name}-2"))
    ]
    yield both[0], both[1]
    for process in both:
        process.kill()
        process.wait()


def test_only_processes_of_this_projects_runs_are_ended(
    clean: ModuleType, tmp_path: Path, ours_and_theirs: tuple[Left, Left]
) -> None:
    ours, theirs = ours_and_theirs
    assert list(clean.processes(tmp_path)) == [ours.pid]
    clean.end_processes(tmp_path)
    assert ours.wait(5) < 0
    assert theirs.poll() is None


def test_molecule_itself_is_ended_too(clean: ModuleType, tmp_path: Path) -> None:
    program = f"{tmp_path}/.venv/bin/molecule"
    command = [sys.executable, "-c", "import time; time.sleep(60)", program]
    with subprocess.Popen(command) as molecule, subprocess.Popen([*command[:-1], "x"]) as other:
        try:
            assert list(clean.processes(tmp_path)) == [molecule.pid]
        finally:
            molecule.kill()
            other.kill()


def test_only_folders_of_this_projects_runs_are_removed(
    clean: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    for name, project in (("a", "/one"), ("b", "/one-more")):
        folder = tmp_path / ".ansible/tmp" / f"molecule.{name}"
        folder.mkdir(parents=True)
        (folder / "molecule.yml").write_text(f"ANSIBLE_COLLECTIONS_PATH: {project}/.dev\n")
    clean.remove_folders(Path("/one"))
    assert [one.name for one in (tmp_path / ".ansible/tmp").iterdir()] == ["molecule.b"]


def test_docker_is_asked_for_labels_of_our_own_alone(
    clean: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, ...]] = []

    def docker(*args: str) -> list[str]:
        asked.append(args)
        return ["x"]

    monkeypatch.setattr(clean, "docker", docker)
    clean.remove_hosts("todo.stack.scenario=update")
    listed = [args for args in asked if "ls" in args]
    assert all("--filter=label=todo.stack.scenario=update" in args for args in listed)
    assert [args[0] for args in listed] == ["container", "volume", "network"]


def test_images_of_hosts_go_by_their_label_the_newest_first(
    clean: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[tuple[str, ...]] = []

    def docker(*args: str) -> list[str]:
        asked.append(args)
        return ["seed", "former-seed", "host", "seed"] if "ls" in args else ["done"]

    monkeypatch.setattr(clean, "docker", docker)
    clean.remove_images()
    assert "--filter=label=todo.stack.molecule=host" in asked[0]
    assert [args[-1] for args in asked[1:]] == ["seed", "former-seed", "host"]
    assert "removed image former-seed" in capsys.readouterr().out
