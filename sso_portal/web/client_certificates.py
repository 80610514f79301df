"""The client's TLS certificate, seen through a reverse proxy that the settings name (RFC 9440; RFC 8705, 6.3)."""

from __future__ import annotations

from pyramid.request import Request

from sso_portal.protocol.call import SentCertificate

_VERIFIED = "SUCCESS"
"""What nginx says of a certificate whose authority it trusts; Apache says the same."""

_NOTHING = SentCertificate()


def sent_certificate(request: Request) -> SentCertificate:
    """What stands in the header, and whether the peer itself is a trusted proxy: anyone can write a header."""
    settings = request.portal.settings
    if not settings.mutual_tls.header:
        return _NOTHING
    verified = settings.mutual_tls.verified_header
    return SentCertificate(
        text=_header(request, settings.mutual_tls.header),
        from_proxy=str(request.environ.get("REMOTE_ADDR", "")) in settings.web.trusted_proxies,
        verified=bool(verified) and _header(request, verified) == _VERIFIED,
    )


def _header(request: Request, name: str) -> str:
    return str(request.environ.get(f"HTTP_{name.upper().replace('-', '_')}", ""))
