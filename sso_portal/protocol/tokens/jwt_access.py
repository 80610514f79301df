"""Access tokens that an API can check by itself (RFC 9068).

They are remembered by hash like any other, so that introspection and revocation find them; an API that only looks at
the signature learns of neither, which is why they live so short.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sso_portal.base.ids import identifier
from sso_portal.base.jose import sign
from sso_portal.protocol.call import Call, call_of
from sso_portal.protocol.sign_in_claims import kept_details, sign_in_claims
from sso_portal.services.claims import claims_of

ACCESS_TOKEN_TYPE = "at+jwt"  # noqa: S105 - a media type
BOUND = ("cnf", "act", "authorization_details")
"""Members of a token's details that are told as they are (RFC 7800, 8693 and 9396)."""


def jwt_access_token(request: Any, algorithm: str, scopes: Sequence[str]) -> str:
    """A signed access token for the audience in the call's ``token_details`` (section 2.2)."""
    call, now = call_of(request), call_of(request).clock.now()
    call.token_details["jti"] = identifier()
    claims = {
        "iss": call.issuer,
        "sub": request.client.client_id,
        "aud": _one_or_all(call.token_details["aud"]),
        "client_id": request.client.client_id,
        "iat": now,
        "exp": now + request.expires_in,
        "jti": call.token_details["jti"],
        "scope": " ".join(scopes),
        **_person(call, request, scopes),
        **{name: call.token_details[name] for name in BOUND if name in call.token_details},
    }
    return sign(call.services.keys.signing(algorithm), claims, token_type=ACCESS_TOKEN_TYPE)


def _person(call: Call, request: Any, scopes: Sequence[str]) -> dict[str, Any]:
    """Who she is to the client that asked, and how she signed in (sections 2.2.1 and 2.2.3)."""
    if call.user is None:
        return {}
    about = {
        "sub": call.services.subjects.of(call.user, request.client),
        **sign_in_claims(call, kept_details(call)),
    }
    roles = claims_of(call.user, ("roles",)).get("roles") if "roles" in scopes else None
    return {**about, "roles": roles} if roles else about


def _one_or_all(names: Sequence[str]) -> str | list[str]:
    return names[0] if len(names) == 1 else list(names)
