"""``resource`` names what the tokens of this authorization are for (RFC 8707, section 2.1)."""

from __future__ import annotations

from typing import Any

from sso_portal.protocol.call import call_of
from sso_portal.protocol.resources import form_for, permitted


def check(request: Any) -> dict[str, Any]:
    """Keep what it names; refuse what is unknown, and what this client may not have."""
    call = call_of(request)
    call.resources = permitted(call.resource_names, request.client, request)
    if "token" in request.response_type.split():
        form_for(call.resources, request.client, request)
    return {}
