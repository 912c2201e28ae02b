"""Whose address a request comes from, where a trusted proxy tells."""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

type Address = IPv4Address | IPv6Address
type Network = IPv4Network | IPv6Network

# Whoever has one IPv6 address has all of its network's.
IPV6_PREFIX = 64
EVERYBODY: tuple[Network, ...] = (ip_network("0.0.0.0/0"), ip_network("::/0"))


def read_networks(text: str) -> tuple[Network, ...]:
    """Read addresses and networks, separated by commas; `*` is everybody. Raises ValueError."""
    if "*" in (part.strip() for part in text.split(",")):
        return EVERYBODY
    try:
        return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())
    except ValueError:
        raise ValueError("must be IP addresses or networks, separated by commas") from None


def client_address(
    peer: str | None, forwarded_for: Iterable[str], trusted: tuple[Network, ...]
) -> str | None:
    """Return the nearest address that is no trusted proxy; None where none can be believed.

    Where everybody is trusted it is the farthest, as uvicorn documents it.
    The peer's own address is not an answer: that of an unnamed proxy stands for everybody.
    """
    if not _is_trusted(_read(peer or ""), trusted):
        return None
    hops = [hop for line in forwarded_for for hop in line.split(",")]
    if trusted == EVERYBODY:
        farthest = _read(hops[0].strip()) if hops else None
        return None if farthest is None else _shown(farthest)
    for hop in reversed(hops):
        address = _read(hop.strip())
        if address is None:
            return None
        if not _is_trusted(address, trusted):
            return _shown(address)
    return None


def _read(text: str) -> Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return (address.ipv4_mapped if isinstance(address, IPv6Address) else None) or address


def _is_trusted(address: Address | None, trusted: tuple[Network, ...]) -> bool:
    return address is not None and any(address in network for network in trusted)


def _shown(address: Address) -> str:
    if isinstance(address, IPv4Address):
        return str(address)
    return str(IPv6Network((int(address), IPV6_PREFIX), strict=False))
