"""What a reverse proxy asks about: the host and the request line that a browser has sent to a site behind it.

nginx is told to send these headers; Caddy and Traefik send them by themselves, and write over what a browser has sent.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from pyramid.request import Request

from sso_portal.base.urls import local_path
from sso_portal.services.clients import Client
from sso_portal.services.protected_sites import SITE_PREFIX, ProtectedSite, site_address

_ASCII = "".join(map(chr, range(0x21, 0x7F)))
_LONGEST_PATH = 1_500
"""Characters of an address that is come back to: it travels in ``state``, escaped several times."""

STRANGE_PEER = "Only reverse proxies that sso.web.trusted_proxies names may ask."
STRANGE_SITE = "X-Forwarded-Proto and X-Forwarded-Host name no site that a client is registered for (forward_auth)."


@dataclass(frozen=True)
class Forwarded:
    """A request to a protected site: ``uri`` is its request line without the host, as it was sent, and ``method`` its
    method."""

    client: Client
    site: ProtectedSite
    uri: str
    method: str

    @property
    def path(self) -> str:
        """The local path, letters beyond ASCII escaped, to which the browser may be sent back; ``/`` when that would
        lead to another host or is too long."""
        return safe_path(self.uri)


def safe_path(uri: str) -> str:
    """``uri`` as a path of the site that a browser may be sent to, or ``/``."""
    try:
        raw = uri.encode("latin-1")
    except UnicodeEncodeError:
        raw = uri.encode("utf-8", "replace")
    path = local_path(quote(raw, safe=_ASCII)) or "/"
    return "/" if len(path) > _LONGEST_PATH or path.startswith(SITE_PREFIX) else path


def read_forwarded(request: Request) -> Forwarded | str:
    """The request that is asked about, or what is wrong; anyone can write headers, so only trusted proxies count."""
    environ = request.environ
    if str(environ.get("REMOTE_ADDR", "")) not in request.portal.settings.web.trusted_proxies:
        return STRANGE_PEER
    scheme, host = environ.get("HTTP_X_FORWARDED_PROTO", ""), environ.get("HTTP_X_FORWARDED_HOST", "")
    address = site_address(scheme, host)
    client = request.unit.clients.protecting(address) if address is not None else None
    if client is None or client.protected_site is None:
        return STRANGE_SITE
    uri, method = environ.get("HTTP_X_FORWARDED_URI", ""), environ.get("HTTP_X_FORWARDED_METHOD", "GET")
    return Forwarded(client, client.protected_site, uri, method)
