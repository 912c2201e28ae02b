"""Copies of what is deployed, and the ways in which tests change them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml
from ansible_collections.todo.stack.molecule.plays import PROJECT_DIR

IGNORED = shutil.ignore_patterns("node_modules", ".next", "__pycache__", ".env")
SOON_SECONDS = 6
Document = dict[str, Any]


def copy_project(place: Path) -> Path:
    """Return a copy of what is deployed, to be changed."""
    for name in ("backend", "frontend"):
        shutil.copytree(PROJECT_DIR / name, place / name, ignore=IGNORED)
    shutil.copy(PROJECT_DIR / "compose.yaml", place)
    return place


def edit(path: Path, change: Callable[[Document], object]) -> None:
    """Change a YAML file by its meaning."""
    document = yaml.safe_load(path.read_text())
    change(document)
    path.write_text(yaml.safe_dump(document, sort_keys=False))


def edit_contract(project: Path, service: str, change: Callable[[Document], object]) -> None:
    """Change the contract of a service."""
    edit(project / service / "contract.yml", change)


def edit_compose(project: Path, change: Callable[[Document], object]) -> None:
    """Change what runs."""
    edit(project / "compose.yaml", change)


def append(project: Path, service: str, *instructions: str) -> None:
    """Add instructions to the last stage of a service's Dockerfile."""
    dockerfile = project / service / "Dockerfile"
    dockerfile.write_text("\n".join([dockerfile.read_text(), *instructions, ""]))


def runs(project: Path, service: str, *command: str) -> None:
    """Have the image run another command, and the stack give it up soon."""
    append(project, service, f"CMD {json.dumps(command)}")
    give_up_soon(project, service)


def give_up_soon(project: Path, service: str, seconds: int = SOON_SECONDS) -> None:
    """Have every check of a contract pass within a few seconds or not at all."""

    def change(contract: Document) -> None:
        run = contract["run"]
        own = [run[name] for name in ("health", "ready", "ui") if name in run]
        for check in [*own, *run.get("checks", {}).values()]:
            check["within_seconds"] = seconds

    edit_contract(project, service, change)


def serve(answers: dict[str, tuple[int, str]]) -> str:
    """Return a Python program that gives these answers at port 8000, by path."""
    return f"""
import http.server
ANSWERS = {answers!r}
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        status, body = ANSWERS.get(self.path, (404, "{{}}"))
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(body.encode())
http.server.ThreadingHTTPServer(("0.0.0.0", 8000), Handler).serve_forever()
"""


def show(status: int, page: str) -> str:
    """Return a Node program that answers everything at port 3000 with one page."""
    head = {"content-type": "text/html"}
    return (
        "require('http').createServer((q, r) => {"
        f"r.writeHead({status}, {json.dumps(head)}); r.end({json.dumps(page)})"
        "}).listen(3000, '0.0.0.0')"
    )
