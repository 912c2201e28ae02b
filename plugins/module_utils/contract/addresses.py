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
