"""`docker compose` by hand: what stands in backend/.env arrives in the backend's container."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from ansible_collections.todo.stack.tests.integration.conftest import BASE, DOCKER, ROOT

pytestmark = pytest.mark.engine

PROJECT = f"todo-by-hand-{os.getpid()}"
TELL = "import json, os; print(json.dumps(dict(os.environ)))"
VALUES = [
    "pa$word", "$HOME ${HOME} $$ $$$ ${A:-b} $(id) $1 $", "a#b", "a #b", "# not a comment",
    " blanks  ",
    '"', "a\"b", '"quoted" # \'single\'', "it's", "'", "''", "a=b=c=", "\\n \\t \\x41 \\$ \\\\",
    "`id`",
    "100% %41 %(x)s", "{{ name }}", "key: value", "export A=b", "line\nbreak", "\ttab", "null",
    "\u00e9\u4e16\U0001f600", "postgresql://u:p$1#2@h/d?sslmode=require&a='b'", "!&*|>?@[]{},",
    "x" * 5000, "",
]  # fmt: skip
BACKSLASHES = ["\\", "ends\\", "two\\\\", "a\\'b", '\\"', "$\\$"]


def single(value: str) -> str:
    """Return a value as the example's first rule has it."""
    return "'" + value.replace("'", "\\'") + "'"


def double(value: str) -> str:
    """Return a value as the example's second rule has it."""
    for sign in '\\"$':
        value = value.replace(sign, f"\\{sign}")
    return f'"{value}"'


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Path]:
    """The product's compose file and a copy of the example, with an image that every engine has."""
    (tmp_path / "backend").mkdir()
    shutil.copy(ROOT / "compose.yaml", tmp_path)
    shutil.copy(ROOT / "backend/embedded.env", tmp_path / "backend")
    shutil.copy(ROOT / "backend/.env.example", tmp_path / "backend/.env")
    override = {"services": {"backend": {"image": BASE, "build": {"context": "."}}}}
    (tmp_path / "image.json").write_text(json.dumps(override))
    yield tmp_path
    compose(tmp_path, "down", "--timeout", "0")


def compose(project: Path, *args: str) -> str:
    argv = [DOCKER, "compose", "-p", PROJECT, "-f", "compose.yaml", "-f", "image.json", *args]
    done = subprocess.run(argv, cwd=project, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def arrived(project: Path) -> dict[str, str]:
    """Return the environment of a backend that compose starts."""
    run = ("run", "--rm", "--no-deps", "-T", "backend", "python3", "-c", TELL)
    found: dict[str, str] = json.loads(compose(project, *run))
    return found


def test_the_example_works_as_it_is_and_so_does_the_value_it_shows(project: Path) -> None:
    found = arrived(project)
    assert (found["BETTER_AUTH_SECRET"], found["OPENAI_API_KEY"]) == ("", "")
    assert found["DATABASE_URL"].startswith("postgresql://todo:")
    file = project / "backend/.env"
    shown = "BETTER_AUTH_SECRET='pa$$word #1, \"quoted\"'"
    assert f"#   {shown}\n" in file.read_text()
    file.write_text(file.read_text().replace("BETTER_AUTH_SECRET=''", shown))
    assert arrived(project)["BETTER_AUTH_SECRET"] == 'pa$$word #1, "quoted"'


@pytest.mark.parametrize(
    "written",
    [
        "V='p$a #1'\r\nW=x\r\n", "\ufeffV='p$a #1'\n", "export V='p$a #1'\n", "V = 'p$a #1'\n",
        "V: 'p$a #1'\n", "V='p$a #1' # of mine\n", "V='no'\nV='p$a #1'\n", "V='p$a #1'",
    ],
    ids=["line ends of Windows", "byte order mark", "export", "blanks", "colon", "comment", "twice",
         "no last line end"],
)  # fmt: skip
def test_other_editors_and_habits_make_no_difference(project: Path, written: str) -> None:
    (project / "backend/.env").write_text(written, encoding="utf-8", newline="")
    assert arrived(project)["V"] == "p$a #1"


@pytest.mark.parametrize(("quote", "values"), [(single, VALUES), (double, [*VALUES, *BACKSLASHES])])
def test_what_stands_between_quotes_arrives_as_it_stands(
    project: Path, quote: Callable[[str], str], values: list[str]
) -> None:
    given = {f"V{number:02d}": value for number, value in enumerate(values)}
    with (project / "backend/.env").open("a", encoding="utf-8", newline="") as file:
        file.writelines(f"{name}={quote(value)}\n" for name, value in given.items())
    found = arrived(project)
    assert {name: found.get(name) for name in given} == given
