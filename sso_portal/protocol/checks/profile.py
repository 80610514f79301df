"""What the client's profile demands of an authorization request (FAPI 2.0 Security Profile, section 5.3.2.2; FAPI 2.0
Message Signing, section 5.4)."""

from __future__ import annotations

from typing import Any

from oauthlib.oauth2.rfc6749.errors import InvalidRequestError

from sso_portal.protocol.call import call_of
from sso_portal.protocol.response_modes import is_secured
from sso_portal.services.profiles import is_profiled, signs_messages


def check(request: Any) -> dict[str, Any]:
    """Refuse what registration cannot rule out: that it was pushed, PKCE and the request object are demanded by
    fields of their own, which the profile demands in turn."""
    metadata = request.client.metadata
    if not is_profiled(metadata):
        return {}
    if call_of(request).sent_redirect_uri is None:
        _refuse("redirect_uri is missing; the client's profile demands it.", request)
    if signs_messages(metadata) and not is_secured(request.response_mode):
        _refuse("response_mode is not jwt; the client's profile demands a signed answer.", request)
    return {}


def _refuse(description: str, request: Any) -> None:
    call_of(request).find("profile", problem=description)
    raise InvalidRequestError(description=description, request=request)
