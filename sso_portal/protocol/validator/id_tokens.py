"""id_tokens (OpenID Connect Core, section 2) and userinfo claims (section 5.3)."""

from __future__ import annotations

from typing import Any

from sso_portal.base.jose import half_hash, sign
from sso_portal.protocol.call import call_of
from sso_portal.services.claims import claims_of


class IdTokenAnswers:
    """Minting id_tokens and answering userinfo."""

    def get_authorization_code_nonce(self, client_id: str, code: str, redirect_uri: str, request: Any) -> str | None:
        """The nonce of the authorization request that the code came from."""
        record = call_of(request).code
        return record.nonce if record else None

    def get_id_token(self, token: dict[str, Any], token_handler: Any, request: Any) -> str:
        """A signed id_token for the person of this call; the portal's own clock sets its times."""
        call = call_of(request)
        if call.user is None or call.family is None or call.client is None:
            raise TypeError("an id_token is about a person, for a client, within a family")
        now = call.clock.now()
        claims: dict[str, Any] = {
            "iss": call.issuer,
            "sub": call.user.subject,
            "aud": call.client.client_id,
            "iat": now,
            "exp": now + call.services.tokens.lifetimes.id_token,
            "auth_time": call.family.auth_time,
            "sid": call.family.sid,
            "amr": ["pwd"],
        }
        if call.code is not None and call.code.nonce is not None:
            # Only in the id_token of the sign-in itself, not in refreshed ones (Core, section 12.2).
            claims["nonce"] = call.code.nonce
        if "access_token" in token:
            claims["at_hash"] = half_hash(token["access_token"])
        algorithm = call.client.metadata["id_token_signed_response_alg"]
        return sign(call.services.keys.ring().signing[algorithm], claims)

    def refresh_id_token(self, request: Any) -> bool:
        """A refresh answers a new id_token too when ``openid`` is among its scopes."""
        return True

    def get_userinfo_claims(self, request: Any) -> dict[str, Any] | None:
        """The claims that the scopes of the access token open."""
        access = call_of(request).access
        if access is None or access.user is None:
            return None
        return claims_of(access.user, access.scopes)
