"""The load run, in small."""

import sys

import pytest

from app.main import create_app

from . import load
from .conftest import settings
from .live import live


def test_a_short_run_measures_both_operations(
    database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with live(create_app(settings(database_url))) as port:
        url = f"http://127.0.0.1:{port}"
        monkeypatch.setattr(sys, "argv", ["load", "--url", url, "--seconds", "0.3"])
        assert load.main() == 0
    created, listed = capsys.readouterr().out.splitlines()
    assert '"operation": "create"' in created
    assert '"statuses": {"201": ' in created
    assert '"statuses": {"200": ' in listed


@pytest.mark.parametrize(
    "arguments",
    [["--url", "http://192.0.2.1:8000"], ["--clients", "65"], ["--seconds", "61"]],
)
def test_it_is_bounded(monkeypatch: pytest.MonkeyPatch, arguments: list[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["load", *arguments])
    with pytest.raises(SystemExit):
        load.main()
