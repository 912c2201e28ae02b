"""The page as people get it: in Chromium on this machine, through a tunnel into the host."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

if TYPE_CHECKING:
    from playwright.sync_api import Page

CHROMIUM = "/usr/bin/chromium"
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--no-first-run"]  # fmt: skip
ANYONE = ["-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"]


@contextmanager
def tunnel(address: str, port: int) -> Iterator[int]:
    """Yield a port of this machine that leads to a port of the host, for the duration."""
    folder = Path(os.environ["MOLECULE_EPHEMERAL_DIRECTORY"])
    [host] = yaml.safe_load((folder / "instance_config.yml").read_text())
    with socket.create_server(("127.0.0.1", 0)) as free:
        local = int(free.getsockname()[1])
    with subprocess.Popen(
        [  # noqa: S607 - ssh is found on PATH, as for Ansible
            "ssh", "-N", "-q", *ANYONE, "-o", "ExitOnForwardFailure=yes",
            "-i", host["identity_file"], "-p", str(host["port"]),
            "-L", f"127.0.0.1:{local}:{address}:{port}", f"{host['user']}@{host['address']}",
        ]
    ) as ssh:  # fmt: skip
        try:
            deadline = time.monotonic() + 20
            while not _open(local):
                assert ssh.poll() is None, "ssh has ended"
                assert time.monotonic() < deadline, "no tunnel within 20 s"
                time.sleep(0.1)
            yield local
        finally:
            ssh.terminate()


def _open(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    """Return a page of a fresh Chromium, where there is one and what drives it."""
    why = "`make .venv/dev` installs what drives a browser; `make molecule` runs this test too"
    api = pytest.importorskip("playwright.sync_api", reason=f"no playwright here: {why}")
    if not Path(CHROMIUM).exists():
        pytest.skip(f"no {CHROMIUM} here; `make molecule` installs it")
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser.new_page()
        browser.close()


@pytest.fixture
def wrongs(page: Page) -> list[str]:
    """Return what goes wrong in the page."""
    found: list[str] = []
    told: Callable[[Any], None] = lambda error: found.append(str(error))  # noqa: E731
    page.on("pageerror", told)
    page.on("requestfailed", lambda request: found.append(request.url))
    return found


def test_the_rendered_page_shows_the_promised_content(
    eyes: Any, contract: dict[str, Any], page: Page, wrongs: list[str]
) -> None:
    ui = contract["run"].get("ui")
    if not ui:
        pytest.skip("the contract promises no user interface")
    with tunnel(eyes.bind_address, contract["run"]["port"]) as port:
        page.goto(f"http://127.0.0.1:{port}{ui['path']}", wait_until="networkidle")
        assert ui["contains"] in page.inner_text("body")
        assert wrongs == []
