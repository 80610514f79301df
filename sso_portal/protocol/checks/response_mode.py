"""The response mode is one that the portal has (OAuth 2.0 Multiple Response Types, section 2.1)."""

from __future__ import annotations

from typing import Any

from oauthlib.oauth2.rfc6749.errors import InvalidRequestError

from sso_portal.protocol.response_modes import RESPONSE_MODES


def check(request: Any) -> dict[str, Any]:
    """Refuse an unknown response mode; the error itself goes by the default mode."""
    if request.response_mode is not None and request.response_mode not in RESPONSE_MODES:
        request.response_mode = None
        raise InvalidRequestError(description=f"response_mode is one of {', '.join(RESPONSE_MODES)}.", request=request)
    return {}
