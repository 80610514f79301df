"""Opaque bearer tokens: random letters and digits that mean nothing to anyone but the portal."""

from __future__ import annotations

from typing import Any

from oauthlib.oauth2 import BearerToken

from sso_portal.base.ids import token
from sso_portal.protocol.call import call_of


class OpaqueToken(BearerToken):
    """Draws tokens; a refresh token only for clients that are registered for the refresh_token grant."""

    def __init__(self, request_validator: Any, access_seconds: int) -> None:
        """Access tokens live ``access_seconds``."""
        super().__init__(
            request_validator,
            token_generator=lambda _request: token(),
            expires_in=access_seconds,
            refresh_token_generator=_refresh_token,
        )

    def create_token(self, request: Any, refresh_token: bool = False, **kwargs: Any) -> Any:
        """One answer of the token endpoint (RFC 6749, section 5.1)."""
        may_refresh = "refresh_token" in request.client.metadata["grant_types"]
        return super().create_token(request, refresh_token=refresh_token and may_refresh, **kwargs)


def _refresh_token(request: Any) -> str:
    """A fresh one, or at a rotation the successor of the one that was presented."""
    call = call_of(request)
    if call.repeated_refresh_token is not None:
        return call.repeated_refresh_token
    return call.services.tokens.successor_of(request.refresh_token) if call.refresh_token is not None else token()
