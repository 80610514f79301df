"""Bearer tokens. Refresh tokens are random letters and digits, and so are access tokens unless a JWT is due."""

from __future__ import annotations

from typing import Any

from oauthlib.oauth2 import BearerToken

from sso_portal.base.ids import token
from sso_portal.protocol.call import call_of
from sso_portal.protocol.sender_constraints import token_type_of
from sso_portal.protocol.tokens.access import access_scopes, access_seconds, draw_access_token
from sso_portal.protocol.vocabulary import AUTHORIZATION_DETAILS


class OpaqueToken(BearerToken):
    """Draws tokens; a refresh token only for clients that are registered for the refresh_token grant."""

    def __init__(self, request_validator: Any) -> None:
        """What an access token is, and how long it lives, depends on what it is for."""
        super().__init__(
            request_validator,
            token_generator=draw_access_token,
            expires_in=access_seconds,
            refresh_token_generator=_refresh_token,
        )

    def create_token(self, request: Any, refresh_token: bool = False, **kwargs: Any) -> Any:
        """One answer of the token endpoint (RFC 6749, section 5.1)."""
        may_refresh = "refresh_token" in request.client.metadata["grant_types"]
        answer = super().create_token(request, refresh_token=refresh_token and may_refresh, **kwargs)
        answer["token_type"] = token_type_of(call_of(request).token_details)
        if AUTHORIZATION_DETAILS in call_of(request).token_details:
            answer[AUTHORIZATION_DETAILS] = call_of(request).token_details[AUTHORIZATION_DETAILS]
        if request.scopes is not None:
            answer["scope"] = " ".join(access_scopes(request))
        return answer


def _refresh_token(request: Any) -> str:
    """A fresh one, or at a rotation the successor of the one that was presented."""
    call = call_of(request)
    if call.repeated_refresh_token is not None:
        return call.repeated_refresh_token
    return call.services.tokens.successor_of(request.refresh_token) if call.refresh_token is not None else token()
