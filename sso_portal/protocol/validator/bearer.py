"""Access tokens: saving them, and judging the ones that come back (RFC 6750)."""

from __future__ import annotations

from typing import Any

from oauthlib.oauth2.rfc6749.errors import LoginRequired

from sso_portal.protocol.call import call_of


class BearerAnswers:
    """Saving tokens, checking access tokens."""

    def save_bearer_token(self, token: dict[str, Any], request: Any, *_args: Any, **_kwargs: Any) -> None:
        """Remember the tokens of one answer, by hash."""
        call = call_of(request)
        if call.family is None:
            raise TypeError("tokens belong to a family")
        call.services.tokens.save(
            call.family,
            access_token=token["access_token"],
            access_scope=token.get("scope", ""),
            access_details=call.token_details,
            # One that is told a second time is remembered already.
            refresh_token=token.get("refresh_token") if call.repeated_refresh_token is None else None,
        )

    def save_front_channel_token(self, token: dict[str, Any], request: Any) -> None:
        """Remember an access token that the authorization endpoint answers itself."""
        call = call_of(request)
        if call.session is None or call.client is None:
            raise TypeError("an access token of the authorization endpoint is for a signed-in person")
        details = {**call.details, "amr": call.session.amr}
        call.family = call.services.tokens.begin_front_channel_family(
            call.client.client_id, call.session, token.get("scope", ""), details
        )
        if call.family is None:
            raise LoginRequired(description="The session is over.", request=request)
        self.save_bearer_token(token, request)

    def validate_bearer_token(self, token: str | None, scopes: list[str], request: Any) -> bool:
        """Whether an access token lives; what it stands for is kept on the call."""
        call = call_of(request)
        call.access = call.services.tokens.find_access(token) if token else None
        if call.access is None:
            return False
        call.client = call.services.clients.find(call.access.family.client_id)
        if call.client is None:
            return False
        request.scopes = list(call.access.scopes)
        return True
