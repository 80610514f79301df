"""Refresh tokens: rotated at every use, unless the client has a profile; a replayed one ends its family (RFC 9700,
section 4.14).

Within a short time of grace the used one is answered with its successor again: two tabs that refresh at once, and a
client whose answer was lost on the way, go on. The successor is always the same, so a stolen token still gives itself
away.
"""

from __future__ import annotations

from typing import Any

from oauthlib.oauth2.rfc6749.errors import InvalidGrantError, InvalidScopeError

from sso_portal.base.explain import oddity_of, shape_of
from sso_portal.protocol.call import call_of
from sso_portal.protocol.responses_for_clients import warm_encryption_keys
from sso_portal.protocol.sender_constraints import check_refresh_token
from sso_portal.services.profiles import is_profiled


class RefreshTokenAnswers:
    """Checking, consuming and replacing refresh tokens."""

    def validate_refresh_token(self, refresh_token: str, client: Any, request: Any) -> bool:
        """Whether the token is this client's, unused or used a moment ago, in time and its family lives."""
        call = call_of(request)
        found = call.services.tokens.presented(refresh_token, "refresh")
        if found is None or found.family.client_id != client.client_id:
            call.find("refresh_token_unknown", sent=shape_of(refresh_token), oddity=oddity_of(refresh_token))
            raise InvalidGrantError(description="There is no such refresh token.", request=request)
        token, family = found.token, found.family
        call.family_id = family.family_id
        # Before a replay is looked for: who has not got the key learns nothing and ends nothing.
        check_refresh_token(request, family.details)
        if family.revoked_at is None and token.consumed_at is not None:
            self._repeat_or_refuse(request, family.family_id)
        if family.revoked_at is not None:
            call.find("refresh_token_revoked", because=_because(family), revoked_at=family.revoked_at)
            raise InvalidGrantError(description=f"The refresh token was revoked: {_because(family)}.", request=request)
        if call.services.tokens.is_agreement_over(family):
            call.find("agreement_over", agreed_until=family.agreed_until)
            description = "The time is over for which the person agreed; she is asked again at her next sign-in."
            raise InvalidGrantError(description=description, request=request)
        if call.services.tokens.is_expired(token):
            call.find("refresh_token_expired", seconds_late=call.clock.now() - token.expires_at)
            raise InvalidGrantError(description="The refresh token has expired.", request=request)
        call.family, call.refresh_token, call.seen_at = family, token, found.seen_at
        request.user = call.user = found.user
        if family.user_id is not None and (call.user is None or not call.user.is_enabled):
            call.find("person_disabled")
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
        """Always, but for clients with a profile: they prove who they are and what their tokens are bound to, so that
        nobody else could use a stolen one (FAPI 2.0 Security Profile, section 5.3.2.1)."""
        return call_of(request).refresh_token is None or not is_profiled(request.client.metadata)

    def consume_refresh_token(self, request: Any) -> None:
        """Use the token up, before its successor exists: one statement, won by exactly one request."""
        call = call_of(request)
        if call.refresh_token is None or call.family is None:
            raise TypeError("a refresh token is consumed after it was checked")
        if call.repeated_refresh_token is not None or not self.rotate_refresh_token(request):
            return
        if not call.services.tokens.consume_refresh_token(call.refresh_token, call.family):
            self._repeat_or_refuse(request, call.family.family_id)
        elif call.family.sid is not None and not call.family.survives_session:
            # A use of any site keeps the sign-in awake; what goes on without the person does not.
            call.services.sessions.keep_awake(call.family.sid, call.seen_at)

    def _repeat_or_refuse(self, request: Any, family_id: str) -> None:
        call = call_of(request)
        call.repeated_refresh_token = call.services.tokens.newest_of(request.refresh_token)
        if call.repeated_refresh_token is not None:
            return
        call.services.tokens.revoke_family(family_id, "refresh_token_replayed")
        used = call.services.tokens.find_refresh_token(request.refresh_token)
        used_at = used[0].consumed_at if used is not None else None
        call.find("refresh_token_used", used_at=used_at, seconds_ago=call.clock.now() - (used_at or call.clock.now()))
        raise InvalidGrantError(
            description="The refresh token was used before; all tokens of this sign-in are revoked.", request=request
        )


def _because(family: Any) -> str:
    return str(family.revoked_because or "").replace("_", " ")
