"""The API's own addresses: where a request went, and where its metadata are."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

from sso_client.guard.settings import GuardSettings
from sso_client.urls import origin

WELL_KNOWN = "/.well-known/oauth-protected-resource"

_PORTS = {"http": 80, "https": 443}
_LONGEST = 2000


def path_of(environ: dict[str, Any]) -> str:
    """Return the path that the application sees, as text; what is not UTF-8 is replaced."""
    return str(environ.get("PATH_INFO") or "/").encode("latin-1", "replace").decode("utf-8", "replace")


def base_of(environ: dict[str, Any], settings: GuardSettings) -> str:
    """Return what stands before the application's own paths."""
    if settings.public_url:
        return settings.public_url
    if _is_address(settings.resource):
        return origin(settings.resource)
    host = str(environ.get("HTTP_HOST", ""))
    if not re.fullmatch(r"[A-Za-z0-9.\-\[\]:]{1,255}", host):
        host = f"{environ.get('SERVER_NAME', '')}:{environ.get('SERVER_PORT', '')}"
    return f"{environ.get('wsgi.url_scheme', 'http')}://{host}"


def identifier_of(environ: dict[str, Any], settings: GuardSettings) -> str:
    """Return the resource identifier (RFC 9728 section 1.2): `resource` when it is an address, else the API's base."""
    return settings.resource if _is_address(settings.resource) else base_of(environ, settings)


def metadata_path(environ: dict[str, Any], settings: GuardSettings) -> str:
    """Return the path of the metadata: the well-known one goes before that of the identifier (RFC 9728 section 3.1)."""
    return WELL_KNOWN + urlsplit(identifier_of(environ, settings)).path.rstrip("/")


def metadata_address(environ: dict[str, Any], settings: GuardSettings) -> str:
    """Return the address of the metadata, for `resource_metadata`."""
    return origin(base_of(environ, settings)) + metadata_path(environ, settings)


def is_address_of(claimed: object, environ: dict[str, Any], settings: GuardSettings) -> bool:
    """Say whether `claimed` is where the request went, without query and fragment (RFC 9449 section 4.3, step 9)."""
    if not isinstance(claimed, str) or len(claimed) > _LONGEST or not claimed.isascii():
        return False
    own = base_of(environ, settings)
    path = unquote_to_bytes(urlsplit(own).path) + _sent_path(environ)
    place = _place(claimed)
    return place is not None and place == _place(own) and (unquote_to_bytes(urlsplit(claimed).path) or b"/") == path


def _sent_path(environ: dict[str, Any]) -> bytes:
    # WSGI has decoded it already, into latin-1 (PEP 3333).
    text = f"{environ.get('SCRIPT_NAME', '')}{environ.get('PATH_INFO', '')}"
    return text.encode("latin-1", "replace") or b"/"


def _place(address: str) -> tuple[str, str, int] | None:
    """Scheme, host and port, None for what is no web address."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in _PORTS or not parts.hostname or "@" in parts.netloc:
        return None
    return parts.scheme, parts.hostname.lower(), port or _PORTS[parts.scheme]


def _is_address(text: str) -> bool:
    return text.startswith(("https://", "http://"))
