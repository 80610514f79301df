"""Which addresses the kit is willing to use.

Two questions: is this address of the portal safe enough to send secrets to, and is this `next` a page of our own site.
"""

from __future__ import annotations

import ipaddress
from urllib.parse import quote, urlsplit

LONGEST_NEXT = 1024
"""A longer `next` is dropped: it is kept in a cookie, and ten of those have to fit into the header of a request."""

OWN_PATHS = ("/sso/", "/sign-out")
"""The kit's own pages are never where somebody wanted to go, …"""

PARKED_PATH = "/sso/parked/"
"""… but for a form that is kept."""

_ASCII = "".join(chr(code) for code in range(0x21, 0x7F))


def local_path(value: object, default: str = "/") -> str:
    """Return `value` when it is a path of this site and safe in a Location header, `default` otherwise.

    A browser takes `//host`, `/\\host` and `/<tab>/host` for another site's address, so backslashes and control
    characters are refused wherever they stand. What is not ASCII is percent-encoded (RFC 3986 section 2.1).
    """
    if not isinstance(value, str) or not value.startswith("/") or value.startswith("//"):
        return default
    if any(character < " " or character in "\\\x7f" for character in value):
        return default
    try:
        path = quote(value, safe=_ASCII)
        parts = urlsplit(path)
    except ValueError:
        return default
    own = parts.path.startswith(OWN_PATHS) and not parts.path.startswith(PARKED_PATH)
    if parts.scheme or parts.netloc or len(path) > LONGEST_NEXT or own:
        return default
    return path


def is_loopback(host: str) -> bool:
    """Say whether `host` can only be this machine (RFC 6761 section 6.3, RFC 8252 section 7.3)."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_safe_endpoint(url: object, *, allow_http: bool = False) -> bool:
    """Say whether secrets may be sent to `url`: https, or plain http to this machine or where the site allows it.

    RFC 6749 section 3.2 asks for TLS at the token endpoint; plain http is for development only.
    """
    if not isinstance(url, str) or any(character <= " " or character in "\\\x7f" for character in url):
        return False
    try:
        parts = urlsplit(url)
        host = parts.hostname
        _ = parts.port
    except ValueError:
        return False
    if not host or parts.fragment or parts.username is not None or parts.password is not None:
        return False
    if parts.scheme == "https":
        return True
    return parts.scheme == "http" and (allow_http or is_loopback(host))


def origin(url: str) -> str:
    """Return scheme, host and port of `url` (RFC 6454 section 4), as they are written there."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
