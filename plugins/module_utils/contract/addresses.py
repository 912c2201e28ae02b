"""Addresses of a host."""

from __future__ import annotations

import ipaddress


def is_bind_address(value: object) -> bool:
    """Tell whether ``value`` is an IP address a host can listen on, 0.0.0.0 and :: included."""
    if not isinstance(value, str) or "%" in value:
        return False
    try:
        address = ipaddress.ip_address(value)
    except ValueError:
        return False
    return not (address.is_multicast or value == "255.255.255.255")
