"""Metadata documents and public keys."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pyramid.request import Request
from pyramid.response import Response

from sso_portal.base.hashing import s256
from sso_portal.protocol import discovery
from sso_portal.protocol.authorization_details import details_metadata
from sso_portal.protocol.protected_resource import protected_resource_metadata, protected_resources

_CACHE_SECONDS = 300
_CONDITIONS = ("HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_RANGE", "HTTP_IF_RANGE")


@dataclass
class _Document:
    """A JSON document as it is sent, with its head, and ``reason``, which it is true of."""

    reason: object
    raw: bytes
    head: tuple[tuple[str, str], ...]


def openid_configuration(request: Request) -> Response:
    """OpenID Connect Discovery 1.0, section 4."""
    return _about_the_portal(request, discovery.openid_configuration)


def authorization_server(request: Request) -> Response:
    """RFC 8414, section 3."""
    return _about_the_portal(request, discovery.authorization_server_metadata)


def _about_the_portal(request: Request, metadata: Callable[..., Mapping[str, Any]]) -> Response:
    clients = request.portal.known_clients(lambda: request.unit)

    def document() -> Mapping[str, Any]:
        portal = request.portal
        told = metadata(portal.issuer, portal.prompt_values, portal.certificate_methods, registers=portal.registers)
        # What depends on the APIs and types that operators have registered.
        return {**told, **protected_resources(clients.values()), **details_metadata(portal.detail_types)}

    return _answer(request, metadata.__name__, clients, document)


def protected_resource(request: Request) -> Response:
    """RFC 9728, section 3."""

    def document() -> Mapping[str, Any]:
        portal, brand = request.portal, request.portal.settings.brand
        return protected_resource_metadata(
            portal.issuer, name=brand.name, policy_uri=brand.privacy_url, terms_uri=brand.terms_url
        )

    return _answer(request, "protected_resource", None, document)


def jwks(request: Request) -> Response:
    """The public keys (RFC 7517, section 5)."""
    keys = request.portal.published_keys(lambda: request.unit)
    return _answer(request, "jwks", keys, lambda: {"keys": [dict(key.public) for key in keys]})


def _answer(request: Request, name: str, reason: object, make: Callable[[], Mapping[str, Any]]) -> Response:
    """The document of this name, as this process keeps it for as long as its reason is the same."""
    kept: dict[str, _Document] = request.registry.documents
    document = kept.get(name)
    if document is None or (document.reason is not reason and document.reason != reason):
        document = kept[name] = _document(request, reason, make())
    document.reason = reason
    response = Response(headerlist=list(document.head), app_iter=[document.raw])
    # What has not changed is answered 304 without a body.
    response.conditional_response = any(condition in request.environ for condition in _CONDITIONS)
    return response


def _document(request: Request, reason: object, body: Mapping[str, Any]) -> _Document:
    text = json.dumps(body)
    # Whoever keeps a copy for so long sees a new key long before anything is signed with it.
    seconds = min(_CACHE_SECONDS, request.portal.settings.keys.publish_ahead_seconds // 2)
    head = {
        "Content-Type": "application/json",
        "Content-Length": str(len(text.encode())),
        # The entity tag (RFC 9110, section 8.8.3).
        "ETag": f'"{s256(text)}"',
        "Cache-Control": f"public, max-age={seconds}",
        # Public facts, also for pages of other origins.
        "Access-Control-Allow-Origin": "*",
        "Cross-Origin-Resource-Policy": "cross-origin",
    }
    return _Document(reason, text.encode(), tuple(head.items()))
