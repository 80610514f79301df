"""An access token in the form that its resource takes: random letters and digits, or a JWT."""

from __future__ import annotations

from typing import Any

from sso_portal.base.ids import ordered_token
from sso_portal.protocol.call import call_of
from sso_portal.protocol.tokens.jwt_access import jwt_access_token
from sso_portal.services.resources import TokenForm, narrowed
from sso_portal.services.tokens import AGREED_UNTIL


def draw_access_token(request: Any, form: TokenForm, scopes: list[str]) -> str:
    """A fresh access token of this form for ``scopes``; what it is for is noted with it."""
    call = call_of(request)
    if call.resources:
        call.token_details["aud"] = [resource.name for resource in call.resources]
    if form.kind == "opaque":
        return ordered_token()
    # Without a resource it is for the portal itself: a JWT always says whom it is for (RFC 9068, section 3).
    call.token_details.setdefault("aud", [call.issuer])
    return jwt_access_token(request, form.algorithm, scopes)


def access_seconds(request: Any, form: TokenForm) -> int:
    """How long it lives."""
    call = call_of(request)
    lifetimes = call.services.tokens.lifetimes
    usual = lifetimes.access if form.kind == "opaque" else lifetimes.jwt_access
    # No longer than the person has agreed to: an API that checks it by itself would not hear of that.
    until = call.details.get(AGREED_UNTIL) if call.family is None else call.family.agreed_until
    if until is None and call.access_seconds is None:
        return usual
    longest = [seconds for seconds in (call.access_seconds, until and until - call.clock.now()) if seconds is not None]
    return min([usual, *longest])


def access_scopes(request: Any) -> list[str]:
    """The scopes that mean something where it will be used."""
    return narrowed(request.scopes or (), call_of(request).resources)
