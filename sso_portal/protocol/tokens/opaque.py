"""Bearer tokens. Refresh tokens are random letters and digits, and so are access tokens unless a JWT is due."""

from __future__ import annotations

from typing import Any

from oauthlib.oauth2 import BearerToken

from sso_portal.base.ids import ordered_token
from sso_portal.protocol.call import Call, call_of
from sso_portal.protocol.resources import form_for
from sso_portal.protocol.sender_constraints import token_type_of
from sso_portal.protocol.tokens.access import access_scopes, access_seconds, draw_access_token
from sso_portal.protocol.vocabulary import AUTHORIZATION_DETAILS


class OpaqueToken(BearerToken):
    """Draws tokens; a refresh token only for clients that are registered for the refresh_token grant."""

    def create_token(self, request: Any, refresh_token: bool = False, **_kwargs: Any) -> Any:
        """One answer of the token endpoint (RFC 6749, section 5.1). What an access token is, and how long it lives,
        depends on what it is for."""
        call, scopes = call_of(request), access_scopes(request)
        form = form_for(call.resources, request.client, request)
        request.expires_in = access_seconds(request, form)
        answer = {
            "access_token": draw_access_token(request, form, scopes),
            "expires_in": request.expires_in,
            "token_type": token_type_of(call.token_details),
        }
        if request.scopes is not None:
            answer["scope"] = " ".join(scopes)
        if refresh_token and "refresh_token" in request.client.metadata["grant_types"]:
            answer["refresh_token"] = self._refresh_token(request, call)
        if AUTHORIZATION_DETAILS in call.token_details:
            answer[AUTHORIZATION_DETAILS] = call.token_details[AUTHORIZATION_DETAILS]
        return answer

    def _refresh_token(self, request: Any, call: Call) -> str:
        """A fresh one, or the one that was presented, or at a rotation its successor."""
        if request.refresh_token and not self.request_validator.rotate_refresh_token(request):
            return str(request.refresh_token)
        if call.repeated_refresh_token is not None:
            return call.repeated_refresh_token
        return (
            call.services.tokens.successor_of(request.refresh_token)
            if call.refresh_token is not None
            else ordered_token()
        )
