"""Whose address a request came from when proxies stand before us: what each hop says of the one before it."""

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Network = IPv4Network | IPv6Network
HEADER = b"x-forwarded-for"
HOPS_MAX = 16
# Addresses and commas of that many hops, and some: nobody has to read more of a header that a client filled.
HOPS_BYTES_MAX = 1_024
ADDRESS_CHARS_MAX = 64


def read_networks(typed: str) -> tuple[Network, ...]:
    """`127.0.0.1, 10.0.0.0/8`. Errors: `ValueError` for what is no address or network, and for one that holds every address:
    to trust everybody's word is to let each client choose its source."""
    networks = tuple(ip_network(part.strip(), strict=False) for part in typed.split(",") if part.strip())
    if any(network.prefixlen == 0 for network in networks):
        raise ValueError("a network that holds every address")
    return networks


@lru_cache(maxsize=4_096)
def _address(text: str) -> IPv4Address | IPv6Address | None:
    """`192.0.2.1`, `192.0.2.1:5000`, `2001:db8::1`, `[2001:db8::1]:5000`; None for everything else."""
    text = text.strip().strip('"')
    if not text or len(text) > ADDRESS_CHARS_MAX or not text.isascii():
        return None
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address


@lru_cache(maxsize=4_096)
def _among(address: IPv4Address | IPv6Address, networks: tuple[Network, ...]) -> bool:
    return any(address in network for network in networks)


def is_trusted(peer: str, trusted: tuple[Network, ...]) -> bool:
    """Whether it is a proxy of ours."""
    address = _address(peer) if trusted else None
    return address is not None and _among(address, trusted)


def first_untrusted(peer: str, headers: Iterable[tuple[bytes, bytes]], trusted: tuple[Network, ...]) -> str:
    """The right-most hop that is no proxy of ours: the one that a proxy of ours saw with its own eyes. What stands left of it
    was written by a client. Headers of a peer that is no proxy of ours are not read at all.

    Where a hop cannot be read, the proxy that wrote it is the source: all that are behind it count as one.
    """
    nearest = _address(peer)
    if not trusted or nearest is None or not _among(nearest, trusted):
        return peer if nearest is None else str(nearest)
    said = b",".join(value for name, value in headers if name == HEADER)[-HOPS_BYTES_MAX:]
    for hop in reversed(said.decode("latin-1").rsplit(",", HOPS_MAX)[-HOPS_MAX:]):
        address = _address(hop)
        if address is None:
            break
        nearest = address
        if not _among(address, trusted):
            break
    return str(nearest)


def neighbourhood(source: str) -> str:
    """What one customer of an internet provider holds: an IPv4 address, or the /64 of an IPv6 address, in which she has as many
    addresses as she likes. Other texts stay as they are."""
    address = _address(source) if ":" in source else None
    return str(ip_network((address, 64), strict=False)) if isinstance(address, IPv6Address) else source
