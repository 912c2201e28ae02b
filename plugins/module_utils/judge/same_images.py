"""Hosts whose images were built once run the very same ones."""

from __future__ import annotations

from typing import Any

from ansible_collections.todo.stack.plugins.module_utils.contract.labels import CONTENT_LABEL
from ansible_collections.todo.stack.plugins.module_utils.judge.check import Finding
from ansible_collections.todo.stack.plugins.module_utils.judge.subject import Subject
from ansible_collections.todo.stack.plugins.module_utils.look.observation import Seen

_DIGITS = 12


def same_images(subject: Subject) -> Finding:
    """Return how many services run the image that they run on the other host.

    Those that only one of the hosts has are its own matter: whether a service runs at all is
    judged by itself.
    """
    assert subject.peer is not None  # noqa: S101 - the criterion is only of a host that has one
    peer = subject.peer
    mine, theirs = _running(subject.seen), _running(peer.seen)
    both = [name for name in mine if name in theirs]
    other = [name for name in both if not _is_same(mine[name], theirs[name])]
    said = [
        f"{name} runs {_short(mine[name])}, on {peer.name} {_short(theirs[name])}" for name in other
    ]
    remedy = "a run of playbooks/site.yml for both brings what was built to each"
    fault = f"{'; '.join(said)}; {remedy}" if said else ""
    return Finding(
        f"{len(both) - len(other)} of {len(both)} images", f"those of {peer.name}", fault
    )


def _running(seen: Seen) -> dict[str, dict[str, Any]]:
    """Return the image of each service's container: its ID, layers and content."""
    found = {}
    for one in seen.containers:
        if not one.one_off:
            image = seen.image(one.image_id) or {}
            labels = (image.get("Config") or {}).get("Labels") or {}
            content = labels.get(CONTENT_LABEL, "")
            found[one.service] = {"id": one.image_id, "made": (image.get("Chain"), content)}
    return found


def _is_same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    # Engines with another image store name the same image otherwise.
    made = one["made"]
    return one["id"] == other["id"] or bool(made[0] and made == other["made"])


def _short(image: dict[str, Any]) -> str:
    return str(image["id"]).removeprefix("sha256:")[:_DIGITS]
