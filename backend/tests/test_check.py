"""`python -m app.check`: the environment, judged before anything is started with it."""

import subprocess
import sys

import pytest

from app.settings import SettingsRefusedError, load_settings

from .conftest import BACKEND

URL = "postgresql://todo:s3cr@db:5432/todo"
WRONG = {
    "DATABASE_URL": "postgresql://todo:s3cr@db:54x2/todo",
    "PORT": "s3cr",
    "HOST": "http://s3cr",
    "BETTER_AUTH_SECRET": "s3cr",
    "OPENAI_BASE_URL": "ftp://s3cr",
    "FORWARDED_ALLOW_IPS": "s3cr",
}


def checked(*flags: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run it with nothing but these variables."""
    return subprocess.run(
        [sys.executable, *flags, "-m", "app.check"],
        cwd=BACKEND,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=20,
    )


def test_a_good_environment_is_0_and_silent() -> None:
    done = checked(DATABASE_URL=URL, OPENAI_API_KEY="ollama", HOST="::", FORWARDED_ALLOW_IPS="*")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_no_environment_names_what_is_missing() -> None:
    done = checked()
    assert done.returncode == 1
    assert done.stdout.startswith("DATABASE_URL: is not set -> use postgresql://")


def test_every_problem_is_a_line_with_its_name_what_is_wrong_and_what_to_do() -> None:
    done = checked(**WRONG)
    assert done.returncode == 1
    assert done.stderr == ""
    lines = done.stdout.splitlines()
    assert sorted(line.partition(": ")[0] for line in lines) == sorted(WRONG)
    for line in lines:
        wrong, arrow, advice = line.partition(": ")[2].partition(" -> ")
        assert arrow
        assert wrong
        assert advice
    assert "s3cr" not in done.stdout


@pytest.mark.parametrize("name", list(WRONG))
def test_it_says_what_the_server_says(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    given = {"DATABASE_URL": URL, name: WRONG[name]}
    for variable in WRONG:
        monkeypatch.delenv(variable, raising=False)
    for variable, value in given.items():
        monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsRefusedError) as caught:
        load_settings()
    assert checked(**given).stdout.splitlines() == caught.value.problems


def test_it_neither_reads_the_file_that_an_address_names_nor_asks_the_network() -> None:
    watch = """
import sys
def hook(event, args):
    if event.startswith("socket.connect") or event == "socket.getaddrinfo":
        print("network", file=sys.stderr)
    if event == "open" and "s3cr" in str(args[0]):
        print("file", file=sys.stderr)
sys.addaudithook(hook)
from app.check import main
sys.exit(main())
"""
    done = subprocess.run(
        [sys.executable, "-c", watch],
        cwd=BACKEND,
        env={"DATABASE_URL": f"{URL}?sslmode=verify-full&sslrootcert=/s3cr.pem"},
        capture_output=True,
        text=True,
        check=False,
        timeout=20,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_it_does_not_import_the_server() -> None:
    done = checked("-X", "importtime", DATABASE_URL=URL)
    assert done.returncode == 0
    for package in ("fastapi", "uvicorn", "openai", "alembic"):
        assert f" {package}\n" not in done.stderr
