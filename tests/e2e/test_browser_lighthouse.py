"""Lighthouse's scores of the deployed pages."""

from __future__ import annotations

import json
import socket
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page

from .browsing import CHROMIUM, QUIET, Person, arrive, local_base
from .conftest import docker
from .test_browser import browser, person, site

__all__ = ["browser", "person", "site"]
LEAST = 95
# Of a slow phone on a slow network, imitated: what else this machine does weighs four times there.
LEAST_PHONE_PERFORMANCE = 90
# On a phone imitated four times slower, the blocking time of one page was 350 ms, then 520 ms.
TRIES = 8
# With which Lighthouse's score of a phone is 95, where all else is as it is.
MOST_BLOCKING_MS = 270


@pytest.fixture(scope="module")
def image() -> str:
    """Lighthouse, as locked beside this test."""
    return docker(
        "build", "--quiet", "--build-arg", f"NODE_IMAGE={local_base('node:20-slim')}",
        "--secret", "id=ca,src=/etc/ssl/certs/ca-certificates.crt",
        str(Path(__file__).parent / "lighthouse"),
    ).strip()  # fmt: skip


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def audit(image: str, port: int, address: str, cookie: str, device: str) -> dict[str, int]:
    """Return the best scores of a few tries: other work of the machine only ever lowers them."""
    fast = LEAST_PHONE_PERFORMANCE if device == "mobile" else LEAST
    best: dict[str, int] = {}
    for _ in range(TRIES):
        command = ("run", "--rm", "--init", "--network", "host", "--env", f"COOKIE={cookie}")
        scores = json.loads(docker(*command, image, str(port), address, device))
        assert scores.pop("address") == address
        if urlsplit(address).hostname != "127.0.0.1":
            del scores["best-practices"]  # it takes 127.0.0.1 alone for as good as HTTPS
        best = {name: max(score, best.get(name, 0)) for name, score in scores.items()}
        others = [score for name, score in best.items() if name != "performance"]
        if best["performance"] >= fast and min(others) >= LEAST:
            break
    return best


def blocking_ms(page: Page, address: str) -> float:
    """Return how long a phone four times slower is held up by a page, whatever else runs here.

    Lighthouse measures by the clock; this counts the processor's time of the page alone.
    """
    session = page.context.new_cdp_session(page)
    events: list[dict[str, Any]] = []
    ended: list[bool] = []
    session.on("Tracing.dataCollected", lambda message: events.extend(message["value"]))
    session.on("Tracing.tracingComplete", lambda _: ended.append(True))
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    categories = {
        "includedCategories": ["devtools.timeline", "disabled-by-default-devtools.timeline"]
    }
    session.send("Tracing.start", {"transferMode": "ReportEvents", "traceConfig": categories})
    page.goto(address)
    page.wait_for_timeout(2000)
    session.send("Tracing.end")
    while not ended:
        page.wait_for_timeout(50)
    [(main, _)] = Counter(
        (each["pid"], each["tid"]) for each in events if each["name"] == "EvaluateScript"
    ).most_common(1)
    tasks: list[float] = [
        4 * each.get("tdur", 0) / 1000
        for each in events
        if each["name"] == "RunTask" and (each["pid"], each["tid"]) == main
    ]
    return sum(max(0.0, each - 50) for each in tasks)


def test_a_slow_phone_is_not_held_up_for_long(person: Person) -> None:
    person.sign_up()
    person.add("Water the plants")
    tries = [blocking_ms(person.page, f"{person.site}/tasks") for _ in range(3)]
    assert min(tries) < MOST_BLOCKING_MS, tries


def test_lighthouse_scores(browser: Browser, site: str, image: str) -> None:
    port = free_port()
    arguments = [*QUIET, f"--remote-debugging-port={port}"]
    with browser.browser_type.launch(executable_path=CHROMIUM, args=arguments) as chromium:
        context, person = arrive(chromium)
        person.sign_up()
        person.add("Water the plants")
        cookie = "; ".join(f"{c['name']}={c['value']}" for c in context.cookies())
        context.close()
        pages = {"/": "", "/sign-up": "", "/tasks": cookie}
        found = {
            path: audit(image, port, site + path, given, "desktop") for path, given in pages.items()
        }
        on_phone = audit(image, port, f"{site}/tasks", cookie, "mobile")
    low = {path: scores for path, scores in found.items() if min(scores.values()) < LEAST}
    assert low == {}
    assert on_phone.pop("performance") >= LEAST_PHONE_PERFORMANCE
    assert min(on_phone.values()) >= LEAST
