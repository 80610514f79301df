"""``authorization_details`` says in detail what a request is for (RFC 9396, section 3)."""

from __future__ import annotations

from typing import Any

from oauthlib.oauth2.rfc6749.errors import InvalidRequestError

from sso_portal.protocol.authorization_details import sent_details
from sso_portal.protocol.call import call_of


def check(request: Any) -> dict[str, Any]:
    """Keep the entries; refuse what is unknown, malformed, or not for this client."""
    details, words = sent_details(request), request.response_type.split()
    if details and ("code" not in words or "token" in words):
        # An access token that comes in an address could not be told what it is for (section 7).
        raise InvalidRequestError(
            description="authorization_details are for response types with code and without token.", request=request
        )
    call_of(request).authorization_details = details
    return {}
