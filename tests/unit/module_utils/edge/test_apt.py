"""What apt on a host is configured with, also where its sources only name a list of mirrors."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.todo.stack.plugins.module_utils.edge import apt

CLOUD = """Types: deb deb-src
URIs: mirror+file://{}/debian.list
Suites: bookworm bookworm-updates
Components: main

Types: deb
URIs: mirror+file:{}/security.list
Suites: bookworm-security
Components: main
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an /etc/apt as cloud images have it."""
    (tmp_path / "sources.list.d").mkdir()
    (tmp_path / "sources.list.d/debian.sources").write_text(CLOUD.format(tmp_path, tmp_path))
    (tmp_path / "security.list").write_text("https://deb.example/debian-security\n")
    monkeypatch.setattr(apt, "APT", tmp_path)
    return tmp_path


def test_the_mirrors_of_a_cloud_image_are_read_from_their_lists(folder: Path) -> None:
    (folder / "debian.list").write_text("https://deb.example/debian\n")
    found = apt.host_mirror("bookworm")
    assert found.uri == "https://deb.example/debian"
    assert found.security_uri == "https://deb.example/debian-security"


def test_a_list_that_is_not_there_leaves_the_source_to_apt(folder: Path) -> None:
    assert apt.host_mirror("bookworm").uri == f"mirror+file://{folder}/debian.list"


def test_the_file_of_a_source_that_others_wrote_is_named(folder: Path) -> None:
    file = folder / "sources.list.d/docker.list"
    file.write_text("deb [signed-by=/x.gpg] https://d.example/linux/debian bookworm stable\n")
    (folder / "sources.list.d/old.list.save").write_text(file.read_text())
    assert apt.sources_of("https://d.example/linux/debian", "bookworm") == [str(file)]
