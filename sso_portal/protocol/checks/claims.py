"""``claims`` is a JSON object of single claims (OpenID Connect Core, section 5.5)."""

from __future__ import annotations

from typing import Any

from oauthlib.oauth2.rfc6749.errors import InvalidRequestError

from sso_portal.protocol.call import call_of
from sso_portal.services.claims_request import BadClaims, parse_claims


def check(request: Any) -> dict[str, Any]:
    """Understand the parameter; without ``openid`` it means nothing and is left aside."""
    if request.claims is None or "openid" not in request.scopes:
        return {}
    try:
        # oauthlib has turned the text into an object already.
        call_of(request).claims = parse_claims(request.claims)
    except BadClaims as error:
        raise InvalidRequestError(description=f"claims: {error}", request=request) from None
    return {}
