"""Metadata documents and public keys."""

from __future__ import annotations

from typing import Any

from pyramid.request import Request
from pyramid.response import Response

from sso_portal.protocol import discovery

_CACHE = "public, max-age=300"


def openid_configuration(request: Request) -> Response:
    """OpenID Connect Discovery 1.0, section 4."""
    return _document(discovery.openid_configuration(request.portal.issuer))


def authorization_server(request: Request) -> Response:
    """RFC 8414, section 3."""
    return _document(discovery.authorization_server_metadata(request.portal.issuer))


def jwks(request: Request) -> Response:
    """The public keys (RFC 7517, section 5)."""
    return _document(request.unit.keys.ring().jwks())


def _document(body: Any) -> Response:
    response = Response(json=body)
    response.headers["Cache-Control"] = _CACHE
    # Public facts, also for pages of other origins.
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
