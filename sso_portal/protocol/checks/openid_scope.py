"""An id_token is for requests with the scope ``openid`` (OpenID Connect Core, section 3.1.2.1)."""

from __future__ import annotations

from typing import Any

from oauthlib.oauth2.rfc6749.errors import InvalidRequestError, InvalidScopeError

_NEEDS_NONCE = ("id_token", "id_token token", "code id_token", "code id_token token")


def check(request: Any) -> dict[str, Any]:
    """Refuse a response type with ``id_token`` when ``openid`` is not asked for, or without a nonce."""
    if "id_token" in request.response_type.split() and "openid" not in request.scopes:
        raise InvalidScopeError(
            description=f"response_type {request.response_type} needs the scope openid.", request=request
        )
    # oauthlib asks for it only in part of these (Core, sections 3.2.2.1 and 3.3.2.11).
    if request.response_type in _NEEDS_NONCE and not request.nonce:
        raise InvalidRequestError(
            description=f"nonce is required with response_type {request.response_type}.", request=request
        )
    return {}
