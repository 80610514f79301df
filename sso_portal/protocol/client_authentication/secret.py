"""The client's secret itself, in the Authorization header or in the body (RFC 6749, section 2.3.1).

Both are taken from every client that has registered one of the two.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any
from urllib.parse import unquote_plus

from oauthlib.oauth2.rfc6749.errors import InvalidClientError

from sso_portal.base.explain import oddity_of, shape_of
from sso_portal.protocol.call import call_of
from sso_portal.services.client_metadata import SECRET_METHODS
from sso_portal.services.clients import Client


class SecretInHeader:
    """``client_secret_basic``."""

    name = "in the Authorization header"

    def is_used(self, request: Any) -> bool:
        """There is an Authorization header; one that cannot be read is an error here already."""
        return _basic_credentials(request) is not None

    def client_id(self, request: Any) -> str | None:
        """The name of the Basic scheme."""
        found = _basic_credentials(request)
        return found[0] if found else None

    def check(self, request: Any, client: Client) -> None:
        """The password of the Basic scheme is the client's secret."""
        found = _basic_credentials(request)
        _check(request, client, found[1] if found else "")


class SecretInBody:
    """``client_secret_post``."""

    name = "in the body"

    def is_used(self, request: Any) -> bool:
        """There is a parameter ``client_secret``."""
        return request.client_secret is not None

    def client_id(self, _request: Any) -> None:
        """The parameter ``client_id`` says it."""

    def check(self, request: Any, client: Client) -> None:
        """The parameter is the client's secret."""
        _check(request, client, request.client_secret)


def _basic_credentials(request: Any) -> tuple[str, str] | None:
    """Read once for each request, although asked for three times."""
    header, call = request.headers.get("Authorization"), call_of(request)
    if header is None:
        return None
    if call.basic is None or call.basic[0] != header:
        call.basic = (header, _read(header, request))
    return call.basic[1]


def _read(header: str, request: Any) -> tuple[str, str]:
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        raise InvalidClientError(description="The Authorization header is not of the Basic scheme.", request=request)
    try:
        decoded = base64.b64decode(encoded.strip(), validate=True).decode()
    except (binascii.Error, ValueError):
        raise InvalidClientError(
            description="The Authorization header is not valid Base64 of UTF-8.", request=request
        ) from None
    name, separator, secret = decoded.partition(":")
    if not separator:
        raise InvalidClientError(description="The Authorization header has no colon.", request=request)
    # Both parts are form-encoded before they are joined (RFC 6749, section 2.3.1).
    return unquote_plus(name), unquote_plus(secret)


def _check(request: Any, client: Client, secret: str) -> None:
    call, method = call_of(request), client.metadata["token_endpoint_auth_method"]
    if method not in SECRET_METHODS:
        call.find("authentication_method", registered=method, used="client_secret")
        registered = "as public" if client.is_public else f"for {method}"
        raise InvalidClientError(
            description=f"This client is registered {registered}; it must not send a secret.", request=request
        )
    if not call.services.clients.secret_matches(client, secret):
        oddity = oddity_of(secret)
        call.find("client_secret_wrong", sent=shape_of(secret), oddity=oddity)
        raise InvalidClientError(
            description=f"The client secret is not right{f': {oddity}' if oddity else ''}.", request=request
        )
