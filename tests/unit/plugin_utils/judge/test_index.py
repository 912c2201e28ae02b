"""The page over all hosts and stacks of a folder of artifacts."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.todo.stack.plugins.module_utils.edge.files import exclusive
from ansible_collections.todo.stack.plugins.plugin_utils.judge.artifacts import (
    artifacts_folder,
    set_aside,
    write_artifacts,
)
from ansible_collections.todo.stack.plugins.plugin_utils.judge.index import (
    index_rows,
    write_index,
)
from ansible_collections.todo.stack.tests.unit.plugin_utils.judge.test_report import Page

GOOD = {"passed": True}


def report(base: Path, sample: dict[str, Any], host: str, **changes: Any) -> Path:
    """Write a host's report and return its folder."""
    content = {**sample, "host": host, **changes}
    folder = artifacts_folder(base, host, content["stack"])
    write_artifacts(folder, content)
    return folder


def test_every_host_and_stack_has_a_row_with_what_it_runs(
    tmp_path: Path, sample: dict[str, Any]
) -> None:
    report(tmp_path, sample, "vm2", **GOOD)
    report(tmp_path, sample, "vm 1")
    report(tmp_path, sample, "vm2", stack="shop", **GOOD)
    set_aside(report(tmp_path, sample, "vm3", **GOOD))
    (tmp_path / "screenshots").mkdir()
    rows = index_rows(tmp_path, ["vm2", "vm3", "vm4"])
    assert [(row["host"], row["stack"], row["passed"], row["report"]) for row in rows] == [
        ("vm 1", "todo", False, "vm%201/report.html"),
        ("vm2", "shop", True, "vm2/shop/report.html"),
        ("vm2", "todo", True, "vm2/report.html"),
        ("vm3", "todo", None, "vm3/previous-report.html"),
        ("vm4", "", None, ""),
    ]
    first = rows[0]
    assert (first["release"], first["by"]) == (7, "ops")
    assert first["failed"] == [one["id"] for one in sample["checks"] if not one["passed"]]
    [image] = [one for one in first["images"] if one["name"] == "todo-backend:cc33"]
    digest = sample["images"][0]["digest"]
    assert (image["digest"], image["shown"]) == (digest, digest.removeprefix("sha256:")[:12])


def test_the_page_links_each_report_and_loads_nothing(
    tmp_path: Path, sample: dict[str, Any]
) -> None:
    report(tmp_path, sample, "vm1", **GOOD)
    report(tmp_path, sample, "<b>2")
    path = write_index(tmp_path, ["vm3"])
    assert path == tmp_path / "index.html"
    html = path.read_text()
    page = Page(html)
    assert not set(page.tags) & {"script", "link", "img", "iframe"}
    assert sorted(page.addresses) == ["%3Cb%3E2/report.html", "vm1/report.html"]
    assert all((tmp_path / one).is_file() for one in ("<b>2/report.html", "vm1/report.html"))
    assert "1 of 3 accepted" in page.words
    assert {"✓ accepted", "✗ not accepted", "not judged", "no report yet", "<b>2"} <= set(
        page.words
    )
    assert "<b>2" not in html


@pytest.mark.parametrize("content", ["{torn", "[]", '{"host": 7, "checks": [1], "images": 3}'])
def test_a_report_that_cannot_be_read_hides_no_other(
    tmp_path: Path, sample: dict[str, Any], content: str
) -> None:
    report(tmp_path, sample, "vm1", **GOOD)
    (tmp_path / "vm2").mkdir()
    (tmp_path / "vm2/acceptance.json").write_text(content)
    rows = index_rows(tmp_path, [])
    assert [row["passed"] for row in rows if row["host"] == "vm1"] == [True]
    assert [row["passed"] for row in rows if row["host"] != "vm1"] == [None]
    assert write_index(tmp_path, []).exists()


def test_hosts_that_are_judged_side_by_side_are_all_on_the_page(
    tmp_path: Path, sample: dict[str, Any]
) -> None:
    report(tmp_path, sample, "vm1", **GOOD)
    slow = threading.Thread(target=write_index, args=(tmp_path, []))
    with exclusive(tmp_path):
        slow.start()
        report(tmp_path, sample, "vm2", **GOOD)
    slow.join()
    assert "vm2" in Page((tmp_path / "index.html").read_text()).words
