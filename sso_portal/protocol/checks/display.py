"""``display`` is one of four words (OpenID Connect Core, section 3.1.2.1); the pages suit every screen anyway."""

from __future__ import annotations

from typing import Any

from oauthlib.oauth2.rfc6749.errors import InvalidRequestError

from sso_portal.protocol.vocabulary import DISPLAY_VALUES


def check(request: Any) -> dict[str, Any]:
    """Refuse an unknown way of display."""
    if request.display is not None and request.display not in DISPLAY_VALUES:
        raise InvalidRequestError(description=f"display is one of {', '.join(DISPLAY_VALUES)}.", request=request)
    return {}
