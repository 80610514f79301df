"""Tokens that somebody asks about (RFC 7662) or gives back (RFC 7009)."""

from __future__ import annotations

from typing import Any

from oauthlib.oauth2.rfc6749.errors import InvalidClientError

from sso_portal.protocol.call import Call, call_of
from sso_portal.protocol.sender_constraints import token_type_of
from sso_portal.protocol.tokens.jwt_access import BOUND
from sso_portal.services.assurance import acr_of
from sso_portal.services.resources import identifiers_of
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
        found = call.services.tokens.presented(token)
        if found is None or not _may_ask(call, found.token, found.family):
            return None
        record, family, user = found.token, found.family, found.user
        if not call.services.tokens.is_living(record, family):
            return None
        client = call.services.clients.find(family.client_id)
        if client is None or (family.user_id is not None and (user is None or not user.is_enabled)):
            return None
        about_person: dict[str, Any] = {}
        if user is not None:
            about_person = {
                "sub": call.services.subjects.of(user, client),
                "username": user.username,
                "acr": acr_of(str(family.details.get("amr", ""))),
            }
        call.family = family
        answer = {
            "scope": record.scope,
            "client_id": family.client_id,
            "token_type": token_type_of(record.details) if record.kind == "access" else "refresh_token",
            "iss": call.issuer,
            "iat": record.issued_at,
            "exp": record.expires_at,
            **about_person,
            "auth_time": family.auth_time,
            "sid": family.sid,
            **{name: record.details[name] for name in (*BOUND, "aud", "jti") if name in record.details},
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
    """Whose token it is, and about access tokens the APIs that it is meant for; one for nobody in particular is meant
    for all of them."""
    client, audience = call.client, token.details.get("aud")
    if client is None or family.client_id == client.client_id:
        return client is not None
    if token.kind != "access":
        return False
    return bool(client.metadata["resource_server"] and (not audience or identifiers_of(client) & set(audience)))
