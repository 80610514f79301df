"""Networks that somebody has given names to: ``10.1.0.0/16=Beijing office; 10.2.0.0/16=Shanghai office``."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_LONGEST_NAME = 60


def read_networks(text: str) -> list[tuple[Network, str]]:
    """Every network and its name, the narrowest first. Raises :class:`ValueError` for the first that is none."""
    named = [_read(part.strip()) for part in text.split(";") if part.strip()]
    return sorted(named, key=lambda pair: pair[0].max_prefixlen - pair[0].prefixlen)


def network_problems(text: str) -> Iterator[str]:
    """What is wrong with such a list; nothing when :func:`read_networks` can read it."""
    for part in filter(None, map(str.strip, text.split(";"))):
        try:
            _read(part)
        except ValueError as error:
            yield str(error)


def read_address(text: str) -> Address | None:
    """A network address, an IPv4 one inside an IPv6 one as itself (RFC 4291, section 2.5.5.2)."""
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _read(part: str) -> tuple[Network, str]:
    network, _, name = (piece.strip() for piece in part.partition("="))
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise ValueError(f"{part!r} is not a network and its name, such as 10.1.0.0/16=Beijing office")
    try:
        return ip_network(network), name
    except ValueError as error:
        raise ValueError(f"{network!r} is not a network: {error}") from None
