"""Who is the client that calls the token endpoint (RFC 6749, sections 2.3 and 3.2.1)?"""

from __future__ import annotations

import base64
import binascii
from typing import Any
from urllib.parse import unquote_plus

from oauthlib.oauth2.rfc6749.errors import InvalidClientError, InvalidRequestError

from sso_portal.protocol.call import call_of
from sso_portal.services.clients import Client


class ClientAuthenticationAnswers:
    """Client authentication by ``client_secret_basic``, ``client_secret_post`` and ``none``."""

    def client_authentication_required(self, request: Any) -> bool:
        """Always: a public client's ``none`` is checked at the same place."""
        return True

    def authenticate_client(self, request: Any) -> bool:
        """Find and check the client of this request; raises oauthlib errors that say what is wrong."""
        header_id, header_secret = _basic_credentials(request)
        body_id, body_secret = request.client_id, request.client_secret
        if header_secret is not None and body_secret is not None:
            raise InvalidRequestError(
                description="The client authenticated twice: in the Authorization header and in the body.",
                request=request,
            )
        if header_id is not None and body_id is not None and header_id != body_id:
            raise InvalidRequestError(
                description="client_id in the body differs from the one in the Authorization header.", request=request
            )
        client_id = header_id if header_id is not None else body_id
        if not client_id:
            raise InvalidClientError(description="No client authentication was included.", request=request)
        call = call_of(request)
        client = call.services.clients.find(client_id)
        if client is None:
            raise InvalidClientError(description="There is no client with this client_id.", request=request)
        _check_secret(request, client, header_secret if header_secret is not None else body_secret)
        request.client = call.client = client
        request.client_id = client.client_id
        return True


def _check_secret(request: Any, client: Client, secret: str | None) -> None:
    if client.is_public:
        if secret is not None:
            raise InvalidClientError(
                description="This client is registered as public; it must not send a secret.", request=request
            )
        return
    if secret is None:
        raise InvalidClientError(description="The client secret is missing.", request=request)
    if not call_of(request).services.clients.secret_matches(client, secret):
        raise InvalidClientError(description="The client secret is not right.", request=request)


def _basic_credentials(request: Any) -> tuple[str | None, str | None]:
    header = request.headers.get("Authorization")
    if header is None:
        return None, None
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
