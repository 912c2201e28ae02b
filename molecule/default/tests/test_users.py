"""No process of a container is root, or can become it."""

from __future__ import annotations

from typing import Any


def test_every_process_runs_under_the_images_fixed_uid(container: Any) -> None:
    uid = container.inspect["Config"]["User"].split(":")[0]
    assert uid.isdigit()
    assert int(uid) > 0
    statuses = container.statuses()
    assert statuses
    assert {tuple(status["Uid"].split()) for status in statuses} == {(uid,) * 4}


def test_no_process_is_in_the_group_of_root(container: Any) -> None:
    for status in container.statuses():
        assert "0" not in status["Gid"].split() + status["Groups"].split()


def test_no_process_has_or_can_gain_a_capability(container: Any) -> None:
    for status in container.statuses():
        sets = [int(status[name], 16) for name in ("CapEff", "CapPrm", "CapBnd", "CapAmb")]
        assert sets == [0, 0, 0, 0]
        assert (status["NoNewPrivs"], status["Seccomp"]) == ("1", "2")


def test_no_process_of_any_container_is_root(eyes: Any, contracts: list[dict[str, Any]]) -> None:
    found = {one.service: one.statuses() for one in eyes.running()}
    assert found.keys() >= {contract["service"] for contract in contracts}
    roots = [name for name, rows in found.items() for row in rows if "0" in row["Uid"].split()]
    assert roots == []
