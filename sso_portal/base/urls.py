"""Addresses: what counts as a local path, a redirect URI, an issuer; pure checks, nothing is fetched."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from urllib.parse import quote, quote_plus, urlsplit, urlunsplit

_CONTROL = re.compile(r"[\x00-\x20\x7f\\]")
_LOOPBACK_NAMES = {"localhost"}
_PLAIN = re.compile("[A-Za-z0-9_.~-]*")
_LOOPBACK_ADDRESS = re.compile(r"(http://(?:127\.0\.0\.1|\[::1\]))(?::([1-9][0-9]{0,4}))?([/?][!-\[\]-~]*)?")
_HOST = re.compile(r"([A-Za-z0-9_](?:[A-Za-z0-9._-]{0,251}[A-Za-z0-9_])?|\[[0-9A-Fa-f:.]{2,45}\])(?::([0-9]{1,5}))?")
_HIGHEST_PORT = 65_535
_ASCII = "".join(map(chr, range(0x21, 0x7F)))
_LONGEST_RESOURCE = 1000
MAXIMUM_LENGTH = 8000
"""Characters of the longest address that is kept through a sign-in."""


def local_path(target: str | None) -> str | None:
    """``target`` when it is a path on this server (``/…``), letters beyond ASCII escaped, else ``None``.

    Refuses everything that a browser could read as another host: ``//host``, ``/\\host``, a scheme, control
    characters, spaces (OWASP ASVS 5, open redirects).
    """
    if not target or len(target) > MAXIMUM_LENGTH or not target.startswith("/") or target.startswith("//"):
        return None
    if _CONTROL.search(target):
        return None
    try:
        parts = urlsplit(target)
    except ValueError:
        return None
    return None if parts.scheme or parts.netloc else quote(target, safe=_ASCII)


def quote_next(path: str) -> str:
    """``path`` as the value of ``next=``: everything escaped but the slashes, as relying parties know it."""
    return quote(path, safe="/")


def is_loopback_host(host: str | None) -> bool:
    """Whether ``host`` names this machine: ``localhost``, ``127.0.0.0/8`` or ``::1``."""
    if not host:
        return False
    if host in _LOOPBACK_NAMES:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_resource_uri(uri: str) -> bool:
    """Whether ``uri`` can name an API: absolute and without a fragment (RFC 8707, section 2; RFC 3986, section 4.3)."""
    if "#" in uri or len(uri) > _LONGEST_RESOURCE or not uri.isascii() or _CONTROL.search(uri):
        return False
    try:
        parts = urlsplit(uri)
    except ValueError:
        return False
    return bool(parts.scheme and (parts.hostname if parts.scheme in {"http", "https"} else parts.netloc or parts.path))


def redirect_uri_problem(uri: str) -> str | None:
    """Why ``uri`` cannot be registered as a redirect URI, or ``None`` when it can (RFC 6749, section 3.1.2).

    Absolute, without fragment and user information; ``http``, ``https`` or a private-use scheme with a dot
    (RFC 8252, section 7.1). ASCII only (RFC 3986, section 2), so that it is sent as it is compared.
    """
    if _CONTROL.search(uri):
        return "contains spaces, backslashes or control characters"
    if not uri.isascii():
        return "has letters that an address has to escape"
    try:
        parts = urlsplit(uri)
        _ = parts.port
    except ValueError:
        return "is not an address"
    if not parts.scheme:
        return "is not absolute"
    if parts.fragment or uri.endswith("#"):
        return "has a fragment"
    if parts.scheme in {"http", "https"}:
        if not parts.hostname:
            return "has no host"
        return "has a user name in it" if "@" in parts.netloc else None
    return None if "." in parts.scheme else "has a scheme that is neither http, https nor a private-use one"


def matches_redirect_uri(sent: str, registered: Iterable[str]) -> bool:
    """Whether ``sent`` is one of the ``registered`` addresses, compared character by character (RFC 9700, 2.1).

    The only liberty is the port of a loopback address given as a number (RFC 8252, section 7.3).
    """
    known = tuple(registered)
    if sent in known:
        return True
    bare = _without_loopback_port(sent)
    return bare is not None and any(bare == _without_loopback_port(uri) for uri in known)


def _without_loopback_port(uri: str) -> str | None:
    # By a pattern, not by urlsplit: that forgives tabs, line feeds and an upper-case scheme.
    match = _LOOPBACK_ADDRESS.fullmatch(uri)
    if match is None or int(match[2] or 0) > _HIGHEST_PORT:
        return None
    return f"{match[1]}{match[3] or ''}"


def host_and_port(text: str) -> tuple[str, int | None] | None:
    """``host`` or ``host:port`` in lower case, IPv6 addresses in brackets; ``None`` when it is something else.

    Strict on purpose: no user name, no zone, nothing that two readers of an address could read in two ways.
    """
    match = _HOST.fullmatch(text)
    if match is None or not 0 < int(match[2] or 1) <= _HIGHEST_PORT:
        return None
    return match[1].lower(), int(match[2]) if match[2] else None


def add_query(uri: str, parameters: Iterable[tuple[str, str]]) -> str:
    """``uri`` with ``parameters`` appended to its query; what was there stays as it was (RFC 6749, section 3.1.2)."""
    added = "&".join([f"{_encoded(name)}={_encoded(value)}" for name, value in parameters])
    if added and uri.startswith(("https://", "http://")) and "?" not in uri and "#" not in uri:
        return f"{uri}?{added}"
    parts = urlsplit(uri)
    query = "&".join(part for part in (parts.query, added) if part)
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, parts.fragment))


def _encoded(text: str) -> str:
    # Most of what is sent by the portal has nothing in it to be encoded.
    return text if _PLAIN.fullmatch(text) else quote_plus(text)


def origin(uri: str) -> str:
    """``scheme://host[:port]`` of an address, or an empty string when it has none."""
    try:
        parts = urlsplit(uri)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


def host_of(uri: str) -> str:
    """Host and port of an address as a person reads it, or an empty string."""
    try:
        return urlsplit(uri).netloc
    except ValueError:
        return ""


def host_name(uri: str) -> str:
    """The host component of an address, in lower case and without its port (RFC 3986, section 3.2.2), or an empty
    string."""
    try:
        return urlsplit(uri).hostname or ""
    except ValueError:
        return ""
