"""A person's way through the deployed stack, in Chromium."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from .conftest import FRONTEND, PROJECT, Run

SHOTS = PROJECT / "artifacts" / "screenshots"
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--no-first-run"]  # fmt: skip


@pytest.fixture
def page(stack: Run) -> Iterator[Page]:
    """A page in Debian's Chromium; every error of the page fails the test."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=QUIET)
        page = browser.new_page(viewport={"width": 1100, "height": 760})
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        foreign: list[str] = []
        page.on("request", lambda r: foreign.append(r.url) if FRONTEND not in r.url else None)
        yield page
        browser.close()
    assert errors == []
    assert foreign == []


def shoot(page: Page, name: str) -> Path:
    SHOTS.mkdir(parents=True, exist_ok=True)
    path = SHOTS / f"{name}.png"
    page.screenshot(path=path)
    return path


def test_tasks_are_added_completed_deleted_and_survive_a_reload(page: Page) -> None:
    titles = [f"{text} {uuid.uuid4().hex[:4]}" for text in ("Water the plants", "Call the bank")]
    page.goto(FRONTEND)
    field = page.get_by_label("What is to be done?")
    for title in titles:
        expect(page.get_by_role("button", name="Add")).to_be_enabled()
        field.fill(title)
        with page.expect_response(lambda r: r.request.method == "POST" and r.ok):
            field.press("Enter")
        expect(page.get_by_role("checkbox", name=title)).to_be_visible()
    with page.expect_response(lambda r: r.request.method == "PATCH" and r.ok):
        page.get_by_role("checkbox", name=titles[0]).click()
    page.reload()
    expect(page.get_by_role("checkbox", name=titles[0])).to_be_checked()
    expect(page.get_by_role("checkbox", name=titles[1])).not_to_be_checked()
    shoot(page, "tasks")
    for title in titles:
        with page.expect_response(lambda r: r.request.method == "DELETE" and r.ok):
            page.get_by_role("button", name=f"Delete “{title}”").click()
    page.reload()
    expect(field).to_be_visible()
    for title in titles:
        expect(page.get_by_role("checkbox", name=title)).to_have_count(0)
