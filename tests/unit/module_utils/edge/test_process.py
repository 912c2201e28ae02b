"""A command whose output is read while it runs, and which never outlives its reader."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from ansible_collections.todo.stack.plugins.module_utils.edge import process
from ansible_collections.todo.stack.plugins.module_utils.edge.process import nobody_listens, stream


def streamed(
    script: str, *, stdin: str = "", seconds: float = 60, reason: Exception | None = None
) -> tuple[int, list[str]]:
    """Run a script that is halted for ``reason`` after so many seconds."""
    lines: list[str] = []
    end = time.monotonic() + seconds
    code = stream(
        ["sh", "-c", script],
        stdin=stdin,
        environment={"MARK": "set"},
        on_line=lines.append,
        halt=lambda: reason if time.monotonic() > end else None,
    )
    return code, lines


def gone(pid: int, within: float = 5.0) -> bool:
    end = time.monotonic() + within
    while time.monotonic() < end:
        try:
            # A zombie that nobody reaps is gone all the same.
            if Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].startswith("Z"):
                return True
        except FileNotFoundError:
            return True
        time.sleep(0.02)
    return False


@pytest.mark.parametrize(
    ("script", "stdin", "code", "lines"),
    [
        ("echo out; echo err >&2; exit 3", "", 3, ["err\n"]),
        ("cat >&2", "a\nb", 0, ["a\n", "b"]),
        ("echo $MARK >&2", "", 0, ["set\n"]),
        ("exec 0<&-; exit 2", "x" * 200_000, 2, []),
        ("printf 'a\\377b\\n' >&2", "", 0, ["a\ufffdb\n"]),
    ],
)
def test_exit_code_and_lines_are_the_commands(
    script: str, stdin: str, code: int, lines: list[str]
) -> None:
    assert streamed(script, stdin=stdin) == (code, lines)


def test_a_command_that_ends_in_time_is_not_halted() -> None:
    assert streamed("echo x >&2", seconds=30, reason=KeyError()) == (0, ["x\n"])


def test_once_there_is_a_reason_the_command_and_its_children_are_stopped(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    begun = time.monotonic()
    with pytest.raises(KeyError):
        streamed(f"sleep 60 & echo $! > {pid}; wait", seconds=0.3, reason=KeyError())
    assert time.monotonic() - begun < 5
    assert gone(int(pid.read_text()))


def test_what_ignores_the_interrupt_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "_GRACE_SECONDS", 0.2)
    pid = tmp_path / "pid"
    begun = time.monotonic()
    with pytest.raises(KeyError):
        streamed(
            f"trap '' INT; sleep 60 & echo $! > {pid}; wait; sleep 60",
            seconds=0.3,
            reason=KeyError(),
        )
    assert time.monotonic() - begun < 5
    assert gone(int(pid.read_text()))


def test_a_reader_that_fails_takes_the_command_with_it(tmp_path: Path) -> None:
    pid = tmp_path / "pid"

    def fail(_line: str) -> None:
        raise KeyError

    with pytest.raises(KeyError):
        stream(
            ["sh", "-c", f"echo $$ > {pid}; echo x >&2; sleep 60"],
            stdin="",
            environment={},
            on_line=fail,
        )
    assert gone(int(pid.read_text()))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGKILL])
def test_a_module_that_is_ended_takes_the_command_with_it(
    tmp_path: Path, number: signal.Signals
) -> None:
    pid = tmp_path / "pid"
    program = (
        f"from {process.__name__} import stream\n"
        f"stream(['sh', '-c', 'echo $$ > {pid}; exec sleep 60'], stdin='', environment={{}},"
        " on_line=print)"
    )
    module = subprocess.Popen(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stderr=subprocess.DEVNULL,
        # Where the tests run in the background, interrupts are ignored unless asked for.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - no threads here
    )
    while not (pid.exists() and pid.read_text().strip()):
        time.sleep(0.02)
    module.send_signal(number)
    module.wait(10)
    assert gone(int(pid.read_text()))


def test_the_signals_are_as_they_were() -> None:
    before = signal.getsignal(signal.SIGTERM)
    streamed("true")
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_reader_that_went_away_is_noticed() -> None:
    program = f"import time; from {process.__name__} import nobody_listens as gone\n"
    program += "import sys; sys.stderr.write(f'{gone()}\\n'); sys.stdin.readline()\n"
    program += "sys.stderr.write(f'{gone()}\\n')"
    with subprocess.Popen(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as module:  # fmt: skip
        assert module.stdin is not None and module.stdout is not None
        assert module.stderr is not None
        assert module.stderr.readline() == "False\n"
        module.stdout.close()
        module.stdin.write("\n")
        module.stdin.flush()
        assert module.stderr.readline() == "True\n"


def test_a_terminal_or_a_file_listens_always() -> None:
    assert nobody_listens() is False


@pytest.mark.parametrize(
    ("argv", "data", "expected"),
    [
        (["sh", "-c", "cat; echo err >&2; exit 3"], "in", (3, "in", "err\n")),
        (["sh", "-c", "printf '\\377'"], None, (0, "\udcff", "")),
        (["sh", "-c", "printf %s $LC_ALL$MARK"], None, (0, "C.UTF-8set", "")),
        (["/no/such/program"], None, (127, "", "/no/such/program: No such file or directory")),
        (["/etc/passwd"], None, (127, "", "/etc/passwd: Permission denied")),
    ],
)
def test_a_command_answers_with_code_and_both_streams(
    argv: list[str], data: str | None, expected: tuple[int, str, str]
) -> None:
    assert process.run(argv, data=data, environ_update={"MARK": "set"}) == expected


def test_commands_run_at_the_same_time_from_several_threads() -> None:
    begun = time.monotonic()
    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(process.run, [["sh", "-c", f"sleep 0.3; echo {i}"] for i in range(8)])
        )
    assert [out for _, out, _ in answers] == [f"{i}\n" for i in range(8)]
    assert time.monotonic() - begun < 2


def test_output_is_read_while_it_comes_and_need_not_be_read_to_its_end() -> None:
    with process.output_of(["sh", "-c", "printf a; sleep 0.1; printf b; echo no >&2"]) as output:
        assert output.read(1) == b"a"
        assert output.read() == b"b"
    begun = time.monotonic()
    with process.output_of(["yes"]) as output:
        assert output.read(2) == b"y\n"
    assert time.monotonic() - begun < 5
