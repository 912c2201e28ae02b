"""Three hosts at once, by inventory/dev as its README runs it; one that breaks holds none back."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

PROJECT = Path(__file__).parents[3]
FOLDER = Path(os.environ["MOLECULE_EPHEMERAL_DIRECTORY"])
HOSTS = [f"todo-fleet{number}" for number in (1, 2, 3)]
BROKEN = HOSTS[2]
WHOLE = HOSTS[:2]
BUILDER = HOSTS[0]


class Fleet:
    """An inventory like inventory/dev with the addresses of this scenario's hosts."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.inventory = place / "dev"
        shutil.copytree(PROJECT / "inventory/dev", self.inventory)
        instances = yaml.safe_load((FOLDER / "instance_config.yml").read_text())
        hosts = {
            one["instance"]: {
                "ansible_host": one["address"],
                "ansible_ssh_private_key_file": one["identity_file"],
            }
            for one in instances
        }
        content = yaml.safe_load((self.inventory / "hosts.yml").read_text())
        content["all"]["hosts"] = hosts
        (self.inventory / "hosts.yml").write_text(yaml.safe_dump(content))

    def run(self, playbook: str, *options: str) -> tuple[int, str]:
        """Return exit code and output of a playbook, over connections of its own."""
        artifacts = json.dumps({"stack_artifacts_dir": str(self.place / "artifacts")})
        environment = {name: value for name, value in os.environ.items() if "ANSIBLE" not in name}
        done = subprocess.run(
            [
                str(Path(sys.executable).with_name("ansible-playbook")),
                f"--inventory={self.inventory}",
                f"--vault-password-file={self.inventory / 'example-vault-password.txt'}",
                f"--extra-vars={artifacts}",
                f"playbooks/{playbook}",
                *options,
            ],
            cwd=PROJECT,
            env=environment
            | {
                "ANSIBLE_HOST_KEY_CHECKING": "False",
                "ANSIBLE_SSH_ARGS": "-o ControlMaster=no -o ServerAliveInterval=5",
            },
            capture_output=True,
            text=True,
            timeout=900,
            check=False,
        )
        return done.returncode, done.stdout

    def report(self, host: str) -> dict[str, Any]:
        """Return the report of a host that lies on the controller."""
        path = self.place / "artifacts" / host / "acceptance.json"
        found: dict[str, Any] = json.loads(path.read_text()) if path.is_file() else {}
        return found


def recap(output: str) -> dict[str, dict[str, int]]:
    """Return the counts of each host of a play's recap."""
    lines = re.findall(r"^(\S+)\s+: (ok=.*)$", output[output.index("PLAY RECAP") :], re.MULTILINE)
    return {
        host: {k: int(n) for k, n in re.findall(r"(\w+)=(\d+)", counts)} for host, counts in lines
    }


def images_of(name: str) -> dict[str, str]:
    """Return the image ID of each service's container on a host, as its own engine tells."""
    line = '{{ index .Config.Labels "com.docker.compose.service" }} {{ .Image }}'
    script = f"docker ps --quiet | xargs docker inspect --format '{line}'"
    done = subprocess.run(
        ["docker", "exec", name, "sh", "-c", script],  # noqa: S607
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    return dict(line.split() for line in done.stdout.splitlines())


def megabytes_to(name: str, output: str) -> float:
    """Return what came to a host from the one that built, as the play has shown it."""
    said = re.search(rf"^  {name} .* came from {BUILDER}, ([\d.]+) MB in ", output, re.MULTILINE)
    assert said, output
    return float(said[1])


def changed_project(place: Path, text: str) -> str:
    """Return the extra variable that names a copy of the project with a line more."""
    project = place / "project"
    shutil.rmtree(project, ignore_errors=True)
    left = shutil.ignore_patterns("node_modules", ".next", ".venv", "__pycache__", ".env")
    for part in ("backend", "frontend"):
        shutil.copytree(PROJECT / part, project / part, ignore=left)
    shutil.copy(PROJECT / "compose.yaml", project)
    with (project / "backend/app/main.py").open("a") as file:
        file.write(f"# {text}\n")
    return f"--extra-vars=stack_project_dir={project}"


def on_host(name: str, *args: str) -> None:
    """Run a command on a host from outside, where SSH does not reach."""
    subprocess.run(["docker", "exec", name, *args], check=True, capture_output=True)  # noqa: S607


# Of the seed's images and build cache nothing stays: what is there came from the builder.
BARE = (
    "docker image ls -q --filter 'reference=todo-*' | sort -u | xargs -r docker image rm -f;"
    " docker builder prune -af"
)


@pytest.fixture(scope="module", autouse=True)
def bare() -> None:
    """Have no image of ours on any host but the builder."""
    for host in HOSTS:
        if host != BUILDER:
            on_host(host, "sh", "-c", BARE)


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Fleet:
    """Return the fleet; its last host has another process on the frontend's port."""
    on_host(BROKEN, "systemd-run", "--unit=squatter", "python3", "-m", "http.server",
            "--bind", "127.0.0.1", "3000")  # fmt: skip
    return Fleet(tmp_path_factory.mktemp("fleet"))


def test_a_host_that_fails_leaves_the_others_complete_and_is_named(fleet: Fleet) -> None:
    code, output = fleet.run("site.yml")
    assert code != 0
    counts = recap(output)
    assert {name: counts[name]["failed"] for name in HOSTS} == dict.fromkeys(WHOLE, 0) | {BROKEN: 1}
    assert counts[BROKEN]["changed"] == 0
    assert all(fleet.report(name)["passed"] for name in WHOLE)
    assert fleet.report(BROKEN) == {}
    page = (fleet.place / "artifacts/index.html").read_text()
    assert f"{len(WHOLE)} of {len(HOSTS)} accepted" in page and f"<td>{BROKEN}</td>" in page
    assert f"fatal: [{BROKEN}]" in output
    assert "3000" in output


def test_images_are_built_on_one_host_and_brought_to_the_other(fleet: Fleet) -> None:
    assert images_of(WHOLE[0]) == images_of(WHOLE[1])
    listing = ("docker", "exec", WHOLE[1], "docker", "builder", "du")
    used = subprocess.run(listing, check=True, capture_output=True, text=True).stdout
    assert re.search(r"^Total:\s+0B", used, re.MULTILINE), used
    checks = {one["id"]: one for one in fleet.report(WHOLE[1])["checks"]}
    assert checks["fleet.same_images"]["limit"] == f"those of {BUILDER}"


def test_a_canary_that_fails_leaves_the_others_as_they_are(fleet: Fleet) -> None:
    code, output = fleet.run("site.yml", f"--extra-vars=stack_canary={BROKEN}")
    assert code != 0
    assert set(recap(output)) == {BROKEN}


def test_a_host_that_cannot_be_reached_leaves_the_others_complete(fleet: Fleet) -> None:
    on_host(BROKEN, "systemctl", "stop", "ssh")
    try:
        code, output = fleet.run("site.yml", f"--limit={HOSTS[1]},{BROKEN}")
    finally:
        on_host(BROKEN, "systemctl", "start", "ssh")
    assert code != 0
    counts = recap(output)
    assert set(counts) == {HOSTS[1], BROKEN}
    assert counts[BROKEN]["unreachable"] == 1
    assert (counts[HOSTS[1]]["failed"], counts[HOSTS[1]]["changed"]) == (0, 0)


def test_a_preview_of_a_complete_host_predicts_no_change(fleet: Fleet) -> None:
    code, output = fleet.run("site.yml", "--check", "--diff", f"--limit={WHOLE[0]}")
    assert code == 0, output
    assert recap(output)[WHOLE[0]]["changed"] == 0


def test_tags_run_what_they_name(fleet: Fleet) -> None:
    code, output = fleet.run("site.yml", "--tags=base_images,images", f"--limit={WHOLE[0]}")
    assert code == 0, output
    assert "Build the images whose content changed" in output
    assert "Look at the Docker engine" not in output
    assert "Check what runs against the contracts]" not in output


def test_a_batch_of_which_all_fail_ends_a_serial_run(fleet: Fleet) -> None:
    code, output = fleet.run(
        "site.yml", "--extra-vars=stack_serial=1", f"--limit={HOSTS[1]},{BROKEN}"
    )
    assert code != 0
    assert output.count("PLAY [Provision") == 2
    counts = recap(output)
    assert (counts[HOSTS[1]]["failed"], counts[BROKEN]["failed"]) == (0, 1)


def test_once_the_cause_is_gone_a_run_completes_all_and_a_further_one_changes_nothing(
    fleet: Fleet,
) -> None:
    on_host(BROKEN, "systemctl", "stop", "squatter")
    code, output = fleet.run("site.yml")
    assert code == 0, output
    assert all(fleet.report(name)["passed"] for name in HOSTS)
    code, output = fleet.run("site.yml")
    assert code == 0, output
    assert {name: count["changed"] for name, count in recap(output).items()} == dict.fromkeys(
        HOSTS, 0
    )


def test_every_host_runs_the_very_images_that_were_built_once(fleet: Fleet) -> None:
    assert all(fleet.report(name)["passed"] for name in HOSTS)
    assert len({tuple(sorted(images_of(name).items())) for name in HOSTS}) == 1


def test_of_a_changed_line_less_than_a_megabyte_goes_to_each_host(fleet: Fleet) -> None:
    project = changed_project(fleet.place, "a changed line")
    code, output = fleet.run("site.yml", project)
    assert code == 0, output
    assert f"images are built on {BUILDER}" in output
    assert all(megabytes_to(name, output) < 1 for name in HOSTS[1:])
    assert len({images_of(name)["backend"] for name in HOSTS}) == 1


def test_a_host_with_an_image_of_its_own_is_red_until_all_are_run(fleet: Fleet) -> None:
    project = changed_project(fleet.place, "a host runs an image of its own")
    code, output = fleet.run("site.yml", project, f"--limit={HOSTS[1]}")
    assert code == 0, output
    code, output = fleet.run("verify.yml", project)
    assert code != 0
    counts = recap(output)
    assert {name: counts[name]["failed"] for name in HOSTS} == {BUILDER: 0, HOSTS[1]: 1, BROKEN: 0}
    assert "fleet.same_images" in output
    # What follows looks at hosts that run the project itself.
    code, output = fleet.run("site.yml")
    assert code == 0, output
    code, output = fleet.run("site.yml")
    assert code == 0, output
    assert {count["changed"] for count in recap(output).values()} == {0}


def test_verify_reports_each_host(fleet: Fleet) -> None:
    code, output = fleet.run("verify.yml")
    assert code == 0, output
    assert set(recap(output)) == set(HOSTS)
