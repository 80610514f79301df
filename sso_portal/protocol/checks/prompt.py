"""``prompt`` has known values, and ``none`` stands alone (OpenID Connect Core, section 3.1.2.1)."""

from __future__ import annotations

from typing import Any

from oauthlib.oauth2.rfc6749.errors import InvalidRequestError

from sso_portal.protocol.call import call_of


def check(request: Any) -> dict[str, Any]:
    """Refuse unknown values and ``none`` with company."""
    prompts, known = set((request.prompt or "").split()), call_of(request).prompt_values
    if not prompts <= set(known):
        raise InvalidRequestError(description=f"prompt is made of {', '.join(known)}.", request=request)
    if "none" in prompts and len(prompts) > 1:
        raise InvalidRequestError(description="prompt=none stands alone.", request=request)
    return {}
