"""Tokens that somebody asks about (RFC 7662) or gives back (RFC 7009)."""

from __future__ import annotations

from typing import Any

from oauthlib.oauth2.rfc6749.errors import InvalidClientError

from sso_portal.protocol.call import Call, call_of
from sso_portal.services.tokens import Family, Token


class PresentedTokenAnswers:
    """Introspection and revocation."""

    def introspect_token(self, token: str, token_type_hint: str | None, request: Any) -> dict[str, Any] | None:
        """What a living token stands for, or ``None``: also for tokens that are none of the asking client's business.

        The hint is not needed: one look-up finds either kind (RFC 7662, section 2.1). A client that proves nothing is
        not answered: with a ``client_id`` alone, anybody could try tokens here.
        """
        call = call_of(request)
        if call.client is not None and call.client.is_public:
            raise InvalidClientError(
                description="A client without a secret or key of its own may not ask about tokens.", request=request
            )
        found = call.services.tokens.find_any(token)
        if found is None or not _may_ask(call, *found):
            return None
        record, family = found
        if record.consumed_at is not None or family.revoked_at is not None or call.services.tokens.is_expired(record):
            return None
        client = call.services.clients.find(family.client_id)
        user = call.services.users.by_id(family.user_id) if family.user_id is not None else None
        if client is None or (family.user_id is not None and (user is None or not user.is_enabled)):
            return None
        about_person: dict[str, Any] = {}
        if user is not None:
            about_person = {"sub": call.services.subjects.of(user, client), "username": user.username}
        answer = {
            "scope": record.scope,
            "client_id": family.client_id,
            "token_type": "Bearer" if record.kind == "access" else "refresh_token",
            "iss": call.issuer,
            "iat": record.issued_at,
            "exp": record.expires_at,
            **about_person,
            "auth_time": family.auth_time,
            "sid": family.sid,
        }
        return {name: value for name, value in answer.items() if value is not None}

    def revoke_token(self, token: str, token_type_hint: str | None, request: Any) -> None:
        """End a token of the asking client; a refresh token takes all that came from the same sign-in with it."""
        call = call_of(request)
        found = call.services.tokens.find_any(token)
        if found is None or call.client is None or found[1].client_id != call.client.client_id:
            return
        record, family = found
        if record.kind == "access":
            call.services.tokens.revoke_access_token(record)
        else:
            call.services.tokens.revoke_family(family.family_id, "revoked_by_client")


def _may_ask(call: Call, token: Token, family: Family) -> bool:
    """Its own client, and an API about access tokens: a refresh token is nobody's business but its client's."""
    client = call.client
    if client is None:
        return False
    return family.client_id == client.client_id or (client.metadata["resource_server"] and token.kind == "access")
