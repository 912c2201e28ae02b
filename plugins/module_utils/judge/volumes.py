"""The room that is left on the volumes a service writes to."""

from __future__ import annotations

from functools import partial

from ansible_collections.todo.stack.plugins.module_utils.judge.check import Finding
from ansible_collections.todo.stack.plugins.module_utils.judge.subject import Subject, each
from ansible_collections.todo.stack.plugins.module_utils.look.observation import Container, Space

MEGABYTE = 1_000_000
# A share suits small volumes; 5 % of a large disk are many days' writing, and PostgreSQL's log
# asks for no more than 1 GB between two checkpoints.
BYTES_SHARE, ENOUGH_BYTES = 0.05, 1_000 * MEGABYTE
INODES_SHARE, ENOUGH_INODES = 0.01, 10_000
LIMIT = "5 % or 1 GB, 1 % of inodes"


def volumes(subject: Subject) -> Finding:
    """Return whether bytes and inodes are left on each volume that the service may write to."""
    measured, fault = each(subject, partial(_room, subject.service.keeps_data), inside=True)
    return Finding(measured, LIMIT, fault)


def _room(keeps_data: bool, container: Container) -> tuple[str, str]:
    seen = container.inside.volumes
    if not seen:
        return "none", "the volume that compose.yaml gives it is not there" if keeps_data else ""
    told = ", ".join(f"{_free(one)} free at {one.path}" for one in seen)
    return told, "; ".join(fault for one in seen for fault in _full(one))


def _free(space: Space) -> str:
    share = f"{_percent(space.free_bytes, space.total_bytes)} %"
    few = space.free_inodes is not None and space.free_inodes < _needed_inodes(space)
    inodes = f" and {_percent(space.free_inodes or 0, space.total_inodes)} % of inodes"
    return share + (inodes if few else "")


def _full(space: Space) -> list[str]:
    faults = []
    if space.free_bytes < min(BYTES_SHARE * space.total_bytes, ENOUGH_BYTES):
        left = f"{space.free_bytes / MEGABYTE:.1f} of {space.total_bytes / MEGABYTE:.1f} MB"
        faults.append(f"{space.path} is full ({left} left); make room on its disk")
    if space.free_inodes is not None and space.free_inodes < _needed_inodes(space):
        left = f"{space.free_inodes} of {space.total_inodes}"
        faults.append(f"{space.path} is out of inodes ({left} left); remove small files there")
    return faults


def _needed_inodes(space: Space) -> float:
    return min(INODES_SHARE * space.total_inodes, ENOUGH_INODES)


def _percent(part: int, whole: int) -> int:
    return int(100 * part / whole) if whole else 100
