"""The acceptance: exact keys, a page that needs and runs nothing from elsewhere."""

from __future__ import annotations

from datetime import datetime, timezone
from html.parser import HTMLParser
from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.decide.engine_state import EngineState
from ansible_collections.todo.stack.plugins.module_utils.decide.plan import Action
from ansible_collections.todo.stack.plugins.module_utils.judge.check import Check
from ansible_collections.todo.stack.plugins.module_utils.look.observation import ReleaseSeen, Seen
from ansible_collections.todo.stack.plugins.plugin_utils.judge.report import (
    acceptance,
    render_report,
    why,
)

AT = datetime(2026, 1, 18, 10, tzinfo=timezone.utc)


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
        AT,
        [Check(**row) for row in rows],
        sample["images"],
        Seen("todo", EngineState("running"), release=ReleaseSeen(**sample["release"])),
        actions=[Action(**action) for action in sample["actions"]],
        reasons=sample["reasons"],
    )
    assert content == sample
    assert list(content) == [
        "host", "stack", "at", "passed", "checks", "images", "release", "actions", "reasons",
        "trends",
    ]  # fmt: skip
    assert list(content["checks"][0]) == [
        "id", "service", "criterion", "passed", "measured", "limit", "unit", "message",
        "relaxed",
    ]  # fmt: skip


def test_no_checks_at_all_are_no_acceptance() -> None:
    assert acceptance("localhost", AT, [], [], Seen("", EngineState("")))["passed"] is False


def test_the_page_shows_every_check_and_loads_nothing(sample: dict[str, Any]) -> None:
    page = Page(render_report(sample))
    assert not set(page.tags) & {"script", "link", "img", "iframe"}
    assert page.addresses == []
    assert "localhost is not accepted" in page.words
    good = sum(check["passed"] for check in sample["checks"])
    assert f"{good} of {len(sample['checks'])} checks passed, 2026-01-18 10:00 UTC" in page.words
    assert page.words.count("✓") == good
    assert {"231.4 MB", "at most 500.0 MB", "COPY /opt/venv /opt/venv"} <= set(page.words)


def test_the_page_says_why_and_which_release(sample: dict[str, Any]) -> None:
    words = Page(render_report(sample)).words
    assert "Release 7, 2026-01-18T09:59:30Z, by ops" in words
    lines = why(sample)
    assert lines == [
        "backend: app/main.py changed",
        "backend: recreate, todo-backend:cc33 is another image now (app/main.py changed)",
    ]
    assert set(lines) <= set(words)
    assert "Volumes" in words
    sample.update(release={"number": 0, "at": "", "by": ""}, actions=[], reasons=[])
    bare = Page(render_report(sample)).words
    assert not [word for word in bare if word.startswith(("Release", "What this run did"))]


def test_text_from_a_host_is_text_and_no_markup(sample: dict[str, Any]) -> None:
    sample["checks"][0]["message"] = "<script>alert(1)</script>"
    sample["images"][0]["layers"][0]["created_by"] = "RUN echo '<b>'"
    html = render_report(sample)
    assert "<script>" not in html
    assert "&lt;b&gt;" in html


def test_an_image_without_a_record_is_shown_all_the_same(sample: dict[str, Any]) -> None:
    sample["images"][0].update(base_bytes=None, build_seconds=None, steps=[], cached_steps=None)
    assert "todo-backend:cc33" in render_report(sample)
    sample["images"][0]["budget"] = {"seconds": None, "bytes": None}
    assert Page(render_report(sample)).words.count("Budget") == 1
    sample["images"] = []
    assert "Images" not in Page(render_report(sample)).words


def grown(sample: dict[str, Any], restarts: int) -> dict[str, Any]:
    """Return the sample of a host that keeps two releases."""
    rows = [
        {"release": number, "began": "", "rollout_seconds": 9.5,
         "services": {"backend": {"size_bytes": number * 10**6, "build_seconds": None,
                                  "restarts": restarts}}}
        for number in (6, 7)
    ]  # fmt: skip
    return {**sample, "trends": rows}


def test_the_page_draws_trends_itself(sample: dict[str, Any]) -> None:
    page = Page(render_report(grown(sample, 0)))
    assert page.tags.count("svg") == page.tags.count("polyline") == 3
    assert not set(page.tags) & {"script", "link", "img", "iframe", "use", "image"}
    assert page.addresses == []
    assert {"Releases 6 to 7", "Image size", "Restarts", "Rollout", "backend 7.0 MB"} <= {
        *page.words
    }
    assert "backend, release 6: 6.0 MB" in page.words


def test_before_the_second_release_there_is_no_trend(sample: dict[str, Any]) -> None:
    one = {**sample, "trends": grown(sample, 0)["trends"][:1]}
    assert "svg" not in Page(render_report(one)).tags
