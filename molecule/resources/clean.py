#!/usr/bin/env python3
"""Remove what scenarios leave: their hosts, volumes, images, processes; nothing that is not theirs.

With ``--scenario`` only that one's hosts and volumes go; what scenarios share stays.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
OWNED = "todo.stack.scenario"
HOST_IMAGES = "todo.stack.molecule=host"
GRACE_SECONDS = 5.0


def docker(*args: str) -> list[str]:
    """Return the lines a docker command prints; one that fails prints why and returns none."""
    done = subprocess.run(["docker", *args], capture_output=True, text=True, check=False)  # noqa: S607
    if done.returncode:
        print(done.stderr.strip())
    return done.stdout.split()


def remove_hosts(label: str) -> None:
    """Remove containers, then volumes and networks, that carry ``label`` as their own."""
    for kind, listing, removal in (
        ("container", ["ls", "--all"], ["rm", "--force", "--volumes"]),
        ("volume", ["ls"], ["rm", "--force"]),
        ("network", ["ls"], ["rm"]),
    ):
        found = docker(kind, *listing, "--quiet", f"--filter=label={label}")
        if found:
            docker(kind, *removal, *found)
            print(f"removed {len(found)} {kind}(s)")


def remove_images() -> None:
    """Remove the images of hosts, former seeds too; what a container uses stays: docker says so."""
    # The newest come first: a seed is made from another, which cannot go before it.
    found = dict.fromkeys(docker("image", "ls", "--quiet", f"--filter=label={HOST_IMAGES}"))
    for image in found:
        if docker("image", "rm", "--force", image):
            print(f"removed image {image}")


def processes(project: Path, proc: Path = Path("/proc")) -> Iterator[int]:
    """Yield Molecule of ``project`` and what it has started, but not our own process."""
    told = f"MOLECULE_PROJECT_DIRECTORY={project}".encode()
    molecule = f"{project}/.venv/bin/molecule".encode()
    for entry in proc.iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            if told in (entry / "environ").read_bytes().split(b"\0") or molecule in (
                entry / "cmdline"
            ).read_bytes().split(b"\0"):
                yield int(entry.name)
        except OSError:
            continue  # it has ended, or is another user's


def end_processes(project: Path) -> None:
    """Ask leftover processes to end, then insist."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        found = list(processes(project))
        for pid in found:
            try:
                os.kill(pid, sign)
            except ProcessLookupError:
                continue
        if found:
            print(f"{sign.name} to {len(found)} process(es)")
            time.sleep(GRACE_SECONDS if sign is signal.SIGTERM else 0)


def remove_folders(project: Path) -> None:
    """Remove Molecule's folders of the project: keys, inventories, archives, reports."""
    for folder in (Path.home() / ".ansible/tmp").glob("molecule.*"):
        config = folder / "molecule.yml"
        if config.is_file() and f"{project}/.dev" in config.read_text():
            shutil.rmtree(folder)


def main() -> None:
    """Clean up after one scenario, or after all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scenario", help="only what this scenario's hosts left")
    scenario = parser.parse_args().scenario
    if not shutil.which("docker"):
        print("no docker command: no host can be left")
    elif scenario:
        remove_hosts(f"{OWNED}={scenario}")
    else:
        end_processes(PROJECT)
        remove_hosts(OWNED)
        remove_images()
        remove_folders(PROJECT)


if __name__ == "__main__":
    main()
