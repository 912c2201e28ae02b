"""Users and ports of containers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.todo.stack.plugins.module_utils.contract.model import Contract, Port
from ansible_collections.todo.stack.plugins.module_utils.judge.check import Check
from ansible_collections.todo.stack.plugins.module_utils.look.observation import (
    Listener,
    Process,
    Seen,
)

EVERYWHERE = "0.0.0.0"  # noqa: S104 - looked at, not bound to
Judged = Callable[..., dict[str, Check]]
Changed = Callable[..., Seen]


@pytest.mark.parametrize("service", ["backend", "postgres"])
@pytest.mark.parametrize("uids", [(0, 0, 0), (10001, 0, 10001), (10001, 10001, 0)])
def test_one_process_that_is_root_or_can_become_it_fails(
    judged: Judged, seen: Seen, changed: Changed, service: str, uids: tuple[int, ...]
) -> None:
    inside = seen.of_service(service)[0].inside
    helper = Process(44, "helper", uids, 0, True)
    worse = replace(inside, processes=(*inside.processes, helper))
    check = judged(changed(service, inside=worse))[f"{service}.user"]
    assert not check.passed
    assert "runs as root: helper" in check.message


@pytest.mark.parametrize(
    ("configured", "passed"),
    [("10001:10001", True), ("10001", True), ("app", False), ("", False), ("00", False)],
)
def test_the_user_has_to_be_a_fixed_number(
    judged: Judged, seen: Seen, changed: Changed, configured: str, passed: bool
) -> None:
    settings = {**seen.of_service("backend")[0].settings, "User": configured}
    assert judged(changed("backend", settings=settings))["backend.user"].passed is passed


def test_a_container_without_visible_processes_fails(
    judged: Judged, seen: Seen, changed: Changed
) -> None:
    inside = replace(seen.of_service("backend")[0].inside, processes=())
    assert not judged(changed("backend", inside=inside))["backend.user"].passed


@pytest.mark.parametrize(
    ("listeners", "measured", "said"),
    [
        ([], "none, on 127.0.0.1:8000", "nothing listens on 8000"),
        ([(EVERYWHERE, 8000), ("127.0.0.1", 9229)], "8000, 9229 (127.0.0.1), on", "9229"),
        ([("::", 8000)], "8000, on 127.0.0.1:8000", ""),
        ([("127.0.0.11", 5000), (EVERYWHERE, 8000)], "8000, on 127.0.0.1:8000", ""),
    ],
)
def test_the_contracts_port_listens_and_no_other(
    *, judged: Judged, seen: Seen, changed: Changed, listeners: list[tuple[str, int]],
    measured: str, said: str,
) -> None:  # fmt: skip
    found = tuple(Listener(*one) for one in listeners)
    inside = replace(seen.of_service("backend")[0].inside, listeners=found)
    check = judged(changed("backend", inside=inside))["backend.ports"]
    assert check.passed is not bool(said)
    assert measured in str(check.measured)
    assert said in check.message


MANY = (Port(8000, 80), Port(9090), Port(53, 53, "udp"))
WAITING = ((EVERYWHERE, 8000), (EVERYWHERE, 9090), (EVERYWHERE, 53, "udp"))
REACHED = ("127.0.0.1:80->8000/tcp", "127.0.0.1:53->53/udp")


@pytest.mark.parametrize(
    ("wanted", "listeners", "published", "said"),
    [
        (MANY, WAITING, REACHED, ""),
        (MANY, (*WAITING, (EVERYWHERE, 40000, "udp")), REACHED, ""),
        (MANY, WAITING[:2], REACHED, "nothing listens on 53/udp"),
        (MANY, (*WAITING[:2], (EVERYWHERE, 53)), REACHED, "nothing listens on 53/udp"),
        (MANY, WAITING[1:], REACHED, "nothing listens on 8000"),
        (MANY, WAITING, REACHED[:1], "not published on 127.0.0.1:53->53/udp"),
        (MANY, WAITING, ("127.0.0.1:80", REACHED[1]), "not published on 127.0.0.1:80->8000/tcp"),
        (MANY, WAITING, (*REACHED, "127.0.0.1:9090"), "published, and should not be: 127.0.0.1:90"),
        ((), (), (), ""),
        ((), WAITING[:1], (), "listens, and the contract does not say so: 8000"),
        ((), (), REACHED[:1], "published, and should not be: 127.0.0.1:80->8000/tcp"),
    ],
)
def test_a_contract_may_have_no_port_or_many(
    *, judged: Judged, seen: Seen, contract: Contract, changed: Changed, wanted: tuple[Port, ...],
    listeners: tuple[Any, ...], published: tuple[str, ...], said: str,
) -> None:  # fmt: skip
    inside = replace(
        seen.of_service("backend")[0].inside, listeners=tuple(Listener(*one) for one in listeners)
    )
    look = changed("backend", inside=inside, published=published)
    promise = replace(contract, run=replace(contract.run, ports=wanted))
    check = judged(look, promise)["backend.ports"]
    assert check.passed is not bool(said)
    assert check.message == "" if not said else said in check.message
    if wanted and not said:
        assert check.limit == f"8000, 9090, 53/udp, on {', '.join(REACHED)}"
        assert check.measured == f"8000, 9090, 53/udp, on {', '.join(sorted(REACHED))}"


@pytest.mark.parametrize(
    ("published", "bind_address", "passed"),
    [
        (["127.0.0.1:8000"], "127.0.0.1", True),
        ([], "127.0.0.1", False),
        (["0.0.0.0:8000"], "127.0.0.1", False),
        (["0.0.0.0:8000", "[::]:8000"], EVERYWHERE, True),
        (["[::1]:8000"], "::1", True),
        (["127.0.0.1:8080->8000/tcp"], "127.0.0.1", False),
        (["127.0.0.1:8000", "127.0.0.1:22"], "127.0.0.1", False),
    ],
)
def test_it_is_published_on_the_expected_address_alone(
    judged: Judged, changed: Changed, published: list[str], bind_address: str, passed: bool
) -> None:
    look = changed("backend", published=tuple(published))
    check = judged(look, bind_address=bind_address)["backend.ports"]
    assert check.passed is passed
    reached = "reached from other machines: stack_bind_address is 0.0.0.0"
    assert (check.message == reached) is (bind_address == EVERYWHERE)
