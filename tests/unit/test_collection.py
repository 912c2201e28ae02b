"""The tarball that Galaxy would ship."""

from __future__ import annotations

import subprocess
import sys
import tarfile
from pathlib import Path

PROJECT = Path(__file__).parents[2]
LEFTOVERS = {
    ".venv", ".dev", ".git", "node_modules", ".next", "__pycache__", "artifacts", "backups", ".env",
}  # fmt: skip
WANTED = {
    "galaxy.yml": False,  # Galaxy turns it into MANIFEST.json
    "MANIFEST.json": True,
    "LICENSE": True,
    "README.md": True,
    "compose.yaml": True,
    "backend/Dockerfile": True,
    "backend/embedded.env": True,
    "frontend/package-lock.json": True,
    "playbooks/local.yml": True,
    "plugins/modules/image_build.py": True,
    "roles/stack/tasks/main.yml": True,
    "docs/contract.md": True,
    "changelogs/changelog.yaml": True,
    "backend/tests": False,
    "frontend/tests": False,
    "changelogs/fragments": False,
    "docs/contract.py": False,
}
# A file of the checkout that is none of a user's ends up here, or in galaxy.yml's build_ignore.
AT_THE_TOP = {
    "CHANGELOG.md", "FILES.json", "LICENSE", "MANIFEST.json", "README.md", "backend", "changelogs",
    "compose.yaml", "docs", "frontend", "meta", "playbooks", "plugins", "pyproject.toml",
    "requirements.txt", "roles",
}  # fmt: skip


def test_tarball_holds_the_product_and_no_leftovers(tmp_path: Path) -> None:
    galaxy = Path(sys.executable).parent / "ansible-galaxy"
    subprocess.run(
        [str(galaxy), "collection", "build", "--output-path", str(tmp_path), str(PROJECT)],
        check=True,
        capture_output=True,
        timeout=60,
    )
    with tarfile.open(next(tmp_path.glob("todo-stack-*.tar.gz"))) as tar:
        names = set(tar.getnames())
    for name, wanted in WANTED.items():
        assert (name in names) is wanted, name
    assert {name.split("/")[0] for name in names} == AT_THE_TOP
    strays = [
        n for n in names if LEFTOVERS & set(n.split("/")) or n.split("/")[-1].endswith("_cache")
    ]
    assert strays == []
