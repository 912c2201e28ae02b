"""Addresses of a host."""

from __future__ import annotations

import ipaddress
import re

_HOST_NAME = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})*")


def is_bind_address(value: object) -> bool:
    """Tell whether ``value`` is an IP address a host can listen on, 0.0.0.0 and :: included."""
    if not isinstance(value, str) or "%" in value:
        return False
    try:
        address = ipaddress.ip_address(value)
    except ValueError:
        return False
    return not (address.is_multicast or value == "255.255.255.255")


def is_listening_address(value: str) -> bool:
    """Tell whether a process may be told to listen on ``value``: an IP address or a host's name."""
    try:
        address = ipaddress.ip_address(value)
    except ValueError:
        return bool(_HOST_NAME.fullmatch(value))
    return not (address.is_multicast or value == "255.255.255.255")


def is_network_list(value: str) -> bool:
    """Tell whether ``value`` names addresses or networks, separated by commas; `*` is everybody.

    Who reads it may be stricter, such as with bits of a host in a network.
    """
    parts = [part.strip() for part in value.split(",") if part.strip()]
    return "*" in parts or all(map(_is_network, parts))


def _is_network(text: str) -> bool:
    try:
        ipaddress.ip_interface(text)
    except ValueError:
        return False
    return True
