"""Which addresses the portal fetches from: clients name them, so none may lead into the portal's own network
(OWASP ASVS 5, server-side request forgery)."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection
from dataclasses import dataclass

from sso_portal.base.urls import MAXIMUM_LENGTH, host_and_port

_ADDRESS = re.compile(r"(https?)://([^/?#]*)([/?][!-\[\]-~]*)?", re.IGNORECASE)
_DEFAULT_PORTS = {"https": 443, "http": 80}
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


class Unfetchable(ValueError):
    """An address that may not be fetched, or could not; the message says why, fit for the client's developer."""


@dataclass(frozen=True)
class Target:
    """An address that keeps the rules which need no network. ``trusted``: the operator allows its host, wherever that
    is."""

    url: str
    host: str
    port: int
    trusted: bool


def target_of(url: str, allowed_hosts: Collection[str], *, anywhere: bool = False) -> Target:
    """``url``, taken apart; the fragment is left off. ``anywhere``: the operator himself has chosen it. Raises
    :class:`Unfetchable`."""
    match = _ADDRESS.fullmatch(url.partition("#")[0])
    if match is None or len(url) > MAXIMUM_LENGTH:
        raise Unfetchable("The address is not of the form https://host/path.")
    scheme, authority, path = match[1].lower(), match[2], match[3] or "/"
    if "@" in authority:
        raise Unfetchable("The address has a user name in it.")
    named = host_and_port(authority)
    if named is None:
        raise Unfetchable("The address has no host that could be asked.")
    host, port = named[0], named[1] or _DEFAULT_PORTS[scheme]
    trusted = anywhere or not {host, f"{host}:{port}"}.isdisjoint(allowed.lower() for allowed in allowed_hosts)
    if not trusted and scheme != "https":
        raise Unfetchable("The address is not https.")
    if not trusted and port != _DEFAULT_PORTS["https"]:
        raise Unfetchable(f"The address has the port {port}; only 443 is fetched from.")
    return Target(f"{scheme}://{authority.lower()}{path}", host.strip("[]"), port, trusted)


def is_public(address: str) -> bool:
    """Whether an IP address is one that everybody on the internet reaches; those that carry an IPv4 address inside are
    judged by it."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv4Address):
        return parsed.is_global and not (parsed.is_multicast or parsed.is_reserved)
    inside = parsed.ipv4_mapped or parsed.sixtofour or _translated(parsed)
    if inside is not None:
        return is_public(str(inside))
    return parsed.is_global and parsed in _GLOBAL_UNICAST and parsed.scope_id is None


def _translated(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that a NAT64 gateway would call (RFC 6052, section 2.1)."""
    return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF) if address in _NAT64 else None
