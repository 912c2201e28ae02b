"""Whose address a request comes from: the peer's own, or what a trusted proxy tells."""

from collections.abc import Iterable, Sequence
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
    """Return the nearest address that is no trusted proxy; None where the peer has none.

    With no proxy named, a peer of a private network is believed about who asked it. Where everybody
    is trusted it is the farthest address, as uvicorn documents it.
    """
    asking = _read(peer or "")
    if asking is None:
        return None
    hops = [_read(hop.strip()) for line in forwarded_for for hop in line.split(",")]
    return _shown(_client(asking, hops, trusted))


def _client(
    asking: Address, hops: Sequence[Address | None], trusted: tuple[Network, ...]
) -> Address:
    if trusted == EVERYBODY:
        return (hops[0] if hops else None) or asking
    if not trusted:
        return (hops[-1] if hops and asking.is_private else None) or asking
    client = asking
    for hop in reversed(hops):
        if hop is None or not _is_trusted(client, trusted):
            break
        client = hop
    return client


def _read(text: str) -> Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return (address.ipv4_mapped if isinstance(address, IPv6Address) else None) or address


def _is_trusted(address: Address, trusted: tuple[Network, ...]) -> bool:
    return any(address in network for network in trusted)


def _shown(address: Address) -> str:
    if isinstance(address, IPv4Address):
        return str(address)
    return str(IPv6Network((int(address), IPV6_PREFIX), strict=False))
