"""The artifacts: whole files, exact keys, a page that needs and runs nothing from elsewhere."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.todo.stack.plugins.module_utils.decide.plan import Action
from ansible_collections.todo.stack.plugins.module_utils.judge.check import Check
from ansible_collections.todo.stack.plugins.module_utils.look.observation import ReleaseSeen
from ansible_collections.todo.stack.plugins.plugin_utils.judge.report import (
    acceptance,
    render_report,
    set_aside,
    why,
    write_artifacts,
)

SAMPLE = Path(__file__).parents[2] / "data" / "acceptance.json"
WHEN = "2026-01-18 10:00 UTC"


@pytest.fixture
def sample() -> dict[str, Any]:
    """Return the sample's content."""
    found: dict[str, Any] = json.loads(SAMPLE.read_text())
    return found


class Page(HTMLParser):
    """Notes the tags, the addresses and the text of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in {"src", "href"}]

    def handle_data(self, data: str) -> None:
        self.words.append(data.strip())


def test_the_artifact_has_the_keys_that_programs_rely_on(sample: dict[str, Any]) -> None:
    rows = [{key: row[key] for key in row if key != "id"} for row in sample["checks"]]
    content = acceptance(
        "localhost",
        [Check(**row) for row in rows],
        sample["images"],
        ReleaseSeen(**sample["release"]),
        actions=[Action(**action) for action in sample["actions"]],
        reasons=sample["reasons"],
    )
    assert content == sample
    assert list(content) == [
        "host", "passed", "checks", "images", "release", "actions", "reasons",
    ]  # fmt: skip
    assert list(content["checks"][0]) == [
        "id", "service", "criterion", "passed", "measured", "limit", "unit", "message",
        "relaxed",
    ]  # fmt: skip


def test_no_checks_at_all_are_no_acceptance() -> None:
    assert acceptance("localhost", [], [], ReleaseSeen())["passed"] is False


def test_a_report_that_is_set_aside_is_found_under_another_name(
    tmp_path: Path, sample: dict[str, Any]
) -> None:
    set_aside(tmp_path)
    for _ in range(2):
        write_artifacts(tmp_path, sample, WHEN)
        set_aside(tmp_path)
    names = ["previous-acceptance.json", "previous-report.html"]
    assert sorted(path.name for path in tmp_path.iterdir()) == names


def test_both_files_are_written_whole_and_nothing_else(
    tmp_path: Path, sample: dict[str, Any]
) -> None:
    folder = tmp_path / "artifacts" / "localhost"
    for _ in range(2):
        written = write_artifacts(folder, sample, WHEN)
    assert sorted(path.name for path in folder.iterdir()) == ["acceptance.json", "report.html"]
    assert json.loads(written[0].read_text()) == sample


def test_an_interrupted_write_leaves_the_old_file_and_no_other(
    tmp_path: Path, sample: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_artifacts(tmp_path, sample, WHEN)
    before = (tmp_path / "acceptance.json").read_text()

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_artifacts(tmp_path, {**sample, "host": "other"}, WHEN)
    assert (tmp_path / "acceptance.json").read_text() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["acceptance.json", "report.html"]


def test_the_page_shows_every_check_and_loads_nothing(sample: dict[str, Any]) -> None:
    page = Page(render_report(sample, WHEN))
    assert not set(page.tags) & {"script", "link", "img", "iframe"}
    assert page.addresses == []
    assert "localhost is not accepted" in page.words
    good = sum(check["passed"] for check in sample["checks"])
    assert f"{good} of {len(sample['checks'])} checks passed, {WHEN}" in page.words
    assert page.words.count("✓") == good
    assert {"231.4 MB", "at most 500.0 MB", "COPY /opt/venv /opt/venv"} <= set(page.words)


def test_the_page_says_why_and_which_release(sample: dict[str, Any]) -> None:
    words = Page(render_report(sample, WHEN)).words
    assert "Release 7, 2026-01-18T09:59:30Z, by ops" in words
    lines = why(sample)
    assert lines == [
        "backend: app/main.py changed",
        "backend: recreate, todo-backend:cc33 is another image now (app/main.py changed)",
    ]
    assert set(lines) <= set(words)
    assert "Volumes" in words
    sample.update(release={"number": 0, "at": "", "by": ""}, actions=[], reasons=[])
    bare = Page(render_report(sample, WHEN)).words
    assert not [word for word in bare if word.startswith(("Release", "What this run did"))]


def test_a_name_that_is_no_unicode_is_written_all_the_same(
    tmp_path: Path, sample: dict[str, Any]
) -> None:
    sample["reasons"] = ["backend: caf\udce9.py changed"]
    written = write_artifacts(tmp_path, sample, WHEN)
    assert all("caf\\udce9.py" in path.read_text() for path in written)


def test_text_from_a_host_is_text_and_no_markup(sample: dict[str, Any]) -> None:
    sample["checks"][0]["message"] = "<script>alert(1)</script>"
    sample["images"][0]["layers"][0]["created_by"] = "RUN echo '<b>'"
    html = render_report(sample, WHEN)
    assert "<script>" not in html
    assert "&lt;b&gt;" in html


def test_an_image_without_a_record_is_shown_all_the_same(sample: dict[str, Any]) -> None:
    sample["images"][0].update(base_bytes=None, build_seconds=None, steps=[], cached_steps=None)
    assert "todo-backend:cc33" in render_report(sample, WHEN)
    sample["images"][0]["budget"] = {"seconds": None, "bytes": None}
    assert Page(render_report(sample, WHEN)).words.count("Budget") == 1
    sample["images"] = []
    assert "Images" not in Page(render_report(sample, WHEN)).words
