"""``id_token_hint`` is an id_token of ours, expired or not (OpenID Connect Core, section 3.1.2.1)."""

from __future__ import annotations

from typing import Any

from oauthlib.oauth2.rfc6749.errors import InvalidRequestError

from sso_portal.protocol.call import call_of
from sso_portal.protocol.id_token_hints import hinted_subject


def check(request: Any) -> dict[str, Any]:
    """Keep whom it speaks of; refuse one that this portal has not signed."""
    if request.id_token_hint is None:
        return {}
    call = call_of(request)
    call.hinted_subject = hinted_subject(request.id_token_hint, call)
    if call.hinted_subject is None:
        raise InvalidRequestError(description="id_token_hint is not an id_token of this portal.", request=request)
    return {}
