"""The one edge to systemd: a timer that runs a program of ours, and is gone with its stack."""

from __future__ import annotations

from pathlib import Path

from ansible_collections.todo.stack.plugins.module_utils.contract.errors import StackError
from ansible_collections.todo.stack.plugins.module_utils.edge.docker import Run, last_line

UNITS = Path("/etc/systemd/system")
# Only where systemd is PID 1.
RUNNING = Path("/run/systemd/system")
_SERVICE = """\
[Unit]
Description=Verify the stack {stack} against its contracts

[Service]
Type=oneshot
ExecStart={command}
TimeoutStartSec=10min
Nice=10
"""
_TIMER = """\
[Unit]
Description=Verify the stack {stack} every {minutes} min

[Timer]
OnActiveSec=10s
OnBootSec=2min
OnUnitInactiveSec={minutes}min
AccuracySec=5s

[Install]
WantedBy=timers.target
"""


def unit_of(stack: str) -> str:
    """Return the name of a stack's units, without what kind they are of."""
    return f"todo-stack-watch-{stack}"


def refuse_without_systemd() -> None:
    """Raise StackError where no timer can be had."""
    if not RUNNING.is_dir():
        raise StackError(
            "this host does not run systemd, and has no timers",
            where="watch",
            remedy="run playbooks/verify.yml from a scheduler of your own",
        )


def install_timer(run: Run, stack: str, command: str, minutes: int) -> bool:
    """Have the timer run ``command`` every so many minutes; return whether that was new."""
    refuse_without_systemd()
    wanted = {
        "service": _SERVICE.format(stack=stack, command=command),
        "timer": _TIMER.format(stack=stack, minutes=minutes),
    }
    paths = {kind: UNITS / f"{unit_of(stack)}.{kind}" for kind in wanted}
    timer = paths["timer"].name
    same = all(paths[kind].is_file() and paths[kind].read_text() == wanted[kind] for kind in wanted)
    if same and run(["systemctl", "is-active", "--quiet", timer])[0] == 0:
        return False
    for kind, path in paths.items():
        path.write_text(wanted[kind])
    _systemctl(run, "daemon-reload")
    _systemctl(run, "enable", timer)
    _systemctl(run, "restart", timer)
    return True


def remove_timer(run: Run, stack: str) -> bool:
    """Have no timer of the stack; return whether there was one."""
    paths = [UNITS / f"{unit_of(stack)}.{kind}" for kind in ("timer", "service")]
    there = [path for path in paths if path.exists()]
    if not there:
        return False
    if RUNNING.is_dir():
        _systemctl(run, "disable", "--now", paths[0].name)
    for path in there:
        path.unlink(missing_ok=True)
    if RUNNING.is_dir():
        _systemctl(run, "daemon-reload")
    return True


def _systemctl(run: Run, *args: str) -> None:
    code, _out, err = run(["systemctl", *args])
    if code != 0:
        said = last_line(err) or f"exit code {code}"
        raise StackError(said, where=f"systemctl {' '.join(args)}", remedy="see the message")
