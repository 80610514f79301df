"""Refresh tokens: rotated at every use, and a replayed one ends its family (RFC 9700, section 4.14).

Within a short time of grace the used one is answered with its successor again: two tabs that refresh at once, and a
client whose answer was lost on the way, go on. The successor is always the same, so a stolen token still gives itself
away.
"""

from __future__ import annotations

from typing import Any

from oauthlib.oauth2.rfc6749.errors import InvalidGrantError, InvalidScopeError

from sso_portal.protocol.call import call_of
from sso_portal.protocol.responses_for_clients import warm_encryption_keys


class RefreshTokenAnswers:
    """Checking, consuming and replacing refresh tokens."""

    def validate_refresh_token(self, refresh_token: str, client: Any, request: Any) -> bool:
        """Whether the token is this client's, unused or used a moment ago, in time and its family lives."""
        call = call_of(request)
        found = call.services.tokens.find_refresh_token(refresh_token)
        if found is None or found[1].client_id != client.client_id:
            raise InvalidGrantError(description="There is no such refresh token.", request=request)
        token, family = found
        if family.revoked_at is None and token.consumed_at is not None:
            self._repeat_or_refuse(request, family.family_id)
        if family.revoked_at is not None:
            raise InvalidGrantError(description=f"The refresh token was revoked: {_because(family)}.", request=request)
        if call.services.tokens.is_expired(token):
            raise InvalidGrantError(description="The refresh token has expired.", request=request)
        call.family, call.refresh_token = family, token
        request.user = call.user = call.services.users.by_id(family.user_id) if family.user_id is not None else None
        if family.user_id is not None and (call.user is None or not call.user.is_enabled):
            raise InvalidGrantError(description="The person's account is disabled.", request=request)
        warm_encryption_keys(call)
        return True

    def get_original_scopes(self, refresh_token: str, request: Any) -> list[str]:
        """The scopes of the family: a refresh may narrow them, never widen (RFC 6749, section 6)."""
        family = call_of(request).family
        return family.scope.split() if family else []

    def is_within_original_scope(self, request_scopes: list[str], refresh_token: str, request: Any) -> bool:
        """Asked only after a scope was found that is not in the family."""
        raise InvalidScopeError(description="A refresh may narrow the scope, never widen it.", request=request)

    def rotate_refresh_token(self, request: Any) -> bool:
        """Always, for every kind of client."""
        return True

    def consume_refresh_token(self, request: Any) -> None:
        """Use the token up, before its successor exists: one statement, won by exactly one request."""
        call = call_of(request)
        if call.refresh_token is None or call.family is None:
            raise TypeError("a refresh token is consumed after it was checked")
        if call.repeated_refresh_token is not None:
            return
        if not call.services.tokens.consume_refresh_token(call.refresh_token):
            self._repeat_or_refuse(request, call.family.family_id)

    def _repeat_or_refuse(self, request: Any, family_id: str) -> None:
        call = call_of(request)
        call.repeated_refresh_token = call.services.tokens.newest_of(request.refresh_token)
        if call.repeated_refresh_token is not None:
            return
        call.services.tokens.revoke_family(family_id, "refresh_token_replayed")
        raise InvalidGrantError(
            description="The refresh token was used before; all tokens of this sign-in are revoked.", request=request
        )


def _because(family: Any) -> str:
    return str(family.revoked_because or "").replace("_", " ")
