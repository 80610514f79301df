"""Metadata documents and public keys."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pyramid.request import Request
from pyramid.response import Response

from sso_portal.base.hashing import s256
from sso_portal.base.jose import KeyPair
from sso_portal.protocol import discovery
from sso_portal.protocol.authorization_details import details_metadata
from sso_portal.protocol.protected_resource import protected_resource_metadata, protected_resources

_CACHE_SECONDS = 300


@dataclass(frozen=True)
class _Document:
    """A JSON document as it is sent, and its entity tag (RFC 9110, section 8.8.3)."""

    text: str
    tag: str


def openid_configuration(request: Request) -> Response:
    """OpenID Connect Discovery 1.0, section 4."""
    portal = request.portal
    document = discovery.openid_configuration(
        portal.issuer, portal.prompt_values, portal.certificate_methods, registers=portal.registers
    )
    return _answer(request, _document({**document, **_registered(request)}))


def authorization_server(request: Request) -> Response:
    """RFC 8414, section 3."""
    portal = request.portal
    document = discovery.authorization_server_metadata(
        portal.issuer, portal.prompt_values, portal.certificate_methods, registers=portal.registers
    )
    return _answer(request, _document({**document, **_registered(request)}))


def _registered(request: Request) -> dict[str, Any]:
    """What depends on the APIs and types that operators have registered."""
    apis = protected_resources(request.unit.clients.known())
    return {**apis, **details_metadata(request.portal.detail_types)}


def protected_resource(request: Request) -> Response:
    """RFC 9728, section 3."""
    portal, brand = request.portal, request.portal.settings.brand
    document = protected_resource_metadata(
        portal.issuer, name=brand.name, policy_uri=brand.privacy_url, terms_uri=brand.terms_url
    )
    return _answer(request, _document(document))


def jwks(request: Request) -> Response:
    """The public keys (RFC 7517, section 5)."""
    return _answer(request, _jwks(request.unit.keys.published()))


@lru_cache(maxsize=2)
def _jwks(keys: tuple[KeyPair, ...]) -> _Document:
    return _document({"keys": [dict(key.public) for key in keys]})


def _document(body: Mapping[str, Any]) -> _Document:
    text = json.dumps(body)
    return _Document(text, s256(text))


def _answer(request: Request, document: _Document) -> Response:
    response = Response(text=document.text, content_type="application/json", charset="UTF-8")
    # What has not changed is answered 304 without a body.
    response.etag, response.conditional_response = document.tag, True
    # Whoever keeps a copy for so long sees a new key long before anything is signed with it.
    seconds = min(_CACHE_SECONDS, request.portal.settings.keys.publish_ahead_seconds // 2)
    response.headers["Cache-Control"] = f"public, max-age={seconds}"
    # Public facts, also for pages of other origins.
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
