"""id_tokens (OpenID Connect Core, section 2) and userinfo claims (section 5.3)."""

from __future__ import annotations

import json
from typing import Any

from sso_portal.base.jose import half_hash
from sso_portal.protocol.call import Call, call_of
from sso_portal.protocol.responses_for_clients import encrypted_only, packed
from sso_portal.protocol.sign_in_claims import kept_details, sign_in_claims
from sso_portal.services.claims import claims_of
from sso_portal.services.claims_request import parse_claims
from sso_portal.services.clients import Client


class IdTokenAnswers:
    """Minting id_tokens and answering userinfo."""

    def get_authorization_code_nonce(self, client_id: str, code: str, redirect_uri: str, request: Any) -> str | None:
        """The nonce of the authorization request that the code came from."""
        record = call_of(request).code
        return record.nonce if record else None

    def get_id_token(self, token: dict[str, Any], token_handler: Any, request: Any) -> str:
        """An id_token for the person of this call, as its client wants it; the portal's own clock sets its times."""
        call = call_of(request)
        if call.user is None or call.client is None:
            raise TypeError("an id_token is about a person, for a client")
        now = call.clock.now()
        details = kept_details(call)
        claims: dict[str, Any] = {
            **_requested(call, "id_token", details),
            **(claims_of(call.user, request.scopes) if request.response_type == "id_token" else {}),
            "iss": call.issuer,
            "sub": call.services.subjects.of(call.user, call.client),
            "aud": call.client.client_id,
            "azp": call.client.client_id,
            "iat": now,
            "exp": now + call.services.tokens.lifetimes.id_token,
            **sign_in_claims(call, details),
            **_bindings(token, request, call.client),
        }
        return packed("id_token", claims, call, call.client)

    def refresh_id_token(self, request: Any) -> bool:
        """A refresh answers a new id_token too when ``openid`` is among its scopes."""
        return True

    def get_userinfo_claims(self, request: Any) -> dict[str, Any] | str | None:
        """The claims that the access token opens, in the form that the client is registered for."""
        call = call_of(request)
        access, client = call.access, call.client
        if access is None or access.user is None or client is None:
            return None
        asked = access.family.details.get("claims", {})
        claims = {
            **claims_of(access.user, access.scopes, requested=parse_claims(asked).userinfo),
            "sub": call.services.subjects.of(access.user, client),
        }
        if client.metadata["userinfo_signed_response_alg"]:
            return packed("userinfo", {**claims, "iss": call.issuer, "aud": client.client_id}, call, client)
        if client.metadata["userinfo_encrypted_response_alg"]:
            return encrypted_only(json.dumps(claims), call, client)
        return claims


def _requested(call: Call, place: str, details: dict[str, Any]) -> dict[str, Any]:
    asked = getattr(parse_claims(details.get("claims", {})), place)
    return claims_of(call.user, (), requested=asked) if asked and call.user is not None else {}


def _bindings(token: dict[str, Any], request: Any, client: Client) -> dict[str, Any]:
    """What ties the id_token to the request and to what is answered with it (Core, sections 3.1.3.6 and 3.3.2.11)."""
    algorithm = client.metadata["id_token_signed_response_alg"]
    call = call_of(request)
    bound = {
        # Only in the id_token of the sign-in itself, not in refreshed ones (Core, section 12.2).
        "nonce": call.code.nonce if call.code is not None else request.nonce if request.response_type else None,
        "at_hash": half_hash(token["access_token"], algorithm=algorithm) if "access_token" in token else None,
        "c_hash": half_hash(token["code"], algorithm=algorithm) if "code" in token else None,
        "s_hash": half_hash(request.state, algorithm=algorithm) if request.response_type and request.state else None,
    }
    return {name: value for name, value in bound.items() if value is not None}
