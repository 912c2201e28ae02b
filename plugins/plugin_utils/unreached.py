"""Says why a host could not even start a module, where Ansible only quotes what came back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_CAUSES = {
    # Ansible hands a module to sudo without one: it is faster so.
    "you must have a tty": (
        "sudo of this host wants a terminal (requiretty in its sudoers), and Ansible gives it none "
        "-> exempt the user there: Defaults:<user> !requiretty"
    ),
    "is not in the sudoers file": (
        "this user may not use sudo on this host -> name another one in ansible_user, or have it "
        "added to the sudoers"
    ),
    "sudo: not found": ("there is no sudo on this host -> install it, or reach the host as root"),
}


def explained(result: Mapping[str, Any]) -> dict[str, Any]:
    """Return a module's result, its message in a sentence where its cause is one of sudo's."""
    told = " ".join(str(result.get(key, "")) for key in ("module_stderr", "module_stdout", "msg"))
    for sign, sentence in _CAUSES.items():
        if result.get("failed") and sign in told:
            return {"failed": True, "changed": False, "msg": sentence}
    return dict(result)
