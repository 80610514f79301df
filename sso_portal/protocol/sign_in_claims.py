"""When, how and in which session a person signed in, as tokens tell it."""

from __future__ import annotations

from typing import Any

from sso_portal.protocol.call import Call
from sso_portal.services.assurance import acr_of


def kept_details(call: Call) -> dict[str, Any]:
    """What was kept of the authorization: with the family, or with this very request."""
    if call.family is not None:
        return call.family.details
    return {**call.details, "amr": call.session.amr} if call.session is not None else call.details


def sign_in_claims(call: Call, details: dict[str, Any]) -> dict[str, Any]:
    """``auth_time``, ``sid``, ``amr`` and ``acr`` (OpenID Connect Core, section 2), as far as they are known."""
    source = call.family or call.session
    methods = str(details.get("amr", ""))
    found = {
        "auth_time": source.auth_time if source else None,
        "sid": source.sid if source else None,
        "amr": methods.split() or None,
        "acr": acr_of(methods),
    }
    return {name: value for name, value in found.items() if value is not None}
