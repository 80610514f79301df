"""``prompt`` has known values, and ``none`` stands alone (OpenID Connect Core, section 3.1.2.1)."""

from __future__ import annotations

from typing import Any

from oauthlib.oauth2.rfc6749.errors import InvalidRequestError

from sso_portal.protocol.vocabulary import PROMPT_VALUES


def check(request: Any) -> dict[str, Any]:
    """Refuse unknown values and ``none`` with company."""
    prompts = set((request.prompt or "").split())
    if not prompts <= set(PROMPT_VALUES):
        raise InvalidRequestError(description=f"prompt is made of {', '.join(PROMPT_VALUES)}.", request=request)
    if "none" in prompts and len(prompts) > 1:
        raise InvalidRequestError(description="prompt=none stands alone.", request=request)
    return {}
