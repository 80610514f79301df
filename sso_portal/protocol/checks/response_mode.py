"""The response mode is one that the portal has, and fits what is answered (OAuth 2.0 Multiple Response Types, 2.1)."""

from __future__ import annotations

from typing import Any

from oauthlib.oauth2.rfc6749.errors import InvalidRequestError

from sso_portal.protocol.response_modes import RESPONSE_MODES, is_unfit


def check(request: Any) -> dict[str, Any]:
    """Refuse an unknown mode, and tokens in a query string; the error itself goes by the default mode."""
    mode = request.response_mode
    if mode is not None and mode not in RESPONSE_MODES:
        raise InvalidRequestError(description=f"response_mode is one of {', '.join(RESPONSE_MODES)}.", request=request)
    encrypted = bool(request.client.metadata["authorization_encrypted_response_alg"])
    if is_unfit(mode, request.response_type, encrypted=encrypted):
        # Query strings stay in logs and histories, and travel on in Referer (section 5).
        raise InvalidRequestError(
            description=f"response_mode {mode} is not for response_type {request.response_type}.", request=request
        )
    return {}
