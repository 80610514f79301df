"""The response type is one that the portal has (RFC 6749, section 3.1.1)."""

from __future__ import annotations

from typing import Any

from oauthlib.oauth2.rfc6749.errors import MissingResponseTypeError, UnsupportedResponseTypeError

from sso_portal.services.client_metadata import RESPONSE_TYPES


def check(request: Any) -> dict[str, Any]:
    """Refuse a missing or unknown response type; oauthlib alone takes anything with *code* in it."""
    if request.response_type is None:
        raise MissingResponseTypeError(request=request)
    if request.response_type not in RESPONSE_TYPES:
        raise UnsupportedResponseTypeError(
            description=f"response_type is one of: {', '.join(RESPONSE_TYPES)}.", request=request
        )
    return {}
