"""People with browsers: what the browser tests share."""

from __future__ import annotations

import os
import uuid
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from .conftest import FRONTEND, PROJECT, docker

SITE = os.environ.get("STACK_URL", FRONTEND)
SHOTS = PROJECT / "artifacts" / "screenshots"
CHROMIUM = "/usr/bin/chromium"
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--no-first-run"]  # fmt: skip
PASSWORD = "correct horse battery"

SHIFTS = """
window.shifts = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifts.push(entry.value);
}).observe({ type: "layout-shift", buffered: true });
new PerformanceObserver((list) => { window.largest = list.getEntries().at(-1).startTime; })
  .observe({ type: "largest-contentful-paint", buffered: true });
"""

# Nothing is fetched ahead when the page is idle.
NOTHING_AHEAD = """const soon = window.setTimeout;
window.setTimeout = (work, ms, ...rest) => ms === 4000 ? 0 : soon(work, ms, ...rest);"""

MOVED = "Promise.allSettled(document.getAnimations().map((each) => each.finished))"


@dataclass
class Person:
    """Somebody with a browser of their own; what goes wrong in its pages is kept."""

    page: Page
    email: str = field(default_factory=lambda: f"p-{uuid.uuid4().hex[:12]}@example.com")
    wrongs: list[str] = field(default_factory=list)
    site: str = SITE

    @property
    def task_field(self) -> Locator:
        """Where a new task is written."""
        return self.page.get_by_label("What is to be done?")

    def sign_up(self, name: str = "Ada Lovelace") -> None:
        """Make an account, and arrive at its empty list."""
        self.page.goto(f"{self.site}/sign-up")
        self.page.get_by_label("Name").fill(name)
        self.page.get_by_label("E-mail").fill(self.email)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Create my account").click()
        expect(self.page.get_by_text("Nothing to do")).to_be_visible()

    def sign_in(self, password: str = PASSWORD) -> None:
        """Fill and send the form of the page at hand."""
        self.page.get_by_label("E-mail").fill(self.email)
        self.page.get_by_label("Password").fill(password)
        self.page.get_by_role("button", name="Sign in").click()

    def add(self, line: str) -> None:
        """Write a task and wait until it is saved."""
        with self.page.expect_response(lambda r: r.request.method == "POST" and r.ok):
            self.task_field.fill(line)
            self.task_field.press("Enter")

    def task(self, title: str) -> Locator:
        """The checkbox of a task."""
        return self.page.get_by_role("checkbox", name=title)

    def shows(self, *titles: str) -> None:
        """The list has exactly these tasks."""
        expect(self.page.locator("ul [type=checkbox]")).to_have_count(len(titles))
        for title in titles:
            expect(self.task(title)).to_be_visible()

    def shoot(self, name: str) -> None:
        """Keep a picture of the page."""
        SHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SHOTS / f"{name}.png", animations="disabled")

    def axe(self, axe: str) -> None:
        """Nothing on the page keeps people out."""
        # Colours on their way to being seen have no contrast yet.
        self.page.evaluate(MOVED)
        self.page.evaluate(axe)
        found: dict[str, Any] = self.page.evaluate("axe.run()")
        problems = [
            f"{each['id']}: {node['html']}"
            for each in found["violations"]
            for node in each["nodes"]
            if each["impact"] in ("serious", "critical", "moderate")
        ]
        assert problems == [], f"at {self.page.url}"


def arrive(browser: Browser, site: str = SITE, **options: Any) -> tuple[BrowserContext, Person]:
    """Bring a person with a fresh browser; the caller closes it and looks at `wrongs`."""
    context = browser.new_context(viewport={"width": 1100, "height": 800}, **options)
    context.add_init_script(SHIFTS)
    person = Person(context.new_page(), site=site)
    page = person.page
    page.on("pageerror", lambda error: person.wrongs.append(f"error: {error}"))
    page.on(
        "console",
        lambda m: (
            person.wrongs.append(m.text)
            # A refused sign-in is the server's 401, which browsers report as an error.
            if m.type == "error" and "status of 4" not in m.text
            else None
        ),
    )
    page.on(
        "request",
        lambda r: None if r.url.startswith(site) else person.wrongs.append(f"foreign: {r.url}"),
    )
    return context, person


def local_base(name: str) -> str:
    """A base image by its own name, or the one that was bootstrapped where no registry answers."""
    local = f"localhost/todo-stack/{name}"
    return local if docker("images", "--quiet", local).strip() else name


def axe_source() -> str:
    """Return axe-core, as locked in the frontend's packages."""
    image = docker(
        "build", "--quiet", "--target", "dependencies",
        "--build-arg", f"NODE_IMAGE={local_base('node:20-slim')}",
        "--secret", "id=ca,src=/etc/ssl/certs/ca-certificates.crt", str(PROJECT / "frontend"),
    ).strip()  # fmt: skip
    return docker("run", "--rm", image, "cat", "node_modules/axe-core/axe.min.js")
