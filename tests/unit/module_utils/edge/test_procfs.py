"""A container seen through a made-up /proc."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from ansible_collections.todo.stack.plugins.module_utils.edge.procfs import (
    environ,
    look_inside,
    settled_processes,
    started_at,
    uptime_seconds,
)
from ansible_collections.todo.stack.plugins.module_utils.look.observation import (
    Inside,
    Listener,
    Names,
    Process,
)

HEADER = "  sl  local_address rem_address   st tx_queue rx_queue\n"
TCP = HEADER + (
    "   0: 00000000:1F40 00000000:0000 0A 0:0\n"
    "   1: 0B00007F:9D3B 00000000:0000 0A 0:0\n"
    "   2: 0100007F:1F40 0100007F:A000 01 0:0\n"
)
TCP6 = HEADER + (
    "   0: 00000000000000000000000000000000:0BB8 00000000000000000000000000000000:0000 0A 0:0\n"
    "   1: 00000000000000000000000001000000:2406 00000000000000000000000000000000:0000 0A 0:0\n"
)
IDENTITY = "         0          0 4294967295\n"


def add_process(proc: Path, pid: int, uid: int, namespace: str, uid_map: str = IDENTITY) -> None:
    entry = proc / str(pid)
    (entry / "ns").mkdir(parents=True)
    (entry / "net").mkdir()
    (entry / "ns" / "pid").symlink_to(namespace)
    (entry / "status").write_text(
        f"Name:\tp{pid}\nUid:\t{uid}\t{uid}\t{uid}\t{uid}\n"
        f"VmRSS:\t    {pid} kB\nCapEff:\t0000000000000400\nNoNewPrivs:\t1\n"
    )
    (entry / "uid_map").write_text(uid_map)
    (entry / "environ").write_bytes(b"A=1\0B=x=y\nz\0C=\xff\0")
    (entry / "net" / "tcp").write_text(TCP)
    (entry / "net" / "tcp6").write_text(TCP6)


@pytest.fixture
def proc(tmp_path: Path) -> Path:
    """Return a /proc with two processes of a container and one of the host."""
    add_process(tmp_path, 1, 0, "pid:[1]")
    add_process(tmp_path, 42, 10001, "pid:[2]")
    add_process(tmp_path, 43, 10001, "pid:[2]")
    (tmp_path / "self").mkdir()
    (tmp_path / "99").mkdir()
    return tmp_path


def seen_of(pid: int, proc: Path) -> Inside:
    return look_inside(pid, {}, None, proc=proc)


def test_the_processes_of_the_containers_namespace_are_found(proc: Path) -> None:
    seen = seen_of(42, proc)
    assert seen.problem == ""
    assert seen.processes[0] == Process(42, "p42", (10001, 10001, 10001), 0x400, True, 42 * 1024)
    assert [process.pid for process in seen.processes] == [42, 43]


def test_listening_sockets_of_both_families_are_read_and_no_others(proc: Path) -> None:
    assert seen_of(42, proc).listeners == (
        Listener("0.0.0.0", 8000),  # noqa: S104 - looked at, not bound to
        Listener("127.0.0.11", 40251),
        Listener("::", 3000),
        Listener("::1", 9222),
    )


def test_sockets_of_udp_wait_where_they_are_tied_to_nobody(proc: Path) -> None:
    (proc / "42/net/udp").write_text(
        "  sl  local_address rem_address   st\n"
        "   0: 00000000:0035 00000000:0000 07\n"
        "   1: 0200007F:9C40 0100007F:0035 01\n"
    )
    found = [one for one in seen_of(42, proc).listeners if one.protocol == "udp"]
    assert found == [Listener("0.0.0.0", 53, "udp")]  # noqa: S104 - looked at, not bound to


def test_a_host_without_ipv6_is_no_problem(proc: Path) -> None:
    (proc / "42" / "net" / "tcp6").unlink()
    assert len(seen_of(42, proc).listeners) == 2


REAL = {"A": "1", "B": "x=y\nz", "C": "\udcff"}


def test_the_environment_arrives_byte_for_byte(proc: Path) -> None:
    assert environ(42, proc) == REAL


@pytest.mark.parametrize(
    ("wanted", "image", "expected"),
    [
        (REAL, {}, Names()),
        ({}, REAL, Names()),
        ({"A": "1"}, {"B": "other", "C": "\udcff"}, Names(different=("B",))),
        ({"A": "2", "D": "4"}, {}, Names(("D",), ("A",), ("B", "C"))),
        ({"A": "2", "D": "4"}, None, Names(("D",), ("A",), ())),
        ({"B": "x=y\nz"}, {"B": "the image's", "A": "1", "C": "\udcff"}, Names()),
        ({"B": "x=y"}, None, Names(different=("B",))),
    ],
)
def test_environments_differ_by_names(
    proc: Path, wanted: dict[str, str], image: dict[str, str] | None, expected: Names
) -> None:
    assert look_inside(42, wanted, image, proc=proc).environment == expected


def test_what_the_engine_sets_is_nothing_extra(proc: Path) -> None:
    (proc / "42" / "environ").write_bytes(b"HOME=/\0HOSTNAME=x\0PATH=/bin\0TERM=xterm\0")
    assert look_inside(42, {}, {}, proc=proc).environment == Names()


def test_the_space_of_volumes_is_measured_where_they_are(proc: Path) -> None:
    (proc / "42" / "root").symlink_to("/")
    [space] = look_inside(42, {}, None, ["/tmp"], proc).volumes
    assert (space.path, space.total_bytes > 0) == ("/tmp", True)
    assert space.free_bytes <= space.total_bytes


@pytest.mark.parametrize(("looks", "expected"), [(2, 10001), (9, 0)])
def test_what_the_engine_starts_is_looked_at_again_before_it_is_a_fault(
    proc: Path, monkeypatch: pytest.MonkeyPatch, looks: int, expected: int
) -> None:
    """A healthcheck is root until it has become the container's user."""
    add_process(proc, 60, 0, "pid:[2]")
    slept: list[float] = []

    def becomes_the_user(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == looks:
            status = proc / "60" / "status"
            status.write_text(status.read_text().replace("\t0", "\t10001"))

    monkeypatch.setattr(time, "sleep", becomes_the_user)
    assert settled_processes(42, proc)[-1].uids[0] == expected
    assert len(slept) == min(looks, 3)


def test_the_start_is_told_by_the_kernel(proc: Path) -> None:
    (proc / "42" / "stat").write_text("42 (a) b) S " + " ".join(map(str, range(4, 60))))
    assert started_at(42, proc) == "22"
    assert started_at(4242, proc) == ""
    assert uptime_seconds(4_194_304) == 0.0
    assert uptime_seconds(1) > 0
    (proc / "42").rename(proc / "4194304")
    assert uptime_seconds(4_194_304, proc) > 0


def test_remapped_users_are_seen_as_inside_the_container(proc: Path) -> None:
    add_process(proc, 50, 100000, "pid:[3]", uid_map="0 100000 65536\n")
    add_process(proc, 51, 5, "pid:[3]", uid_map="0 100000 65536\n")
    processes = seen_of(50, proc).processes
    assert [process.uids[0] for process in processes] == [0, -1]


def test_a_process_that_is_gone_is_a_problem_told(proc: Path) -> None:
    seen = seen_of(4242, proc)
    assert seen.processes == ()
    assert "/proc/4242" in seen.problem
    assert "run as root" in seen.problem
