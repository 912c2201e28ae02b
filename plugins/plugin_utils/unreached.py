"""Says why a host could not even start a module, where Ansible only quotes what came back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_NO_RIGHTS = (
    "this user may not use sudo on this host -> name another one in ansible_user, or have it added "
    "to the sudoers"
)
# What sudo and its kind say, in the English that Ansible asks for -> the sentence.
_CAUSES = {
    # Ansible hands a module to sudo without one: it is faster so.
    "you must have a tty": (
        "sudo of this host wants a terminal (requiretty in its sudoers), and Ansible gives it none "
        "-> exempt the user there: Defaults:<user> !requiretty"
    ),
    "is not in the sudoers file": _NO_RIGHTS,
    "may not run sudo on": _NO_RIGHTS,
    "is not allowed to execute": (
        "this user may run some commands with sudo on this host, and not any -> name another one "
        "in ansible_user, or have (ALL) ALL in its sudoers"
    ),
    "sudo: not found": ("there is no sudo on this host -> install it, or reach the host as root"),
    "no valid sudoers sources found": (
        "the sudoers of this host cannot be read, so that nobody may use sudo -> have root correct "
        "them: visudo --check"
    ),
    "effective uid is not 0": (
        "sudo of this host is not root's own: its file system is mounted nosuid, or the file lost "
        "its setuid bit -> reach the host as root"
    ),
    '"no new privileges" flag': (
        "this user was logged in without the right to gain any, as in a container -> reach the "
        "host as root, or as the service manager logs users in"
    ),
    "account validation failure": (
        "the account of this user is locked or has expired on this host -> have root unlock it: "
        "chage --list <user>"
    ),
}


def explained(result: Mapping[str, Any]) -> dict[str, Any]:
    """Return a module's result, its message in a sentence where its cause is one of sudo's."""
    told = " ".join(str(result.get(key, "")) for key in ("module_stderr", "module_stdout", "msg"))
    for sign, sentence in _CAUSES.items():
        if result.get("failed") and sign in told:
            return {"failed": True, "changed": False, "msg": sentence}
    return dict(result)
