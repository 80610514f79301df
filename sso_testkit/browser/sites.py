"""Which addresses belong together: origins, sites, and hosts that are trusted without TLS."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

_GATEWAY_PORTS = {"http": 80, "https": 443}


def host_of(url: str) -> str:
    """The host of an address, in small letters and without its port: cookies know no ports (RFC 6265 section 8.5)."""
    return (urlsplit(url).hostname or "").rstrip(".")


def origin_of(url: str) -> str:
    """``scheme://host[:port]`` of an address, as browsers write it (RFC 6454 section 6.2)."""
    parts = urlsplit(url)
    port = "" if parts.port in (None, _GATEWAY_PORTS.get(parts.scheme)) else f":{parts.port}"
    host = parts.hostname or ""
    return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}{port}"


def is_address(host: str) -> bool:
    """Whether a host is a number and no name."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def registrable_domain(host: str) -> str:
    """The part of a host's name that somebody owns: its last two labels. There is no list of public suffixes here, so
    ``shop.co.uk`` is one site with every other name below ``co.uk``."""
    return host if is_address(host) else ".".join(host.split(".")[-2:])


def is_same_site(one: str, other: str) -> bool:
    """Whether two addresses are of one site; ports and schemes do not matter (RFC 6265bis section 5.2)."""
    return registrable_domain(host_of(one)) == registrable_domain(host_of(other))


def is_trustworthy(url: str) -> bool:
    """Whether what goes to an address cannot be read on the way: by TLS, or because it stays on this machine."""
    host = host_of(url)
    if urlsplit(url).scheme == "https" or host == "localhost" or host.endswith(".localhost"):
        return True
    return is_address(host) and ip_address(host).is_loopback
